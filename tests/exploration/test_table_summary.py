import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.exploration.summary import described, summary

WHOLE = st.none() | st.integers(-(10**6), 10**6)
REAL = st.none() | st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(st.tuples(WHOLE, REAL), min_size=2, max_size=40))
def test_describe_gives_the_numbers_of_pandas(rows):
    table = pl.DataFrame(rows, schema={"whole": pl.Int64, "real": pl.Float64}, orient="row")
    frame = pd.DataFrame({name: table[name].to_numpy().astype(float) for name in table.columns})
    ours = described(table).to_pandas().set_index("column")
    np.testing.assert_allclose(
        ours.to_numpy(float), frame.describe().T.to_numpy(float), rtol=1e-9, atol=1e-6
    )


def test_describe_leaves_text_out_and_says_nothing_of_no_rows():
    table = pl.DataFrame({"text": ["a"], "number": [None]}, schema={"text": str, "number": int})
    row = described(table).row(0, named=True)
    assert row["column"] == "number"
    assert row["count"] == 0
    assert row["mean"] is None


def test_memory_is_counted_as_pandas_prints_it():
    """With text in object columns: a pointer a cell, whatever it points to."""
    columns = {
        "whole": pl.Series([1, 2, 3]),
        "small": pl.Series([1, 2, 3], dtype=pl.Int16),
        "holes": pl.Series([1, None, 3]),
        "real": pl.Series([0.5, None, 2.0]),
        "short": pl.Series([0.5, None, 2.0], dtype=pl.Float32),
        "flag": pl.Series([True, False, True]),
        "text": pl.Series(["a" * 1000, "", None]),
        "list": pl.Series([["a"], [], ["b", "c"]]),
    }
    table = pl.DataFrame(columns)
    frame = pd.DataFrame({name: column.to_pandas() for name, column in columns.items()})
    frame["text"] = frame["text"].astype(object)
    assert summary("t", table).bytes_pandas == frame.memory_usage().sum()
    assert summary("t", table).bytes_actual > 1000


def test_null_and_empty_cells_are_told_apart():
    table = pl.DataFrame({"text": ["[]", "", " ", None, "x"], "list": [[], None, ["a"], [], ["b"]]})
    found = summary("t", table)
    assert [(f.name, f.non_null, f.empty) for f in found.fields] == [("text", 4, 3), ("list", 4, 2)]
    assert found.missing["share"].to_list() == pytest.approx([0.8, 0.6])


def test_a_table_without_rows_has_a_summary():
    found = summary("t", pl.DataFrame(schema={"a": pl.Int64}))
    assert (found.rows, found.columns, found.missing["share"].to_list()) == (0, 1, [0.0])

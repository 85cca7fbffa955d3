import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.exploration.distribution import correlation, fences, histogram, long_tail

VALUES = st.lists(st.none() | st.floats(-1e6, 1e9, allow_nan=False), max_size=60)


@given(VALUES, st.integers(1, 50))
def test_every_known_value_is_in_one_bin(values, most):
    known = [value for value in values if value is not None]
    bins = histogram(pl.Series(values, dtype=pl.Float64), most)
    assert bins["count"].sum() == len(known)
    assert bins.height <= most + 1
    if known:
        slack = 1e-9 * max(map(abs, known))
        assert bins["start"][0] <= min(known) + slack
        assert bins["end"][-1] >= max(known) - slack


def test_bins_have_round_edges():
    bins = histogram(pl.Series([1.0, 99.0, 380.0]), 40)
    assert bins["start"].to_list() == [10.0 * k for k in range(38)]
    assert bins.filter(pl.col("count") > 0)["start"].to_list() == [0.0, 90.0, 370.0]


@given(st.lists(st.integers(0, 1000), max_size=80))
def test_the_long_tail_is_what_walking_down_the_ranks_gives(counts):
    tail = long_tail(np.array(counts, dtype=np.int64))
    ordered = sorted((count for count in counts if count), reverse=True)
    assert (tail.holders, tail.total) == (len(ordered), sum(ordered))
    if not ordered:
        return
    running, walked = 0, 0
    while 2 * running < sum(ordered):
        running, walked = running + ordered[walked], walked + 1
    assert tail.half == pytest.approx(walked / len(ordered))
    differences = np.abs(np.subtract.outer(ordered, ordered)).sum()
    assert tail.gini == pytest.approx(differences / (2 * len(ordered) * sum(ordered)))
    for rank, count, _, share in tail.curve.iter_rows():
        assert count == ordered[rank - 1]
        assert share == pytest.approx(sum(ordered[:rank]) / sum(ordered))
    assert tail.curve["share"][-1] == pytest.approx(1)


def test_a_long_tail_of_a_million_holders_is_drawn_with_few_points():
    assert long_tail(np.arange(1_000_000)).curve.height <= 200


@given(st.integers(0, 2**32 - 1))
def test_correlation_is_that_of_pandas(seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(30, 3)) @ rng.normal(size=(3, 3))
    values[rng.random(values.shape) < 0.2] = np.nan
    frame = pd.DataFrame(values, columns=["a", "b", "c"])
    ours = correlation(pl.DataFrame(values, schema=["a", "b", "c"]).fill_nan(None))
    matrix = ours["r"].to_numpy().reshape(3, 3)
    np.testing.assert_allclose(matrix, frame.corr().to_numpy(), atol=1e-12)


def test_a_column_that_does_not_vary_has_no_correlation():
    ours = correlation(pl.DataFrame({"a": [1, 1, 1], "b": [1, 2, 3]}))
    assert ours.filter(pl.col("left") == "a")["r"].to_list() == [None, None]


def test_fences_are_those_of_tukey():
    values = pl.Series([1, 2, 3, 4, 5, None])
    assert fences(values, logarithmic=False) == (2 - 3, 4 + 3)
    low, high = fences(pl.Series([0, 10, 100, 1000]), logarithmic=True)  # 0 has no logarithm
    assert np.log10([low, high]).tolist() == pytest.approx([1.5 - 1.5, 2.5 + 1.5])
    assert all(np.isnan(fences(pl.Series([], dtype=pl.Float64), logarithmic=True)))

"""The fast way and the careful way through a file of ratings give the same table."""

import string
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from matinee.errors import InputError
from matinee.intake import ratings as intake_ratings
from matinee.intake import read
from matinee.intake.own import scale_of
from matinee.schema import Tables

ids = st.integers(0, 60) | st.integers(2**31 - 2, 2**40)
halves = st.integers(1, 10).map(lambda k: k / 2)
times = st.integers(0, 2_000_000_000)
entries = st.lists(st.tuples(ids, ids, halves, times), min_size=1, max_size=30)

# What a person's spreadsheet or script may make of a cell.
odd = st.sampled_from(
    ["", " 7", "7 ", "+7", "07", '"7"', "7.0", "1e0", "-1", "x", "nan", ".5", "5."]
)
cells = st.tuples(
    ids.map(str) | odd, ids.map(str) | odd, halves.map(str) | odd, times.map(str) | odd
)


def both_ways(content: str, way: pytest.MonkeyPatch) -> tuple[Tables | str, Tables | str]:
    """What `read` gives as it is, and with the fast way closed."""
    found: list[Tables | str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ratings"
        path.write_text(content)
        for closed in (False, True):
            with way.context() as patch:
                if closed:
                    patch.setattr(intake_ratings, "_fast", lambda *_: None)
                try:
                    found.append(read(path))
                except InputError as error:
                    found.append(str(error))
    return found[0], found[1]


def assert_alike(first: Tables | str, second: Tables | str) -> None:
    if isinstance(first, str) or isinstance(second, str):
        assert first == second
        return
    assert first.ratings.schema == second.ratings.schema
    for name in ("ratings", "changes", "quarantine"):
        assert getattr(first, name).equals(getattr(second, name)), name
    assert first.scale == second.scale


@given(entries, st.sampled_from([",", "::"]))
@hypothesis_settings(deadline=None, max_examples=40)
def test_both_ways_give_the_written_ratings(entries, separator):
    header = "userId,movieId,rating,timestamp\n" if separator == "," else ""
    entries = entries if separator == "," else [(u, i % 10**6, r, t) for u, i, r, t in entries]
    content = header + "".join(separator.join(map(str, entry)) + "\n" for entry in entries)
    with pytest.MonkeyPatch.context() as way:
        first, second = both_ways(content, way)
    assert_alike(first, second)
    latest: dict[tuple[str, str], tuple[int, int]] = {}
    for row, (user, item, _, time) in enumerate(entries):
        pair = str(user), str(item)
        latest[pair] = max(latest.get(pair, (-1, -1)), (time, row))
    kept = sorted(row for _, row in latest.values())
    expected = [(str(entries[k][0]), str(entries[k][1]), *entries[k][2:]) for k in kept]
    assert isinstance(first, Tables)
    found = first.ratings.with_columns(pl.col("user_id", "item_id").cast(pl.String))
    assert found.rows() == expected
    assert first.changes["rows"].sum() == len(entries) - len(kept)


@given(st.lists(cells, min_size=1, max_size=8), st.integers(0, 3))
@hypothesis_settings(deadline=None, max_examples=150)
def test_both_ways_agree_on_odd_cells(rows, blank_lines):
    lines = [",".join(row) for row in rows] + [""] * blank_lines
    with pytest.MonkeyPatch.context() as way:
        first, second = both_ways("userId,movieId,rating,timestamp\n" + "\n".join(lines), way)
    assert_alike(first, second)
    if isinstance(first, Tables):
        dropped = first.changes["rows"].sum() if first.changes.height else 0
        kept = first.ratings.height + first.quarantine.height + dropped
        assert kept == len(rows)  # nothing is dropped in silence


own_ids = st.text(string.ascii_letters + "0123456789 é,\"'", min_size=1).filter(
    lambda text: text == text.strip()
)


@given(
    st.lists(
        st.tuples(own_ids, own_ids, st.none() | st.integers(0, 10), st.none() | times),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[:2],
    )
)
@hypothesis_settings(deadline=None, max_examples=60)
def test_own_ratings_read_back_as_written_both_ways(rows):
    table = pl.DataFrame(
        rows,
        schema={
            "user_id": pl.String,
            "item_id": pl.String,
            "rating": pl.Float32,
            "timestamp": pl.Int64,
        },
        orient="row",
    )
    with pytest.MonkeyPatch.context() as way:
        first, second = both_ways(table.write_csv(), way)
    assert_alike(first, second)
    assert isinstance(first, Tables)
    assert first.ratings.with_columns(pl.col("user_id", "item_id").cast(pl.String)).equals(table)
    assert first.scale == scale_of(table["rating"])


titles = st.text(
    st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(' ,"\n'), min_size=1
)


@given(st.lists(titles.filter(lambda t: t == t.strip()), min_size=1, max_size=8))
@hypothesis_settings(deadline=None, max_examples=60)
def test_own_films_read_back_as_written(titles):
    table = pl.DataFrame({"item_id": [f"m{k}" for k in range(len(titles))], "title": titles})
    with tempfile.TemporaryDirectory() as folder:
        table.write_csv(path := Path(folder) / "films")
        assert read(path).movies.select("item_id", "title").equals(table)
        assert read(path).published["movies"]["item_id"].equals(table["item_id"])


def test_ids_beyond_any_table_are_numbered_by_sorting(tmp_path: Path):
    path = tmp_path / "r"
    path.write_text("userId,movieId,rating,timestamp\n9999999999999,5,1,1\n3,88888888888,2,2\n")
    found = read(path).ratings
    assert found["user_id"].to_list() == ["9999999999999", "3"]
    assert isinstance(found.schema["user_id"], pl.Enum)
    assert found.schema["user_id"].categories.to_list() == ["3", "9999999999999"]

"""Demand against supply, segments of taste, and what a catalogue's keeper should look at."""

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array
from tests.conftest import tables

from matinee.exploration.curation import FEW, OFTEN, metadata_findings, repeated, use_findings
from matinee.exploration.demand import cells_of, demand, glutted, wanting
from matinee.exploration.taste_segments import taste_segments

GENRES = pl.Series([["Horror"], ["Horror", "Drama"], ["Drama"], ["Drama"], None, ["War"]])
YEARS = pl.Series([1974, 1978, 1991, 1999, 1990, None])


def likes_of(rng, viewers, films, chance):
    return csr_array((rng.random((viewers, films)) < chance).astype(float))


def test_a_film_of_two_genres_is_half_in_each_cell():
    cells = cells_of(GENRES, YEARS)
    assert cells.names == [("Drama", 1970), ("Drama", 1990), ("Horror", 1970)]
    assert cells.shares.toarray().tolist() == [
        [0, 0, 1],
        [0.5, 0, 0.5],
        [0, 1, 0],
        [0, 1, 0],
        [0, 0, 0],
        [0, 0, 0],
    ]
    assert cells_of(GENRES, YEARS, ["Horror"]).names == [("Drama", 1970), ("Drama", 1990)]


def test_demand_is_the_mean_over_viewers_and_few_viewers_are_shown_nowhere():
    rng = np.random.default_rng(5)
    likes = likes_of(rng, 60, 6, [0.5, 0.4, 0.3, 0.1, 0.5, 0.5])
    offered = np.array([True, True, True, True, True, False])
    cells = cells_of(GENRES, YEARS)
    found = demand(likes, cells, offered)
    dense, shares = likes.toarray(), cells.shares.toarray()
    each = [row @ shares / (row @ shares).sum() for row in dense if (row @ shares).sum()]
    for row in found.rows(named=True):
        cell = cells.names.index((row["genre"], row["decade"]))
        own = np.array(each)[:, cell]
        assert row["demand"] == pytest.approx(own.mean())
        assert row["viewers"] == (own > 0).sum() >= 10
        half = own.std(ddof=1) / np.sqrt(len(own)) * 2.3939797998  # 1 - .05 / 6 of the normal
        assert row["high"] == pytest.approx(row["demand"] + half, rel=1e-3)
        assert row["supply"] == pytest.approx(shares[:5, cell].sum() / shares[:5].sum())
    few = demand(likes[:9], cells, offered)
    assert few.height == 0
    assert wanting(few).height == glutted(few).height == 0


def test_only_what_is_surely_liked_more_is_advised():
    likes = csr_array(np.tile([1.0, 0, 0, 0, 0, 0], (40, 1)))
    found = demand(likes, cells_of(GENRES, YEARS), np.ones(6, bool))
    assert wanting(found)["genre"].to_list() == ["Horror"]
    even = csr_array(np.tile([1.0, 1, 1, 1, 0, 0], (40, 1)))
    assert wanting(demand(even, cells_of(GENRES, YEARS), np.ones(6, bool))).height == 0


def test_viewers_of_two_tastes_make_two_segments_named_by_what_they_like():
    rng = np.random.default_rng(2)
    facets = csr_array(np.repeat(np.eye(3), 20, axis=0))
    tastes = np.repeat([[0.7, 0.05, 0.1], [0.05, 0.6, 0.1]], [70, 50], axis=0)
    likes = likes_of(rng, 120, 60, np.repeat(tastes, 20, axis=1))
    found = taste_segments(likes, facets, ["Horror", "War", "Drama"], rng, lambda _: False)
    assert {one.name for one in found} >= {"Horror", "War"}
    for one in found:
        assert len(one.rows) >= 10
        assert ((one.rows < 70).all() and "Horror" in one.name) or (one.rows >= 70).all()
    again = taste_segments(
        likes, facets, ["Horror", "War", "Drama"], np.random.default_rng(3), lambda n: n == "Horror"
    )
    assert all("Horror" not in [name for name, _, _ in one.leanings] for one in again)


def test_too_few_viewers_make_no_segment():
    rng = np.random.default_rng(2)
    likes = likes_of(rng, 15, 60, 0.5)
    facets = csr_array(np.repeat(np.eye(3), 20, axis=0))
    assert taste_segments(likes, facets, ["a", "b", "c"], rng, lambda _: False) == ()


def test_what_is_unknown_is_found_film_by_film():
    movies = tables().movies
    found = {one.name: one for one in metadata_findings(movies)}
    for name, column in (("overview", "overview"), ("poster", "poster_url"), ("year", "year")):
        missing = [row["item_id"] for row in movies.to_dicts() if not row[column]]
        assert list(found[name].item_ids) == missing
    nobody = [
        row["item_id"]
        for row in movies.to_dicts()
        if not (row["cast"] or row["directors"] or row["writers"])
    ]
    assert list(found["people"].item_ids) == nobody


def test_a_film_that_stands_there_twice_is_found_by_title_or_id():
    movies = (
        tables()
        .movies.head(6)
        .with_columns(
            title=pl.Series(["Heat", "HEAT!", "Heat", "Alien", "Solaris", "Solaris"]),
            year=pl.Series([1995, 1995, 1986, 1979, 1972, 2002], dtype=pl.Int32),
            imdb_id=pl.Series([None, None, "tt1", "tt1", None, None], dtype=pl.String),
            tmdb_id=pl.Series([None] * 6, dtype=tables().movies.schema["tmdb_id"]),
        )
    )
    ids = movies["item_id"].to_list()
    assert set(repeated(movies)) == set(ids[:4])


def test_a_film_is_unshown_in_vain_or_cold_by_its_counts():
    movies = tables().movies.head(4)
    ids = movies["item_id"].to_list()
    used = pl.DataFrame(
        {"item_id": ids[:3], "shown": [OFTEN, 3, 0], "played": [0, FEW, FEW + 4]},
        schema={"item_id": pl.String, "shown": pl.Int64, "played": pl.Int64},
    )
    found = {one.name: list(one.item_ids) for one in use_findings(movies, used)}
    assert found == {
        "unshown": [ids[2], ids[3]],
        "vain": [ids[0]],
        "cold": sorted([ids[0], ids[3]]),
    }
    none = use_findings(movies, used.with_columns(shown=pl.lit(0, pl.Int64)))
    assert [one.name for one in none] == ["cold"]

"""Films that came after a model was fitted are scored by what is known of them; others stay."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.conftest import tables

from matinee.dataset import Dataset
from matinee.models.widening import widened
from matinee.schema import Tables
from matinee.training import fit

NEW = "z1"


def _later(known: Tables, **facts: Any) -> Dataset:
    """The data with one film more, by default a copy of what is known of the third."""
    film = known.movies[2].with_columns(item_id=pl.lit(NEW), title=pl.lit("New"))
    film = film.with_columns(**facts)
    movies = pl.concat([known.movies, film])
    return Dataset.from_tables(replace(known, movies=movies))


@pytest.mark.parametrize("model", ["ease", "als:factors=4", "item_knn", "blend", "content_map"])
def test_a_new_film_is_scored_as_films_like_it_and_the_others_as_before(model: str) -> None:
    known = tables(users=200)
    scorer = fit(model, Dataset.from_tables(known)).scorer
    data = _later(known)
    wide = widened(scorer, data)
    assert NEW not in scorer.items.ids.to_list()
    histories = data.histories
    before = scorer.score(histories.on(scorer.items))
    after = wide.score(histories.on(wide.items))
    np.testing.assert_allclose(
        after[:, wide.items.numbers(scorer.items.ids)], before, rtol=1e-5, atol=1e-6
    )
    new = after[:, wide.items.numbers([NEW])[0]].astype(np.float64)
    assert np.isfinite(new).all()
    twin = before[:, scorer.items.numbers([known.movies["item_id"][2]])[0]]
    liked = histories.numbers[histories.strength > 0]
    unseen = np.ones(len(new), bool)
    unseen[histories.entry_rows[histories.numbers == 2]] = False
    assert len(liked)
    assert np.corrcoef(new[unseen], twin[unseen])[0, 1] > 0.3


def test_reasons_of_a_new_film_add_up_to_its_score() -> None:
    known = tables(users=200)
    data = _later(known)
    wide = widened(fit("ease", Dataset.from_tables(known)).scorer, data)
    rows = data.histories.take(np.arange(5)).on(wide.items)
    film = np.tile(wide.items.numbers([NEW]), (5, 1))
    parts = wide.contributions(rows, film)  # type: ignore[attr-defined]
    np.testing.assert_allclose(
        parts.totals()[:, 0], wide.score(rows)[np.arange(5), film[:, 0]], rtol=1e-4, atol=1e-6
    )


def test_what_cannot_be_scored_leaves_the_model_as_it_is() -> None:
    known = tables()
    known = replace(known, movies=known.movies.filter(pl.col("item_id") != "m99"))  # never seen
    data = Dataset.from_tables(known)
    scorer, popular = fit("ease", data).scorer, fit("popularity", data).scorer
    schema = known.movies.schema
    nothing = {name: pl.lit(None, schema[name]) for name in schema if name != "item_id"}
    nobody = _later(replace(known, ratings=known.ratings[:0]))
    assert widened(scorer, _later(known)) is not scorer
    for later in (data, _later(known, **nothing), nobody):
        assert widened(scorer, later) is scorer
    assert widened(popular, _later(known)) is popular


def test_a_film_that_was_seen_long_ago_and_never_liked_stays_out() -> None:
    known = tables()
    disliked = known.ratings.with_columns(
        rating=pl.when(pl.col("item_id") == "m12").then(0.5).otherwise("rating").cast(pl.Float32),
        timestamp=pl.col("timestamp") + 100_000_000 * (pl.col("item_id") != "m12"),
    )
    data = Dataset.from_tables(replace(known, ratings=disliked))
    scorer = fit("ease", data).scorer
    later = _later(replace(known, ratings=disliked))
    assert "m12" not in scorer.items.ids.to_list()
    wide = widened(scorer, later).items.ids.to_list()
    assert NEW in wide
    assert "m12" not in wide

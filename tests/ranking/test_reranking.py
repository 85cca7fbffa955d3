"""Re-ranked lists: knobs at 0 change nothing, and each knob does what it says."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.dataset import Dataset, Histories
from matinee.errors import InputError, MissingData, UnknownId
from matinee.evaluation import beyond
from matinee.features import content_vectors, genre_shares
from matinee.ranking import Exclusions, Ranked, Reranking, Rules
from matinee.ranking.editor import boosted
from matinee.ranking.reranked import RULES
from matinee.ranking.reranking import AS_RANKED
from matinee.ranking.tastes import genre_tastes

NOTHING: dict[str, Any] = {"diversity": 0, "calibration": 0, "exploration": 0}


def unseen(data: Dataset, seed: int = 0, m: int = 25) -> Ranked:
    """Up to m unseen films of each viewer by random scores, some of them equal."""
    rng = np.random.default_rng(seed)
    scores = np.round(rng.normal(size=(data.histories.rows, len(data.items))), 1)
    scores[data.histories.entry_rows, data.histories.numbers] = -np.inf
    order = np.argsort(-scores, axis=1, kind="stable")[:, :m]
    values = np.take_along_axis(scores, order, axis=1)
    numbers = np.where(values > -np.inf, order, -1)
    return Ranked(data.items, numbers.astype(np.int32), values.astype(np.float32))


@pytest.mark.parametrize("n", [3, 20, 25, 40])
def test_with_every_knob_at_0_lists_stay_exactly_as_ranked(data: Dataset, n: int) -> None:
    ranked = unseen(data)
    found = AS_RANKED.fit(data).rerank(ranked, data.histories, n)
    width = min(n, 25)
    assert np.array_equal(found.numbers[:, :width], ranked.numbers[:, :width])
    assert np.array_equal(found.scores[:, :width], ranked.scores[:, :width])
    assert (found.numbers[:, width:] == -1).all()
    assert (found.scores[:, width:] == -np.inf).all()
    assert np.array_equal(found.propensities, (found.numbers >= 0).astype(float))
    there = found.numbers >= 0
    assert set(np.unique(found.rules[there])) == {RULES.index("score")}
    assert (found.rules[~there] == 0).all()


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.5, 5.0]),
    st.sampled_from([0.0, 0.5]),
    st.integers(0, 4),
    st.booleans(),
)
def test_whatever_the_knobs_films_are_candidates_once_each(
    data: Dataset, seed: int, diversity: float, calibration: float, exploration: int, edited: bool
) -> None:
    ranked = unseen(data, seed, 18)
    ids = data.items.ids
    wishes = {"boosts": {ids[4]: 3.0, ids[9]: 0.2}, "pins": {ids[1]: 2, ids[6]: 7}}
    recipe = Reranking(
        diversity, calibration, None, exploration, places=8, **(wishes if edited else {})
    )
    found = recipe.fit(data).rerank(ranked, data.histories, 20, seed=seed % 7)
    pinned = {1, 6} if edited else set()
    for row in range(data.histories.rows):
        span = slice(data.histories.indptr[row], data.histories.indptr[row + 1])
        seen = set(data.histories.numbers[span].tolist())
        films = found.numbers[row][found.numbers[row] >= 0].tolist()
        given_ = set(ranked.numbers[row][ranked.numbers[row] >= 0].tolist())
        assert len(set(films)) == len(films)
        assert not seen & set(films)
        assert set(films) == given_ | (pinned - seen)
        assert (found.numbers[row, len(films) :] == -1).all()
        names = found.rule_names(row)
        assert names.count("exploration") <= exploration
        assert (found.propensities[row, : len(films)] > 0).all()
        for film, name in zip(films, names, strict=False):
            if film in pinned:
                assert name == "pin"


def test_a_short_list_is_the_beginning_of_a_long_one(data: Dataset) -> None:
    fitted = Reranking(places=8, exploration=2).fit(data)
    ranked = unseen(data)
    long = fitted.rerank(ranked, data.histories, 20)
    short = fitted.rerank(ranked, data.histories, 5)
    assert np.array_equal(short.numbers, long.numbers[:, :5])


def test_more_diversity_makes_lists_less_alike(data: Dataset) -> None:
    features = content_vectors(data.movies).matrix
    ranked, varied = unseen(data), []
    for diversity in (0.0, 0.2, 0.6, 3.0):
        recipe = replace(AS_RANKED, diversity=diversity, places=6)
        found = recipe.fit(data).rerank(ranked, data.histories, 6)
        varied.append(np.nanmean(beyond.diversity(found.numbers, data.histories, features)[0]))
    assert varied == sorted(varied)
    assert varied[-1] > varied[0] + 0.05


def test_more_calibration_brings_genres_closer_to_the_taste(data: Dataset) -> None:
    shares = genre_shares(data.movies)
    ranked, apart = unseen(data), []
    for calibration in (0.0, 0.2, 1.0, 20.0):
        recipe = replace(AS_RANKED, calibration=calibration, places=6)
        found = recipe.fit(data).rerank(ranked, data.histories, 6)
        apart.append(np.nanmean(beyond.calibration(found.numbers, data.histories, shares)))
    assert apart == sorted(apart, reverse=True)
    assert apart[-1] < apart[0] - 0.05


def test_tastes_are_the_mean_genres_of_likes_and_fade_by_half_lives(data: Dataset) -> None:
    shares = genre_shares(data.movies)
    tastes = genre_tastes(data.histories, shares)
    faded = genre_tastes(data.histories, shares, half_life=2.0)
    for row in (0, 7, 21):
        span = slice(data.histories.indptr[row], data.histories.indptr[row + 1])
        liked = data.histories.strength[span] > 0
        films = data.histories.numbers[span][liked]
        age = (data.histories.as_of[row] - data.histories.time[span][liked]) / 86_400
        for found, weights in ((tastes, np.ones(len(films))), (faded, 0.5 ** (age / 2))):
            if not len(films):
                assert (found[row] == 0).all()
                continue
            expected = weights @ shares[films].toarray() / weights.sum()
            np.testing.assert_allclose(found[row], expected, rtol=1e-10)


def test_a_boost_divides_the_rank() -> None:
    numbers = np.array([[4, 0, 3, 2, 1, -1]])
    boosts = np.array([1.0, 4, 1, 0.5, 1])  # film 1: rank 5 -> 1.25; film 3: 3 -> 6
    assert numbers[0, boosted(numbers, boosts)[0]].tolist() == [4, 1, 0, 2, 3, -1]
    tied = np.array([1.0, 5, 1, 1, 1])  # rank 5 -> 1, where film 4 is: the boosted goes first
    assert numbers[0, boosted(numbers, tied)[0]].tolist() == [1, 4, 0, 3, 2, -1]


def test_a_boosted_film_takes_its_place_and_says_so(data: Dataset) -> None:
    ranked = unseen(data)
    film = int(ranked.numbers[3, 9])
    recipe = replace(AS_RANKED, boosts={data.items.ids[film]: 5.0})
    found = recipe.fit(data).rerank(ranked, data.histories, 20)
    assert found.numbers[3, 1] == film  # rank 10 / 5 = 2
    assert found.rule_names(3)[:3] == ["score", "boost", "score"]
    rest = [number for number in ranked.numbers[3, :20] if number != film]
    assert [number for number in found.numbers[3] if number != film] == rest


def test_a_pin_stands_where_it_was_put_unless_the_viewer_has_seen_it(data: Dataset) -> None:
    film = int(data.histories.numbers[0])
    seen = {int(row) for row in data.histories.entry_rows[data.histories.numbers == film]}
    recipe = Reranking(places=6, exploration=1, pins={data.items.ids[film]: 4})
    found = recipe.fit(data).rerank(unseen(data, m=12), data.histories, 12)
    for row in range(data.histories.rows):
        if row in seen:
            assert film not in found.numbers[row]
        else:
            assert found.numbers[row, 3] == film
            assert found.rule_names(row)[3] == "pin"
            assert found.rule_names(row)[5] == "exploration"
            assert np.isfinite(found.scores[row, 3])


def test_a_pin_that_too_few_films_stand_above_moves_up(data: Dataset) -> None:
    ranked = unseen(data, m=2)
    row = int(np.flatnonzero((ranked.numbers >= 0).sum(axis=1) == 2)[0])
    own = data.histories.slice(row, row + 1)
    shown = set(own.numbers.tolist()) | set(ranked.numbers[row].tolist())
    film = next(k for k in range(len(data.items)) if k not in shown)
    recipe = replace(AS_RANKED, pins={data.items.ids[film]: 9})
    alone = Ranked(data.items, ranked.numbers[[row]], ranked.scores[[row]])
    found = recipe.fit(data).rerank(alone, own, 10)
    assert found.numbers[0, :4].tolist() == [*ranked.numbers[row], film, -1]


def test_rules_and_exclusions_hold_for_candidates_and_pins_alike(data: Dataset) -> None:
    ids = data.items.ids
    rules = Rules(withdrawn=[ids[2]], without_genres=["Comedy"])
    recipe = Reranking(places=6, rules=rules, pins={ids[2]: 1, ids[8]: 2})
    ranked = unseen(data)
    not_wanted = ranked.numbers[:, 0]
    named = np.flatnonzero(not_wanted >= 0)
    unwanted = Exclusions(data.users.ids.gather(named), data.items.ids.gather(not_wanted[named]))
    fitted = recipe.fit(data)
    found = fitted.rerank(ranked, data.histories, 25, exclusions=unwanted)
    allowed = fitted.candidates(data.as_of)
    for row in range(data.histories.rows):
        films = found.numbers[row][found.numbers[row] >= 0]
        assert allowed[films].all()
        assert not_wanted[row] not in films
    assert 2 not in found.numbers


def test_films_that_come_out_after_as_of_are_never_shown(data: Dataset) -> None:
    ranked = unseen(data)
    film = int(ranked.numbers[0, 0])
    days = [date(2050, 1, 1) if k == film else None for k in range(len(data.items))]
    future = replace(data, movies=data.movies.with_columns(release_date=pl.Series(days)))
    early = replace(data.histories, as_of=np.full(40, 2_000_000_000))  # 2033
    late = replace(data.histories, as_of=np.full(40, 2_600_000_000))  # 2052
    fitted = AS_RANKED.fit(future)
    assert film not in fitted.rerank(ranked, early, 25).numbers
    assert fitted.rerank(ranked, late, 25).numbers[0, 0] == film


def test_drawn_films_come_from_beyond_the_list_with_the_stated_propensity(data: Dataset) -> None:
    ranked = unseen(data)
    recipe = replace(AS_RANKED, exploration=2, reach=0.7, places=6)
    found = recipe.fit(data).rerank(ranked, data.histories, 6, seed=3)
    takers = np.bincount(data.histories.numbers, minlength=30)
    weights = np.maximum(takers, 1) ** -0.7
    for row in range(data.histories.rows):
        assert np.array_equal(found.numbers[row, :4], ranked.numbers[row, :4])
        pool = [int(k) for k in ranked.numbers[row, 6:] if k >= 0]
        for place in (4, 5):
            film = int(found.numbers[row, place])
            assert found.rule_names(row)[place] == "exploration"
            assert film in pool
            chance = weights[film] / weights[pool].sum()
            assert found.propensities[row, place] == pytest.approx(chance, rel=1e-9)
            pool.remove(film)


def test_propensities_match_how_often_films_are_drawn(data: Dataset) -> None:
    """20,000 days of one viewer: every count within 4.5 standard errors (once in 7,000 tests)."""
    days = 20_000
    own = data.histories.take(np.zeros(days, np.int64))
    own = replace(own, as_of=86_400 * (30_000 + np.arange(days)))
    ranked = unseen(data)
    same = Ranked(data.items, ranked.numbers[[0] * days], ranked.scores[[0] * days])
    recipe = replace(AS_RANKED, exploration=1, reach=1, places=5)
    found = recipe.fit(data).rerank(same, own, 5)
    takers = np.bincount(data.histories.numbers, minlength=30)
    pool = ranked.numbers[0, 5:][ranked.numbers[0, 5:] >= 0]
    expected = np.zeros(30)
    expected[pool] = 1 / np.maximum(takers[pool], 1)
    expected /= expected.sum()
    counts = np.bincount(found.numbers[:, 4], minlength=30)
    error = np.sqrt(days * expected * (1 - expected))
    assert np.all(np.abs(counts - days * expected) <= 4.5 * error)
    np.testing.assert_allclose(found.propensities[:, 4], expected[found.numbers[:, 4]], rtol=1e-9)


def test_a_page_is_the_same_all_day(data: Dataset) -> None:
    fitted = Reranking(places=6, exploration=3).fit(data)
    ranked = unseen(data)

    def at(second: int, seed: int = 0) -> np.ndarray:
        asked = replace(data.histories, as_of=np.full(40, 86_400 * 20_000 + second))
        return fitted.rerank(ranked, asked, 6, seed=seed).numbers

    assert np.array_equal(at(0), at(86_399))
    assert not np.array_equal(at(0), at(86_400))
    assert not np.array_equal(at(0), at(0, seed=1))


def test_a_viewer_alone_gets_the_same_list(data: Dataset) -> None:
    fitted = Reranking(places=6, exploration=1).fit(data)
    ranked = unseen(data)
    together = fitted.rerank(ranked, data.histories, 10)
    for row in (0, 7, 39):
        alone = Ranked(data.items, ranked.numbers[[row]], ranked.scores[[row]])
        own = fitted.rerank(alone, data.histories.slice(row, row + 1), 10)
        assert np.array_equal(own.numbers[0], together.numbers[row])
        assert np.array_equal(own.propensities[0], together.propensities[row])


def test_a_filter_that_leaves_too_little_is_named(data: Dataset) -> None:
    few = Reranking(rules=Rules(available=list(data.items.ids[:3])), exploration=0)
    found = few.fit(data).rerank(unseen(data), data.histories, 10)
    (note,) = found.notes
    assert note.startswith("40 of 40 viewers get fewer than 10 films")
    assert note.endswith("available keeps out most, 27 of 30 films")
    assert ((found.numbers >= 0).sum(axis=1) <= 3).all()


def test_a_viewer_who_has_seen_everything_gets_an_empty_list(data: Dataset) -> None:
    everything = Histories.from_entries(
        data.items, np.zeros(30, np.int64), np.arange(30), 1, strength=1.0, time=5
    )
    empty = Ranked(data.items, np.full((1, 6), -1, np.int32), np.full((1, 6), -np.inf, np.float32))
    recipe = Reranking(pins={data.items.ids[0]: 1})
    found = recipe.fit(data).rerank(empty, everything, 6)
    assert (found.numbers == -1).all()
    assert (found.propensities == 0).all()
    assert "the fewest 0" in found.notes[0]
    none = recipe.fit(data).rerank(
        Ranked(data.items, empty.numbers[:0], empty.scores[:0]), everything.slice(0, 0), 6
    )
    assert none.numbers.shape == (0, 6)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"diversity": -0.1}, "diversity: expected a number from 0, got -0.1"),
        ({"diversity": "much"}, "diversity: expected a number from 0, got 'much'"),
        ({"calibration": float("nan")}, "calibration: expected a number from 0, got nan"),
        ({"reach": 1.5}, "reach: expected a number from 0 to 1, got 1.5"),
        ({"half_life": 0}, "half_life: expected days above 0, got 0"),
        ({"places": 0}, "places: expected a whole number from 1 to 1000, got 0"),
        ({"exploration": 21}, "exploration: expected a whole number from 0 to 20, got 21"),
        ({"exploration": 0.5}, "exploration: expected a whole number from 0 to 20, got 0.5"),
        ({"boosts": {"m10": 0}}, "boosts: expected a number above 0 for 'm10', got 0"),
        ({"boosts": {"m10": "up"}}, "boosts: expected film = number"),
        ({"boosts": 3}, "boosts: expected film = number"),
        ({"pins": {"m10": 21}}, "pins: expected a place from 1 to 20 for 'm10', got 21"),
        ({"pins": {"m10": 1.5}}, "pins: expected a place from 1 to 20 for 'm10', got 1.5"),
        ({"pins": {"m10": 1, "m11": 1}}, "pins: expected one film a place, got several at 1"),
        ({"rules": {"lang": ["en"]}}, "rules: expected keys among languages, .* got 'lang'"),
        ({"rules": 3}, "rules: expected a table of rules, got 3"),
        ({"variety": 1}, "reranking: expected keys among diversity, .* got 'variety'"),
    ],
)
def test_a_knob_out_of_range_is_refused(bad: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Reranking.from_table(bad)


def test_what_the_catalogue_lacks_is_named(data: Dataset) -> None:
    with pytest.raises(UnknownId, match="boosts: expected films of the catalogue, got 'nothing'"):
        Reranking(boosts={"nothing": 2.0}).fit(data)
    with pytest.raises(UnknownId, match="pins: expected films of the catalogue, got 'nothing'"):
        Reranking(pins={"nothing": 2}).fit(data)
    bare = data.movies.with_columns(
        pl.lit(None, data.movies.schema[name]).alias(name)
        for name in ("genres", "keywords", "cast", "directors")
    )
    unknown = replace(data, movies=bare)
    with pytest.raises(MissingData, match=r"diversity: .* diversity = 0 does without"):
        Reranking().fit(unknown)
    with pytest.raises(MissingData, match="calibration: expected genres"):
        Reranking(diversity=0).fit(unknown)
    AS_RANKED.fit(unknown)


def test_lists_that_do_not_belong_are_refused(data: Dataset) -> None:
    fitted, ranked = AS_RANKED.fit(data), unseen(data)
    with pytest.raises(InputError, match="expected candidates for 3 rows, got 40"):
        fitted.rerank(ranked, data.histories.slice(0, 3), 5)
    rising = Ranked(data.items, ranked.numbers, ranked.scores[:, ::-1])
    with pytest.raises(InputError, match="expected scores that fall, got others in row 0"):
        fitted.rerank(rising, data.histories, 5)
    with pytest.raises(InputError, match="n: expected a whole number from 1, got 0"):
        fitted.rerank(ranked, data.histories, 0)

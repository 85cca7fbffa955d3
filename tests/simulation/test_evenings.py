"""What viewers do: plays, pauses, ratings, fatigue and the place of a film on the page."""

import numpy as np
import polars as pl
import pytest

from matinee.simulation import World, simulated_tables
from matinee.simulation.catalogue import films
from matinee.simulation.evenings import simulate
from matinee.simulation.events import EVENTS, named_events, numbered_events
from matinee.simulation.log import COMPLETE, ROWS, SKIP, SLOTS
from matinee.simulation.tables import named_ratings, numbered_ratings
from matinee.simulation.world import BLOCK, DAY, DAYS, START

WORLD_OF_TEST = World(seed=3, viewers=BLOCK)


@pytest.fixture(scope="module")
def log():
    return simulate(WORLD_OF_TEST)


@pytest.fixture(scope="module")
def events(log):
    return named_events(numbered_events(*log), WORLD_OF_TEST.seed)


def test_equal_seeds_do_the_same_and_another_seed_does_not(log):
    again = simulated_tables(World(seed=3, viewers=60)).ratings
    first = named_ratings(numbered_ratings(log[1])).filter(pl.col("user_id") <= "v0060")
    assert again.equals(first)
    assert not again.equals(simulated_tables(World(seed=4, viewers=60)).ratings)


def test_everything_happens_in_the_two_years_and_no_evening_runs_into_the_next(events):
    assert events["timestamp"].min() >= START
    assert events["timestamp"].max() < START + DAYS * DAY
    spans = events.group_by("user_id", "session_id").agg(
        first=pl.col("timestamp").min(), last=pl.col("timestamp").max()
    )
    gaps = spans.sort("user_id", "first").select(
        (pl.col("first") - pl.col("last").shift(1)).over("user_id")
    )
    assert gaps["first"].drop_nulls().min() > 0


def test_a_play_is_no_longer_than_its_film_and_whole_only_when_complete(log):
    _, plays = log
    runtime = films().runtime[plays.item] * 60
    assert (plays.watched <= runtime).all()
    assert ((plays.watched == runtime) == (plays.ended == COMPLETE)).all()
    assert plays.watched[plays.ended == SKIP].max() <= 600
    assert (np.bincount(plays.ended) > 0.02 * len(plays.ended)).all()


def test_a_viewer_begins_a_film_once_and_one_at_a_time(log):
    _, plays = log
    pairs = plays.user.astype(np.int64) * len(films().items) + plays.item
    assert len(np.unique(pairs)) == len(pairs)
    same = plays.user[1:] == plays.user[:-1]
    assert (plays.time[1:][same] > plays.ended_at[:-1][same]).all()


def test_after_its_end_nothing_more_of_a_play_happens_but_its_rating(events):
    of_play = events.filter(pl.col("kind").is_in(["play", "pause", "resume"]))
    ends = events.filter(pl.col("kind").is_in(["skip", "stop", "complete"]))
    both = of_play.join(ends, on=["user_id", "item_id"], suffix="_end")
    assert both.height == of_play.height
    assert (both["timestamp"] <= both["timestamp_end"]).all()
    assert (both["position_s"] <= both["position_s_end"]).all()
    rated = events.filter(pl.col("kind") == "rate").join(ends, on=["user_id", "item_id"])
    assert (rated["timestamp"] > rated["timestamp_right"]).all()


def test_a_pause_is_followed_by_its_resume_at_the_same_place(events):
    stops = events.filter(pl.col("kind").is_in(["pause", "resume"]))
    kinds = stops["kind"].to_list()
    assert kinds[::2] == ["pause"] * (len(kinds) // 2)
    assert kinds[1::2] == ["resume"] * (len(kinds) // 2)
    assert stops["position_s"][::2].equals(stops["position_s"][1::2])


def test_the_time_between_play_and_end_is_what_was_watched_and_paused(events):
    moments = {
        kind: events.filter(pl.col("kind") == kind).select("user_id", "item_id", "timestamp")
        for kind in ("play", "complete", "pause", "resume")
    }
    paused = {
        kind: moments[kind].group_by("user_id", "item_id").agg(pl.col("timestamp").sum())
        for kind in ("pause", "resume")
    }
    keys = ["user_id", "item_id"]
    table = (
        events.filter(pl.col("kind") == "complete")
        .join(moments["play"], on=keys, suffix="_play")
        .join(paused["pause"], on=keys, how="left", suffix="_pause")
        .join(paused["resume"], on=keys, how="left", suffix="_resume")
        .fill_null(0)
    )
    rest = pl.col("timestamp_resume") - pl.col("timestamp_pause")
    took = pl.col("timestamp") - pl.col("timestamp_play")
    assert table.select((took == pl.col("position_s") + rest).all()).item()
    assert table.height > 1000


def test_ratings_are_the_rate_events(log, events):
    ratings = named_ratings(numbered_ratings(log[1]))
    rates = events.filter(pl.col("kind") == "rate").select(
        "user_id", "item_id", pl.col("value").alias("rating"), "timestamp"
    )
    assert rates.equals(ratings)
    stars = ratings["rating"].to_numpy()
    assert np.array_equal(2 * stars, np.round(2 * stars))
    assert stars.min() >= 0.5
    assert stars.max() == 5


def test_events_have_their_columns_and_an_id_each(events):
    assert events.schema == pl.Schema(EVENTS)
    assert events["event_id"].n_unique() == events.height
    pattern = r"^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
    assert events["event_id"].str.contains(pattern).all()


def test_every_page_shows_thirty_films_once_each(log, events):
    pages, _ = log
    assert (np.diff(np.sort(pages.items, axis=1), axis=1) > 0).all()
    shown = events.filter(pl.col("kind") == "impression").group_by("page_id").len()
    assert (shown["len"] == ROWS * SLOTS).all()


def test_who_finishes_a_film_rates_it_more_often_than_who_skips_it(log):
    _, plays = log
    rated = ~np.isnan(plays.rating)
    assert rated[plays.ended == COMPLETE].mean() > 3 * rated[plays.ended == SKIP].mean()


def test_a_film_further_right_is_looked_at_less_whatever_film_it_is(log):
    """In the lucky dip fame does not decide the slot: its six films are equals."""
    pages, _ = log
    opened = pages.opened[:, -SLOTS:].mean(axis=0)
    assert opened[0] > 1.5 * opened[5]


def test_a_film_of_a_lower_row_is_looked_at_less(log):
    pages, _ = log
    by_row = pages.opened.reshape(-1, ROWS, SLOTS).mean(axis=(0, 2))
    assert by_row[1] > by_row[2] > by_row[3] > by_row[4]


def test_a_tenth_of_the_films_has_more_plays_than_the_lower_half(log):
    plays = np.sort(np.bincount(log[1].item, minlength=len(films().items)))[::-1]
    assert plays[: len(plays) // 10].sum() > plays[len(plays) // 2 :].sum()


def test_fatigue_makes_people_change_the_genre(log):
    """With fatigue a film shares fewer genres with the one seen before it."""

    def shared(plays):
        genres = films().genres[:, plays.item].astype(float)
        same = plays.user[1:] == plays.user[:-1]
        both = (genres[:, 1:] * genres[:, :-1]).sum(axis=0)
        return (both / np.maximum(genres[:, 1:], genres[:, :-1]).sum(axis=0))[same].mean()

    tireless = simulate(World(seed=3, viewers=BLOCK, fatigue=0.0))[1]
    assert shared(log[1]) < 0.9 * shared(tireless)

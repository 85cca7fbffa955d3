"""Transitions against a walk through every pair of every history."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from matinee.dataset import NO_TIME, Histories
from matinee.errors import InputError, MissingData
from matinee.models.transitions import Transitions


def rng():
    return np.random.default_rng(0)


def in_order(histories: Histories, row: int) -> list[int]:
    """The entries of a row by time, of one time by item number."""
    part = range(histories.indptr[row], histories.indptr[row + 1])
    return sorted(part, key=lambda e: (histories.time[e], histories.numbers[e]))


@pytest.mark.parametrize(
    "recipe",
    [Transitions(), Transitions(days=3.0, window=2, lag=0.5, shrink=0.0), Transitions(window=1)],
)
def test_every_pair_of_every_history_is_counted_once(data, recipe):
    model = recipe.fit(data, rng())
    own = data.histories.on(model.items)
    expected = np.zeros((len(model.items), len(model.items)))
    for row in range(own.rows):
        entries = in_order(own, row)
        for late in range(len(entries)):
            age = (data.as_of - own.time[entries[late]]) / 86_400
            weight = max(own.strength[entries[late]], 0) * np.exp(-age / recipe.days)
            if weight <= 2.0**-12:
                continue
            for early in range(max(0, late - recipe.window), late):
                pair = own.numbers[entries[early]], own.numbers[entries[late]]
                expected[pair] += weight * recipe.lag ** (late - early - 1)
    expected /= np.maximum(expected.sum(axis=1, keepdims=True) + recipe.shrink, 1e-12)
    stored = (model.weights, model.numbers, model.indptr)
    found = csr_array(stored, shape=expected.shape).toarray()
    assert (expected > 0).any()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)


def test_the_last_film_counts_most_and_a_disliked_one_nothing(data):
    recipe = Transitions(recency=0.5)
    counted = recipe.counted(data.histories)
    for row in range(data.histories.rows):
        for place, entry in enumerate(reversed(in_order(data.histories, row))):
            liked = data.histories.strength[entry] >= 0
            assert counted[entry] == (np.float32(0.5**place) if liked else 0)


def test_what_was_seen_last_decides(data):
    """Two films seen in either order: what follows the later one comes first."""
    model = Transitions(recency=0.1, shrink=0.0).fit(data, rng())
    rows = np.repeat(np.arange(len(model.items)), np.diff(model.indptr))
    first = int(np.bincount(rows).argmax())
    second = next(i for i in np.flatnonzero(np.diff(model.indptr)) if i != first)
    scores = []
    for times in ((1, 2), (2, 1)):
        history = Histories.from_entries(
            model.items,
            np.zeros(2, np.int32),
            np.array([first, second], np.int32),
            1,
            strength=np.ones(2, np.float32),
            time=np.array(times),
        )
        scores.append(model.score(history)[0])
    follows = model.numbers[model.indptr[first] : model.indptr[first + 1]]
    assert (scores[1][follows] > scores[0][follows]).any()


def test_data_without_times_is_refused(data):
    nameless = data.histories
    timeless = Histories(
        nameless.items,
        nameless.indptr,
        nameless.numbers,
        nameless.strength,
        nameless.rating,
        np.full(nameless.entries, NO_TIME),
        nameless.as_of,
    )
    with pytest.raises(MissingData, match="transitions: expected times of ratings"):
        Transitions().fit(data.with_histories(timeless), rng())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"days": 0.0}, "expected days > 0"),
        ({"window": 0}, "window from 1 to 1,000"),
        ({"lag": 0.0}, "expected lag and recency"),
        ({"recency": 1.5}, "expected lag and recency"),
        ({"shrink": float("nan")}, "shrink >= 0"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        Transitions(**settings)

"""Seconds from one viewer's history of 100 films to the best 100 of 20,000: "ease" or "als"."""

import sys

import numpy as np
from clock import report, timed
from histories import vocabulary

from matinee.dataset import Histories
from matinee.models import Als, Ease, FittedAls, FittedItemItem
from matinee.ranking import top

ITEMS, FILMS, FACTORS = 20_000, 100, 128
items = vocabulary(ITEMS)
rng = np.random.default_rng(0)


def viewer() -> Histories:
    films = np.sort(rng.permutation(ITEMS)[:FILMS])
    return Histories.from_entries(
        items, np.zeros(FILMS, np.int64), films, 1, strength=np.ones(FILMS, np.float32)
    )


if sys.argv[1] == "als":
    # The scale that a fitted model has: the factors' products sum to less than the identity.
    factors = rng.standard_normal((ITEMS, FACTORS), np.float32) / np.float32(2 * ITEMS**0.5)
    model = FittedAls.of(Als(factors=FACTORS), items, factors)
else:
    weights = rng.standard_normal((ITEMS, ITEMS), np.float32)
    model = FittedItemItem("ease", Ease(), items, weights)
viewers = iter([viewer() for _ in range(340)])
timed(lambda: top(model, next(viewers), 100), 40)  # compiles, and wakes the threads
_, seconds = timed(lambda: top(model, next(viewers), 100), 300)
report(seconds=seconds)

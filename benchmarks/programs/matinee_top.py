"""Seconds to the best 100 unseen films of every viewer: from factors, and from histories."""

import sys

import numpy as np
from arrays import load, save
from clock import report, timed
from histories import histories

from matinee.models import Als, FittedAls
from matinee.ranking import top, top_of_factors

folder, way, repeats = sys.argv[1:]
seen = histories(folder, "seen")
users, factors = load(folder, "user_factors", "item_factors")
model = FittedAls.of(Als(factors=128), seen.items, factors)


def ranked(rows: int) -> np.ndarray:
    asked = seen.slice(0, rows)
    if way == "histories":
        return top(model, asked, 100).numbers
    return top_of_factors(users[:rows], factors, asked, 100)[0]


ranked(512)
numbers, seconds = timed(lambda: ranked(seen.rows), int(repeats))
save(f"{folder}/top", matinee=numbers)
report(seconds=seconds, lists=len(numbers), items=len(factors))

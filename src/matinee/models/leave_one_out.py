"""Contributions of a model that is not linear, by what each film's absence changes."""

import numpy as np

from matinee.dataset import Histories
from matinee.models.protocols import Contributions, Scorer


def leave_one_out(scorer: Scorer, histories: Histories, items: np.ndarray) -> Contributions:
    """Score with the whole history less the score without each entry; the rest is "remainder".

    `items` (rows, n) are the scorer's numbers. One scoring of as many rows as there are entries,
    so meant for few viewers at a time.
    """
    own = histories.on(scorer.items)
    listed = np.repeat(items, own.lengths, axis=0)
    # One copy of the row for each of its entries, with that entry taken out.
    copies = own.take(own.entry_rows)
    place = np.arange(own.entries) - np.repeat(own.indptr[:-1], own.lengths)
    keep = np.ones(copies.entries, bool)
    keep[copies.indptr[:-1] + place] = False
    without = np.take_along_axis(scorer.score(copies.where(keep)), listed, axis=1)
    whole = np.take_along_axis(scorer.score(own), items, axis=1)
    entries = whole[own.entry_rows] - without
    parts = Contributions(own, entries, {})
    return Contributions(own, entries, {"remainder": (whole - parts.totals()).astype(np.float32)})

"""Seconds of EASE in float32 on the most-rated items, its two steps apart: folder, items."""

import sys

import numpy as np
import polars as pl
from arrays import save
from clock import report, timed
from histories import dataset, likes

from matinee.dataset import Histories, Vocabulary
from matinee.models.solve import invert, off_diagonal
from matinee.models.statistic import Rows, Weighing

folder, items = sys.argv[1], int(sys.argv[2])
RIDGE = 500.0


def rows_of(whole: Histories, count: int) -> Rows:
    ratings = np.bincount(whole.numbers, minlength=len(whole.items))
    most = np.sort(np.argsort(-ratings, kind="stable")[:count])
    kept = Vocabulary(whole.items.ids.gather(pl.Series(most)))
    return Rows.of(dataset(whole), Weighing()).on(kept)


def solve(G: np.ndarray) -> np.ndarray:
    P = invert(G, "ease")
    return off_diagonal(P, 1 / P.diagonal())


def warm_up(whole: Histories) -> None:
    G = rows_of(whole, 100).squares("float32")
    G[np.diag_indices_from(G)] += RIDGE
    solve(G)


liked = likes(folder)
warm_up(liked.slice(0, 1000))
rows = rows_of(liked, items)
del liked
matrix = rows.seen
save(f"{folder}/ease", indptr=matrix.indptr, indices=matrix.indices)
G, gram_seconds = timed(lambda: rows.squares("float32"))
G[np.diag_indices_from(G)] += RIDGE
save(f"{folder}/ease", gram=G)
weights, solve_seconds = timed(lambda: solve(G))
report(seconds=solve_seconds, gram_seconds=gram_seconds, items=len(weights))

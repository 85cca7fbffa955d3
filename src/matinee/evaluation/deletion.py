"""Whether named reasons are the true ones: without them the film must fall, and stay explained."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matinee.dataset import Histories
from matinee.errors import InputError
from matinee.evaluation.significance import Sums, bootstrap
from matinee.explanation.rescoring import rescored, without
from matinee.models.leave_one_out import leave_one_out
from matinee.models.protocols import Contributions, LinearScorer, Scorer

COUNTS = (1, 2, 3, 5)  # films that are taken out


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval, viewers drawn whole."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, sums: Sequence[Sums], seed: int) -> "list[Figure]":
        """One of each; the same draws of viewers for all."""
        low, high = bootstrap(sums, np.random.default_rng(seed))
        return [cls(s.value, float(a), float(b)) for s, a, b in zip(sums, low, high, strict=True)]


@dataclass(frozen=True, slots=True)
class Deleted:
    """Places that a film falls, on average, without `count` films of the history."""

    count: int
    named: Figure  # the films that add most to its score
    drawn: Figure  # as many at random
    ratio: Figure
    named_out: Figure  # share of films that leave the list
    drawn_out: Figure


@dataclass(frozen=True, slots=True)
class Deletion:
    """The deletion test of one model over many recommendations."""

    viewers: int
    recommendations: int
    n: int
    curve: tuple[Deleted, ...]
    additivity: float  # largest |sum of the contributions - score|, over the scores' spread
    stability: Figure  # share of three named films still named without a fourth


def deletion(
    scorer: Scorer,
    histories: Histories,
    items: np.ndarray,
    seed: int = 0,
    counts: Sequence[int] = COUNTS,
    draws: int = 4,
) -> Deletion:
    """Take named films out of each history, and as many at random; ask the model where a film is.

    `items` (rows, n) in the scorer's numbers are the first n of each row. Histories must have more
    films than are taken out. Places are those among films that the whole history lacks.
    """
    own = histories.on(scorer.items)
    if own.rows < 2 or int(own.lengths.min()) <= max(counts):
        raise InputError(
            f"deletion: expected two histories or more, of more than {max(counts)} films, got "
            f"{own.rows} of at least {int(own.lengths.min()) if own.rows else 0}"
        )
    rng = np.random.default_rng(seed)
    n = items.shape[1]
    parts = _parts(scorer, own, items)
    rows = np.repeat(np.arange(own.rows), n)
    listed = items.ravel()
    before = _places(scorer, own, rows, listed, [[]] * len(rows))
    curve = []
    for count in counts:
        named = _places(scorer, own, rows, listed, _largest(parts, count))
        found = [
            _places(scorer, own, rows, listed, _drawn(own, rows, count, rng)) for _ in range(draws)
        ]
        drawn = np.mean([places - before for places in found], axis=0)
        drawn_out = np.mean([places > n for places in found], axis=0)
        fell = Sums(_by_row(named - before, rows), _by_row(np.ones(len(rows)), rows))
        fell_drawn = Sums(_by_row(drawn, rows), fell.denominators)
        sums = [
            fell,
            fell_drawn,
            Sums(fell.numerators, fell_drawn.numerators),
            Sums(_by_row(named > n, rows), fell.denominators),
            Sums(_by_row(drawn_out, rows), fell.denominators),
        ]
        curve.append(Deleted(count, *Figure.of(sums, seed)))
    off = _off(scorer, own, items, parts)
    return Deletion(
        own.rows, len(rows), n, tuple(curve), off, _stability(scorer, own, items, parts, rng)
    )


def _parts(scorer: Scorer, own: Histories, items: np.ndarray) -> Contributions:
    if isinstance(scorer, LinearScorer):
        return scorer.contributions(own, items)
    return leave_one_out(scorer, own, items)


def _places(
    scorer: Scorer, own: Histories, rows: np.ndarray, items: np.ndarray, removed: list[list[int]]
) -> np.ndarray:
    nothing = np.empty((len(rows), 0), np.int64)
    return rescored(scorer, without(own, rows, removed), own.take(rows), items, nothing)[0]


def _largest(parts: Contributions, count: int) -> list[list[int]]:
    """Of each recommendation the places of the entries that add most."""
    histories = parts.histories
    return [
        best.tolist()
        for start, stop in zip(histories.indptr[:-1], histories.indptr[1:], strict=True)
        for best in np.argsort(-parts.entries[start:stop], axis=0, kind="stable")[:count].T
    ]


def _drawn(
    own: Histories, rows: np.ndarray, count: int, rng: np.random.Generator
) -> list[list[int]]:
    return [rng.choice(length, count, replace=False).tolist() for length in own.lengths[rows]]


def _by_row(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.bincount(rows, values.astype(np.float64))


def _off(scorer: Scorer, own: Histories, items: np.ndarray, parts: Contributions) -> float:
    scores = scorer.score(own)
    spread = float(scores.std()) or 1.0
    listed = np.take_along_axis(scores, items, axis=1)
    return float(np.abs(parts.totals() - listed).max() / spread)


def _stability(
    scorer: Scorer,
    own: Histories,
    items: np.ndarray,
    parts: Contributions,
    rng: np.random.Generator,
) -> Figure:
    """The named three of each film again, when the viewer lacks a film that was not named."""
    most, n = 3, items.shape[1]
    named = _largest(parts, most)
    gone = []
    for row, length in enumerate(own.lengths):
        taken = {place for each in named[row * n : (row + 1) * n] for place in each}
        free = np.setdiff1d(np.arange(length), sorted(taken))
        gone.append([int(rng.choice(free))] if len(free) else [])
    changed = without(own, np.arange(own.rows), gone)
    again = _largest(_parts(scorer, changed, items), most)
    kept = np.zeros(own.rows)
    for k, (old, new) in enumerate(zip(named, again, strict=True)):
        row = k // n
        before = own.numbers[own.indptr[row] + np.array(old)]
        after = changed.numbers[changed.indptr[row] + np.array(new)]
        kept[row] += len(np.intersect1d(before, after)) / len(before)
    asked = np.array([bool(each) for each in gone])
    return Figure.of([Sums(kept * asked, n * asked.astype(np.float64))], 0)[0]

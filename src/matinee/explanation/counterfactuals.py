"""The fewest films of a history without which a recommendation would not be made."""

from dataclasses import dataclass, field

import numpy as np

from matinee.dataset import Histories
from matinee.errors import InputError
from matinee.explanation.rescoring import rescored, without
from matinee.models.leave_one_out import leave_one_out
from matinee.models.protocols import LinearScorer, Scorer

_BEHIND = 40  # films behind the list whose rise is foreseen
_MOST = 5  # films that a person can weigh


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Without these films in the history the recommendation would not be among the first n.

    Found by what each film adds to the scores, then asked of the model itself: `place_without` is
    its answer. None of the films can be spared: with any of them back the recommendation is back,
    which the model was asked too. No films, and None, where no set of up to `most` was found; then
    there may be one all the same, since not every set is tried.
    """

    item_ids: tuple[str, ...]
    n: int
    most: int
    place: int
    place_without: int | None

    @property
    def verified(self) -> bool:
        """Whether the model, asked again, puts the film behind the first n."""
        return self.place_without is not None and self.place_without > self.n


def counterfactuals(
    scorer: Scorer, histories: Histories, items: np.ndarray, n: int, most: int = _MOST
) -> list[list[Counterfactual]]:
    """Of each row and each listed item (rows, listed; the scorer's numbers, -1 none) one.

    Films are taken out greedily: each time the one whose absence brings the item nearest to
    falling behind n others, by contributions that are exact for a linear scorer. Where the model's
    answer differs, the search goes on from the answer. Films that are taken out stay seen: they
    do not enter the list. Costs a few scorings for each item.
    """
    if n < 1 or most < 1:
        raise InputError(f"counterfactuals: expected n and most >= 1, got {n} and {most}")
    own = histories.on(scorer.items)
    searches = _searches(scorer, own, items, n)
    left = [one for one in searches if one.place <= n]
    while left:
        for one in left:
            one.extend(n, most)
        _ask(scorer, own, left)
        left = [one for one in left if one.found_place <= n and one.can_grow(most)]
    _spare(scorer, own, [one for one in searches if len(one.removed) > 1 and one.found_place > n])
    found: list[list[Counterfactual]] = [[] for _ in range(own.rows)]
    for one in searches:
        out = one.found_place > n
        numbers = own.numbers[own.indptr[one.row] + np.array(one.removed if out else [], np.int64)]
        ids = tuple(scorer.items.take(numbers))
        place = one.found_place if out else None
        found[one.row].append(Counterfactual(ids, n, most, one.place, place))
    return found


@dataclass(slots=True, eq=False)
class _Search:
    """One recommendation: what was taken out so far, and where that leaves it."""

    row: int
    item: int
    n: int
    place: int
    near: np.ndarray  # (m,) the item, then the films that it stands among
    scores: np.ndarray  # (m,) as last foreseen or answered
    adds: np.ndarray  # (entries of the row, m): what each film of the history adds to them
    removed: list[int] = field(default_factory=list)
    found_place: int = 0
    stuck: bool = False

    def can_grow(self, most: int) -> bool:
        return not self.stuck and len(self.removed) < min(most, len(self.adds))

    def extend(self, n: int, most: int) -> None:
        """Take out films until n others are foreseen before the item; at least one."""
        while self.can_grow(most):
            after = self.scores - self.adds
            margins = after[:, 0] - _nth(after[:, 1:], n)
            margins[self.removed] = np.inf
            best = int(margins.argmin())
            if margins[best] >= self.scores[0] - _nth(self.scores[None, 1:], n)[0]:
                self.stuck = True  # no film's absence brings it nearer
                return
            self.removed.append(best)
            self.scores = after[best]
            if margins[best] < 0:
                return


def _searches(scorer: Scorer, own: Histories, items: np.ndarray, n: int) -> list[_Search]:
    near = _near(scorer, own, n + _BEHIND)
    if isinstance(scorer, LinearScorer):
        parts = scorer.contributions(own, np.maximum(near, 0))
    else:
        parts = leave_one_out(scorer, own, np.maximum(near, 0))
    rows, columns = np.nonzero(items >= 0)
    listed = items[rows, columns]
    copies = own.take(rows)
    nothing = np.zeros((len(rows), 0), np.int64)
    places, _ = rescored(scorer, copies, copies, listed, nothing)
    scores = parts.totals()
    found = []
    for row, item, place in zip(rows, listed, places, strict=True):
        entries = slice(own.indptr[row], own.indptr[row + 1])
        at = np.flatnonzero(near[row] == item)
        if not len(at):  # it stands behind all of them already
            near_it, adds = np.array([item]), np.zeros((0, 1))
            search = _Search(int(row), int(item), n, int(place), near_it, np.zeros(1), adds)
        else:
            others = (near[row] >= 0) & (near[row] != item)
            order = np.concatenate([at, np.flatnonzero(others)])
            search = _Search(
                int(row),
                int(item),
                n,
                int(place),
                near[row][order],
                scores[row][order],
                parts.entries[entries][:, order].astype(np.float64),
            )
        search.found_place = int(place)
        found.append(search)
    return found


def _near(scorer: Scorer, own: Histories, most: int) -> np.ndarray:
    """The first films of each row that its history does not hold, (rows, up to most), -1 none."""
    most = min(most, len(scorer.items))
    found = np.empty((own.rows, most), np.int64)
    for start in range(0, own.rows, 64):
        part = own.slice(start, start + 64)
        scores = np.array(scorer.score(part), np.float32)
        scores[part.entry_rows, part.numbers] = -np.inf
        best = np.argsort(-scores, axis=1, kind="stable")[:, :most]
        there = np.isfinite(np.take_along_axis(scores, best, axis=1))
        found[start : start + part.rows] = np.where(there, best, -1)
    return found


def _ask(scorer: Scorer, own: Histories, searches: list[_Search]) -> None:
    """What the model says without what each search took out, noted in it."""
    places, scores = _answers(scorer, own, searches, [one.removed for one in searches])
    for one, place, answer in zip(searches, places, scores, strict=True):
        one.found_place, one.scores = int(place), answer[: len(one.near)].astype(np.float64)


def _answers(
    scorer: Scorer, own: Histories, searches: list[_Search], removed: list[list[int]]
) -> tuple[np.ndarray, np.ndarray]:
    rows = np.array([one.row for one in searches], np.int64)
    items = np.array([one.item for one in searches], np.int64)
    width = max(len(one.near) for one in searches)
    near = np.stack([np.resize(one.near, width) for one in searches])
    return rescored(scorer, without(own, rows, removed), own.take(rows), items, near)


def _spare(scorer: Scorer, own: Histories, searches: list[_Search]) -> None:
    """Put films back as long as the item stays behind n others."""
    while searches:
        tried = [(one, k) for one in searches for k in range(len(one.removed))]
        fewer = [one.removed[:k] + one.removed[k + 1 :] for one, k in tried]
        places, _ = _answers(scorer, own, [one for one, _ in tried], fewer)
        again = []
        best: dict[int, tuple[int, list[int], _Search]] = {}
        for (one, _), place, removed in zip(tried, places, fewer, strict=True):
            if place > one.n and place > best.get(id(one), (0, removed, one))[0]:
                best[id(one)] = int(place), removed, one
        for place, removed, one in best.values():
            one.removed, one.found_place = removed, place
            if len(removed) > 1:
                again.append(one)
        searches = again


def _nth(scores: np.ndarray, n: int) -> np.ndarray:
    """The n-th largest of each row, (rows,); -inf where there are fewer."""
    if scores.shape[1] < n:
        return np.full(len(scores), -np.inf)
    return np.asarray(-np.partition(-scores, n - 1, axis=1)[:, n - 1])

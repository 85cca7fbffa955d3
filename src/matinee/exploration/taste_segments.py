"""Viewers by taste: groups whose likes lean the same way, named by what they lean to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array

LEAST_VIEWERS: Final = 10  # fewer are shown nowhere: they could be known again
_LEAST_LIKES = 5  # of a viewer whose taste is looked at
_MOST_GROUPS, _SMALLEST = 6, 0.03  # of a group: its share of the viewers
_LOOKED_AT, _JUDGED = 20_000, 2_000  # viewers that groups are made of and judged by
_NEARLY = 0.8  # of the best silhouette
_NAMED, _LEAN = 3, 1.15  # facets in a name; how far over its share of everybody


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A group of viewers; `rows` (viewers,) of the likes it was made of."""

    name: str
    rows: np.ndarray
    leanings: Sequence[tuple[str, float, float]]  # facet, its share here, its share of everybody


def taste_segments(
    likes: csr_array,
    facets: csr_array,
    names: Sequence[str],
    rng: np.random.Generator,
    unsaid: Callable[[str], bool],
) -> tuple[Segment, ...]:
    """Groups of the viewers with some likes, the largest first; () where there are too few.

    `likes` (viewers, films) of 0 and 1, `facets` (films, names): a film's share of each, which sum
    to 1 by kind. A viewer is the square roots of their shares (Hellinger's distance: many likes
    weigh no more than few), grouped by k-means into the most groups, up to 6, whose mean silhouette
    is at least 0.8 of the best: tastes blend into each other, and more groups say more. Groups
    below 3 per cent or 10 viewers join the nearest. Facets that are `unsaid` have no part in it.
    """
    said = np.array([not unsaid(name) for name in names], bool)
    rows = np.flatnonzero(np.diff(likes.indptr) >= _LEAST_LIKES)
    if len(rows) < 2 * LEAST_VIEWERS or not said.any():
        return ()
    counts = (likes[rows] @ facets[:, said]).toarray()
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1e-12)
    groups = _grouped(np.sqrt(shares), rng)
    everybody = shares.mean(0)
    kept = [name for name, here in zip(names, said, strict=True) if here]
    found = []
    for group in np.unique(groups):
        inside = groups == group
        leanings = _leanings(shares[inside].mean(0), everybody, kept)
        named = [name for name, here, _ in leanings if here >= 0.01][:_NAMED]
        found.append(Segment(" · ".join(named) or "A bit of all", rows[inside], leanings))
    return tuple(sorted(found, key=lambda one: -len(one.rows)))


def _leanings(
    here: np.ndarray, everybody: np.ndarray, names: Sequence[str]
) -> list[tuple[str, float, float]]:
    """What the group likes more than everybody, by how much of its likes that explains."""
    gained = here * np.log(np.maximum(here, 1e-12) / np.maximum(everybody, 1e-12))
    order = np.argsort(-gained, kind="stable")
    return [
        (names[k], float(here[k]), float(everybody[k]))
        for k in order
        if here[k] > _LEAN * everybody[k]
    ]


def _grouped(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The group of each point, (points,); all in one where no grouping has a silhouette > 0."""
    from sklearn.cluster import KMeans  # noqa: PLC0415  a second to import
    from sklearn.metrics import silhouette_score  # noqa: PLC0415

    looked = np.sort(rng.permutation(len(points))[:_LOOKED_AT])
    judged = looked[np.sort(rng.permutation(len(looked))[:_JUDGED])]
    tried = [(0.0, np.zeros(len(points), np.int64))]
    for k in range(2, min(_MOST_GROUPS, len(points) // LEAST_VIEWERS) + 1):
        fitted = KMeans(k, n_init=4, random_state=int(rng.integers(2**31))).fit(points[looked])
        groups = _without_small(fitted.predict(points), points, fitted.cluster_centers_)
        if len(np.unique(groups[judged])) > 1:
            tried.append((float(silhouette_score(points[judged], groups[judged])), groups))
    best = max(score for score, _ in tried)
    return [groups for score, groups in tried if score >= _NEARLY * best][-1]


def _without_small(groups: np.ndarray, points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    sizes = np.bincount(groups, minlength=len(centres))
    large = np.flatnonzero(sizes >= max(LEAST_VIEWERS, _SMALLEST * len(points)))
    small = ~np.isin(groups, large)
    if not len(large) or not small.any():
        return groups
    away = ((points[small, None] - centres[None, large]) ** 2).sum(2)
    joined = groups.copy()
    joined[small] = large[away.argmin(1)]
    return joined

"""Themes found in the data: films that share what can be said of them and whose viewers agree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matinee.page.facets import Facet
from matinee.page.words import capitalised

MOST = 240  # themes that are kept
_LEAST = 16  # films of a theme
_SAME = 0.6  # of the films of either: two themes that share so many are one
_SHRINK = 20.0  # films of no agreement that are added to each theme
_FLEETING = frozenset({"decade", "acclaim"})  # viewers agree on these for when they came, or fame


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """Films of which every facet is true: so the name holds for each of them."""

    name: str
    facets: tuple[Facet, ...]
    films: np.ndarray  # (films,) ascending numbers

    def evidence(self, film: int) -> str:
        """What makes this film (by number) one of the theme."""
        return ", ".join(dict.fromkeys(facet.evidence(film) for facet in self.facets))


def themes(facets: Sequence[Facet], taste: np.ndarray | None, films: int) -> list[Theme]:
    """The themes on which viewers agree most, best first, and every genre.

    Candidates are a genre alone, two genres, a genre with one other facet, an acclaimed genre of a
    decade, and a keyword, language or director alone. Of a candidate's films the mean cosine of
    `taste` (films, n), over all pairs, tells how far those who like one like the others; without
    taste the larger is the better. Of two that share most of their films the first stays.
    """
    candidates = [theme for theme in _candidates(facets) if len(theme.films) >= _LEAST]
    if not candidates:
        return []
    lengths = [len(theme.films) for theme in candidates]
    members = csr_array(
        (
            np.ones(sum(lengths), np.float32),
            np.concatenate([theme.films for theme in candidates]),
            np.concatenate([[0], np.cumsum(lengths)]),
        ),
        shape=(len(candidates), films),
    )
    fleeting = [any(facet.kind in _FLEETING for facet in theme.facets) for theme in candidates]
    agreement = _agreement(members, taste) * np.where(fleeting, 0.5, 1.0)
    order = np.argsort(-agreement, kind="stable")
    shared = (members @ members.T).tocsr()
    kept: list[int] = []
    taken = np.zeros(len(candidates), bool)
    for k in order.tolist():
        near = slice(shared.indptr[k], shared.indptr[k + 1])
        others, counts = shared.indices[near], shared.data[near]
        either = lengths[k] + np.array(lengths)[others] - counts
        genre = len(candidates[k].facets) == 1 and candidates[k].facets[0].kind == "genre"
        same = taken[others] & (counts > _SAME * either)
        if genre or not (same.any() or len(kept) >= MOST):
            kept.append(k)
            taken[k] = True
    return [candidates[k] for k in kept]


def _agreement(members: csr_array, taste: np.ndarray | None) -> np.ndarray:
    """Mean cosine over the pairs of each row's films, drawn to zero where they are few, (rows,)."""
    if taste is None:
        return np.diff(members.indptr).astype(np.float64)
    known = (taste != 0).any(axis=1).astype(np.float64)
    count = members @ known
    total = np.linalg.norm(members @ taste.astype(np.float64), axis=1) ** 2
    pairs = np.maximum(count * (count - 1), 1)
    return np.asarray((total - count) / pairs * count / (count + _SHRINK))


def _candidates(facets: Sequence[Facet]) -> list[Theme]:
    found = []
    genres = [facet for facet in facets if facet.kind == "genre"]
    others = [facet for facet in facets if facet.kind != "genre"]
    acclaimed = [facet for facet in facets if facet.kind == "acclaim"]
    decades = [facet for facet in facets if facet.kind == "decade"]
    for k, genre in enumerate(genres):
        found.append(Theme(capitalised(genre.noun), (genre,), genre.films))
        found += [
            _both(f"{second.before} {genre.noun}", genre, second) for second in genres[k + 1 :]
        ]
        found += [_both(_name(genre.noun, facet), genre, facet) for facet in others]
        for first in acclaimed:
            good = _both(_name(genre.noun, first), genre, first)
            found += [_both(f"{good.name} {decade.after}", good, decade) for decade in decades]
    for facet in others:
        if facet.kind not in {"decade", "mood"}:
            found.append(Theme(capitalised(_name("films", facet)), (facet,), facet.films))
    by_name = {theme.name: theme for theme in reversed(found)}
    return [theme for theme in by_name.values() if not _stutters(theme.name)][::-1]


def _both(name: str, first: Facet | Theme, second: Facet) -> Theme:
    films = np.intersect1d(first.films, second.films, assume_unique=True)
    facets = first.facets if isinstance(first, Theme) else (first,)
    return Theme(capitalised(name), (*facets, second), films)


def _name(noun: str, facet: Facet) -> str:
    return f"{noun} {facet.after}" if facet.after else f"{facet.before} {noun}"


def _stutters(name: str) -> bool:
    """Whether a word stands twice: "Romantic romances", "War war films", "Thrilling thrillers"."""
    said = [word.lower()[:5].rstrip("s") for word in name.split() if len(word) > 2]
    return len(said) != len(set(said))

"""What a viewer's films are taken to say: the films themselves, their genres, people, decades."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from matinee.dataset import NO_TIME, Histories
from matinee.features import sensitive
from matinee.kernels.threads import one_thread
from matinee.page.maker import PageMaker
from matinee.page.scoring import best

_BEST = 50  # films of the viewer's list, in whose scores the influence is measured
_PRIOR = 3.0  # films without an opinion that each genre, person and decade is counted with
_MOST = 12  # of each kind
_PEOPLE = ("directors", "cast", "writers")


@dataclass(frozen=True, slots=True)
class TasteFilm:
    """A film of the history: what the viewer thinks of it, and what that does."""

    item_id: str
    title: str
    year: int | None
    weight: float  # -1 disliked to 1 liked; 0: seen without an opinion
    influence: float | None  # share of what the history adds to the 50 best films; None: unused
    timestamp: int | None


@dataclass(frozen=True, slots=True)
class Belief:
    """A genre, a person or a decade: Σ weights of its films / (their number + 3)."""

    name: str
    films: int
    weight: float


@dataclass(frozen=True, slots=True)
class Taste:
    """What is believed of a viewer, the strongest first. Never more than films tell."""

    films: tuple[TasteFilm, ...]
    genres: tuple[Belief, ...]
    people: tuple[Belief, ...]
    decades: tuple[Belief, ...]


def taste(maker: PageMaker, movies: pl.DataFrame, known: Histories, used: Histories) -> Taste:
    """Of a history of one row and of the part of it that is used; `movies` are the maker's films.

    Beliefs are of the used part alone. Of people, those of at least two films.
    """
    influence = _influence(maker, used)
    films = [
        TasteFilm(
            maker.ids[film],
            maker.titles[film],
            maker.years[film],
            float(weight),
            influence.get(film) if film in used.numbers else None,
            None if time == NO_TIME else int(time),
        )
        for film, weight, time in zip(
            known.numbers.tolist(), known.strength.tolist(), known.time.tolist(), strict=True
        )
    ]
    films.sort(key=lambda film: (-(film.influence or 0.0), -abs(film.weight), film.item_id))
    own = movies[used.numbers.tolist()]
    weights = used.strength.astype(np.float64).tolist()
    return Taste(
        tuple(films),
        _beliefs(_genres(own, maker.layout.unsaid), weights, 1),
        _beliefs(_people(own), weights, 2),
        _beliefs([None if y is None else [f"{y // 10 * 10}s"] for y in own["year"]], weights, 1),
    )


def _influence(maker: PageMaker, used: Histories) -> Mapping[int, float]:
    """Each film's share of the absolute contributions to the viewer's best films."""
    if not (used.strength > 0).any():
        return {}
    with one_thread():
        scores = maker.scoring.scores(used)
        scores[~maker.shown] = -np.inf
        scores[used.numbers] = -np.inf
        films = best(scores, min(_BEST, int((scores > -np.inf).sum())))
        if not len(films):
            return {}
        added = maker.scoring.added(used, films)
    size = np.abs(np.asarray(added.parts.entries, np.float64)).sum(axis=1)
    total = size.sum() or 1.0
    return dict(zip(added.numbers.tolist(), (size / total).tolist(), strict=True))


def _genres(movies: pl.DataFrame, unsaid: tuple[str, ...]) -> list[list[str]]:
    """Those of which a viewer's opinion may be said: none of a sensitive matter."""
    return [
        [name for name in names or () if not sensitive(f"genre: {name}", unsaid)]
        for names in movies["genres"].to_list()
    ]


def _people(movies: pl.DataFrame) -> list[list[str]]:
    columns = [movies[name].to_list() for name in _PEOPLE]
    return [
        list(dict.fromkeys(name for names in films for name in names or ()))
        for films in zip(*columns, strict=True)
    ]


def _beliefs(
    words: Iterable[list[str] | None], weights: list[float], least: int
) -> tuple[Belief, ...]:
    totals: dict[str, tuple[int, float]] = {}
    for own, weight in zip(words, weights, strict=True):
        for word in dict.fromkeys(own or ()):
            films, total = totals.get(word, (0, 0.0))
            totals[word] = films + 1, total + weight
    found = [
        Belief(word, films, total / (films + _PRIOR))
        for word, (films, total) in totals.items()
        if films >= least
    ]
    found.sort(key=lambda belief: (-abs(belief.weight), belief.name))
    return tuple(found[:_MOST])

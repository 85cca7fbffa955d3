"""The rows that one viewer's page may have, each with more films than it shows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matinee.dataset import NO_TIME, Histories
from matinee.page.candidates import Candidate
from matinee.page.catalogue import DAY, Gems, New, Trend, day_text
from matinee.page.choosing import VISIBLE
from matinee.page.seeds import Seed
from matinee.page.themes import Theme

BEST = 1_500  # of the viewer's films are those of which themes and gems are made
WIDTH = 60  # films of a candidate at most
_THEMES = 40  # themes that are tried
_PRIOR = 8.0  # likes spread as everybody's, that each viewer has besides their own
_LONG_AGO = 180  # days
# What a film's enjoyment counts in a row that is not about taste alone: about what viewers later
# liked of such rows beside themes (decision 12).
_DISCOUNT = {
    "continue_watching": 10.0,
    "my_list": 0.9,
    "trending": 0.8,
    "new": 0.5,
    "hidden_gems": 0.5,
    "watch_again": 0.45,
}


@dataclass(frozen=True, slots=True, eq=False)
class Viewer:
    """What the rows are made of, in the numbers of the data."""

    history: Histories  # one row
    as_of: int
    known: np.ndarray  # (films,) float32: the model's scores; -inf where it has none
    scores: np.ndarray  # the same, but -inf too where the film was seen or is not to be shown
    order: np.ndarray  # the best films by those scores, best first
    picks: np.ndarray  # the films of the top picks, best first
    chances: np.ndarray  # of those, how probable each was at its place
    settled: bool  # the picks are a list that is good as a whole already
    personal: bool
    begun: Mapping[int, float]  # film -> share that was watched
    listed: Sequence[int]

    @property
    def shown(self) -> np.ndarray:
        """The films that may be recommended, (films,) bool."""
        return self.scores > -np.inf

    def best_of(self, films: np.ndarray) -> np.ndarray:
        """Those of the films (ascending numbers) that may be shown, best first."""
        films = films[self.shown[films]]
        return films[np.argsort(-self.scores[films], kind="stable")][:WIDTH]


def task_rows(viewer: Viewer) -> Iterator[Candidate]:
    """Continue watching, my list and watch again: films that the viewer has met."""
    if viewer.begun:
        films = np.array(list(viewer.begun), np.int64)
        yield _row("continue_watching", "Continue watching", films, _progress(viewer.begun))
    if viewer.listed:
        yield _row("my_list", "My list", np.array(viewer.listed, np.int64), lambda _: "on the list")
    history = viewer.history
    if not history.entries or viewer.as_of == NO_TIME:
        return
    old = (history.strength > 0) & (history.time != NO_TIME)
    # Two moments may lie further apart than an int64 holds; days do not.
    old &= history.time < viewer.as_of - _LONG_AGO * DAY
    rating = np.where(np.isnan(history.rating), 0, history.rating)[old]
    order = np.lexsort((history.numbers[old], history.time[old], -rating))[:WIDTH]
    films = history.numbers[old][order].astype(np.int64)
    texts = {
        int(film): (f"rated {stars:g} on " if stars else "watched on ") + day_text(int(time))
        for film, stars, time in zip(films, rating[order], history.time[old][order], strict=True)
    }
    yield _row("watch_again", "Watch again", films, texts.__getitem__)


def catalogue_rows(viewer: Viewer, trend: Trend, new: New, gems: Gems) -> Iterator[Candidate]:
    """Top picks, trending, new and hidden gems."""
    title = "Top picks for you" if viewer.personal else "Best loved by everybody"
    yield Candidate("top_picks", title, viewer.picks, settled=viewer.settled)
    films = trend.films[viewer.shown[trend.films]][:WIDTH]
    yield _row("trending", "Trending now", films, trend.statement)
    title = "New" if new.current else "The newest here"
    yield _row("new", title, viewer.best_of(new.films), new.statement)
    films = viewer.order[gems.films[viewer.order]][:WIDTH]
    yield _row("hidden_gems", "Hidden gems", films, gems.statement)


def because_rows(found: Sequence[Seed], titles: Sequence[str]) -> Iterator[Candidate]:
    """A row for each seed; the reason is what the seed adds to the score of its films."""
    for seed in found:
        yield Candidate(
            "because_you_watched",
            f"Because you watched {titles[seed.film]}",
            seed.films[:WIDTH],
            seed=seed.film,
        )


def theme_rows(
    viewer: Viewer,
    films: np.ndarray,
    themes: Sequence[Theme],
    members: "Members",
    enjoyment: np.ndarray,
) -> Iterator[Candidate]:
    """Themes with the best of `films` (best first); where many were liked, it counts more."""
    if not themes:
        return
    theme, film = members.of_films(films)
    order = np.argsort(theme, kind="stable")  # within a theme the viewer's order stays
    theme, film = theme[order], film[order]
    starts = np.searchsorted(theme, np.arange(len(themes) + 1))
    place = np.arange(len(theme)) - starts[theme]
    first = place < VISIBLE
    worth = np.bincount(theme[first], enjoyment[film[first]], minlength=len(themes)) / VISIBLE
    liked = viewer.history.numbers[viewer.history.strength > 0]
    own = np.bincount(members.of_films(liked)[0], minlength=len(themes))
    lift = (own + _PRIOR * members.shares) / ((len(liked) + _PRIOR) * members.shares)
    worth *= np.sqrt(lift) * members.telling
    for k in np.argsort(-worth, kind="stable")[:_THEMES].tolist():
        own_films = film[starts[k] : starts[k + 1]][:WIDTH]
        weight = min(1.0, float(np.sqrt(lift[k]) * members.telling[k]) / 1.5)
        yield Candidate("theme", themes[k].name, own_films, weight, themes[k].evidence)


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """The themes of each film, and how many likes fall on each theme."""

    starts: np.ndarray  # (films + 1,)
    numbers: np.ndarray  # theme numbers, film by film
    shares: np.ndarray  # (themes,) of all likes
    telling: np.ndarray  # (themes,) how much the name says: 1, less for a whole genre or decade

    @classmethod
    def of(cls, themes: Sequence[Theme], likes: np.ndarray) -> "Members":
        """`likes` (films,) of all viewers; a film without any counts one in a hundred."""
        films = np.concatenate([theme.films for theme in themes] or [np.zeros(0, np.int64)])
        lengths = [len(theme.films) for theme in themes]
        order = np.argsort(films, kind="stable")
        numbers = np.repeat(np.arange(len(themes)), lengths)[order]
        starts = np.searchsorted(films[order], np.arange(len(likes) + 1))
        weights = likes + 0.01
        total = max(weights.sum(), 1e-9)
        shares = np.array([weights[theme.films].sum() / total for theme in themes])
        telling = np.array([_telling(theme) for theme in themes])
        return cls(starts, numbers, shares, telling)

    def of_films(self, films: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Each pair of a theme and one of these films, film by film."""
        lengths = self.starts[films + 1] - self.starts[films]
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        entries = np.arange(total) + np.repeat(self.starts[films] - (ends - lengths), lengths)
        return self.numbers[entries], np.repeat(films, lengths)


def _telling(theme: Theme) -> float:
    kinds = {facet.kind for facet in theme.facets}
    if kinds & {"keyword", "mood", "director", "language"}:
        return 1.0
    if kinds == {"genre"}:
        return 0.85 if len(theme.facets) > 1 else 0.7
    return 0.75 if "decade" in kinds else 0.8


def _row(kind: str, title: str, films: np.ndarray, statement: Callable[[int], str]) -> Candidate:
    return Candidate(kind, title, films, _DISCOUNT[kind], statement)


def _progress(begun: Mapping[int, float]) -> Callable[[int], str]:
    return lambda film: f"{100 * begun[film]:.0f} % watched"

"""What can be said of many films at once: genres, decades, keywords, moods, people, acclaim."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from matinee.dataset import Dataset
from matinee.features import sensitive
from matinee.page import words

_LEAST = 8  # films that a facet has at least
_ACCLAIMED = 0.8  # quantile of the mean rating from which a film is acclaimed
_VOTES = 5.0  # votes at the overall mean that each film has besides its own
_FEW_VOTES = 5  # with fewer nobody acclaims a film


@dataclass(frozen=True, slots=True, eq=False)
class Facet:
    """One thing that is true of each of its films, and how it stands in a name.

    A genre has a `noun`; of the others one of `before` and `after` is not empty. `evidence` says
    it of one film (by number), from what the catalogue holds of that film.
    """

    kind: str  # genre, decade, keyword, mood, language, director or acclaim
    films: np.ndarray  # (films,) ascending numbers
    evidence: Callable[[int], str]
    noun: str = ""
    before: str = ""
    after: str = ""
    rank: int = 0  # of two genres the one with the lower rank is the noun


def facets(data: Dataset, unsaid: tuple[str, ...] = ()) -> list[Facet]:
    """Every facet that at least eight films have, in a fixed order.

    None is of a sensitive matter, or of a word of `unsaid` (`features.sensitive`).
    """
    movies = data.movies
    found = [
        *_genres(movies, unsaid),
        *_decades(movies),
        *_keywords(movies, unsaid),
        *_moods(movies, unsaid),
        *_languages(movies),
        *_directors(movies),
        *_acclaimed(data),
    ]
    return [facet for facet in found if len(facet.films) >= _LEAST]


def _genres(movies: pl.DataFrame, unsaid: tuple[str, ...]) -> list[Facet]:
    order = list(words.GENRES)
    by_noun: dict[str, list[tuple[str, np.ndarray]]] = {}
    for genre, films in _of_lists(movies["genres"]).items():
        key = genre.lower()
        if key not in words.NO_KIND and not sensitive(f"genre: {key}", unsaid):
            noun = words.GENRES.get(key, (f"{key} films", key))[0]
            by_noun.setdefault(noun, []).append((key, films))
    facets = []
    for noun, same in by_noun.items():
        key = same[0][0]
        before = words.GENRES.get(key, (noun, key))[1]
        films = np.unique(np.concatenate([films for _, films in same]))
        rank = order.index(key) if key in order else len(order)
        facets.append(Facet("genre", films, _constantly(key), noun, before, "", rank))
    return sorted(facets, key=lambda facet: (facet.rank, facet.noun))


def _decades(movies: pl.DataFrame) -> list[Facet]:
    years = movies["year"].fill_null(-1).to_numpy()
    facets = []
    for decade in sorted({int(year) // 10 * 10 for year in years if year > 0}):
        films = np.flatnonzero(years // 10 * 10 == decade)
        facets.append(Facet("decade", films, _of_values(years), after=f"of the {decade}s"))
    return facets


def _keywords(movies: pl.DataFrame, unsaid: tuple[str, ...]) -> list[Facet]:
    facets = []
    for keyword, films in _of_lists(movies["keywords"]).items():
        if len(films) < _LEAST or keyword in words.UNSAID or sensitive(keyword, unsaid):
            continue
        after = words.AFTER.get(keyword, "")
        before = "" if after else words.BEFORE.get(keyword, keyword)
        facets.append(Facet("keyword", films, _constantly(keyword), "", before, after))
    return facets


def _moods(movies: pl.DataFrame, unsaid: tuple[str, ...]) -> list[Facet]:
    facets = []
    lists = _of_lists(movies["keywords"])
    for mood, signs in words.MOODS.items():
        texts: dict[int, list[str]] = {}
        for keyword in sorted(k for k in signs & lists.keys() if not sensitive(k, unsaid)):
            for film in lists[keyword].tolist():
                texts.setdefault(film, []).append(keyword)
        films = np.array(sorted(texts), np.int64)
        facets.append(Facet("mood", films, _joined(texts), before=mood))
    return facets


def _languages(movies: pl.DataFrame) -> list[Facet]:
    codes = movies["language"].fill_null("").to_list()
    names = np.array([words.LANGUAGES.get(code, "") for code in codes])
    return [
        Facet("language", np.flatnonzero(names == name), _constantly(name), before=name)
        for name in sorted(set(names) - {""})
    ]


def _directors(movies: pl.DataFrame) -> list[Facet]:
    return [
        Facet("director", films, _constantly(f"directed by {name}"), after=f"by {name}")
        for name, films in _of_lists(movies["directors"]).items()
    ]


def _acclaimed(data: Dataset) -> list[Facet]:
    mean, votes, who = mean_ratings(data)
    enough = votes >= _FEW_VOTES
    if not enough.any():
        return []
    usual = float((mean * votes).sum() / votes.sum())
    shrunk = (mean * votes + usual * _VOTES) / (votes + _VOTES)
    films = np.flatnonzero(enough & (shrunk >= np.quantile(shrunk[enough], _ACCLAIMED)))

    def evidence(film: int) -> str:
        return f"rated {mean[film]:.1f} on average by {votes[film]:,.0f} {who}"

    return [Facet("acclaim", films, evidence, before="acclaimed")]


def mean_ratings(data: Dataset) -> tuple[np.ndarray, np.ndarray, str]:
    """Each film's mean rating and number of ratings, (films,) float64, and whose they are.

    The viewers' of the data; of data without ratings, the catalogue's votes.
    """
    rated = ~np.isnan(data.histories.rating)
    numbers, items = data.histories.numbers[rated], len(data.items)
    votes = np.bincount(numbers, minlength=items).astype(np.float64)
    if votes.any():
        total = np.bincount(numbers, data.histories.rating[rated], minlength=items)
        return total / np.maximum(votes, 1), votes, "viewers"
    mean = data.movies["vote_average"].cast(pl.Float64).fill_null(0).to_numpy()
    votes = data.movies["vote_count"].cast(pl.Float64).fill_null(0).to_numpy()
    return mean, np.where(mean > 0, votes, 0), "voters"


def _of_lists(lists: pl.Series) -> dict[str, np.ndarray]:
    """The films of each value, values in order of text."""
    frame = pl.DataFrame({"film": np.arange(len(lists)), "value": lists})
    frame = frame.explode("value", empty_as_null=True).drop_nulls().unique()
    groups = frame.group_by("value").agg(pl.col("film").sort()).sort("value")
    groups = groups.filter(pl.col("film").list.len() >= 2)
    return {value: np.array(films, np.int64) for value, films in groups.iter_rows()}


def _constantly(text: str) -> Callable[[int], str]:
    return lambda _: text


def _of_values(values: np.ndarray) -> Callable[[int], str]:
    return lambda film: str(int(values[film]))


def _joined(texts: Mapping[int, list[str]]) -> Callable[[int], str]:
    return lambda film: ", ".join(texts[film])

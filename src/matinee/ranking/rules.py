"""Which films may be shown at all: rules over what is known of films, and over one viewer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.dataset import NO_TIME, Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData, UnknownId, few

RELEASED = "Released"  # TMDB's word; any other status is a film that is not out
_DAY = 86_400
_ALWAYS = int(np.iinfo(np.int64).min)


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """What the rules say of each film, (items,), rule by rule."""

    masks: Mapping[str, np.ndarray]  # rule -> bool, true where the film may be shown
    out: np.ndarray  # int64 UTC seconds from which the film is out; the smallest: no date known

    @property
    def mask(self) -> np.ndarray:
        """The films that every rule but the release date allows, (items,) bool."""
        return np.asarray(
            np.logical_and.reduce([np.ones(len(self.out), bool), *self.masks.values()])
        )

    def at(self, as_of: int) -> np.ndarray:
        """The films that may be shown at a moment, (items,) bool: candidates for retrieval."""
        return self.mask if as_of == NO_TIME else self.mask & (self.out <= as_of)

    def strictest(self, as_of: int) -> tuple[str, int] | None:
        """The rule that forbids most films and how many; None where none forbids any."""
        forbidden = {name: int((~mask).sum()) for name, mask in self.masks.items()}
        if as_of != NO_TIME:
            forbidden["release date"] = int((self.out > as_of).sum())
        name = max(forbidden, key=lambda each: forbidden[each], default="")
        return (name, forbidden[name]) if forbidden.get(name) else None


@dataclass(frozen=True, slots=True)
class Rules:
    """What an owner of a catalogue may ask of every film; empty or None: nothing is asked.

    Films whose status is known and is not "Released", and films whose release date lies after the
    viewer's `as_of`, are never shown. A film of which a rule cannot know (no language, no genre, no
    maturity) does not pass that rule.
    """

    languages: Sequence[str] = ()  # only films of these original languages
    genres: Sequence[str] = ()  # only films with one of these genres
    without_genres: Sequence[str] = ()  # no film with one of these
    maturity: int | None = None  # only films fit for viewers of this age
    available: Sequence[str] = ()  # only films of these item ids
    withdrawn: Sequence[str] = ()  # no film of these item ids

    def __post_init__(self) -> None:
        for name in ("languages", "genres", "without_genres", "available", "withdrawn"):
            values = getattr(self, name)
            if not isinstance(values, list | tuple) or not all(
                isinstance(v, str) and v for v in values
            ):
                raise InputError(f"{name}: expected a list of texts, got {values!r}")
            object.__setattr__(self, name, tuple(values))
        if self.maturity is not None and (
            not isinstance(self.maturity, int) or isinstance(self.maturity, bool)
        ):
            raise InputError(f"maturity: expected an age in years, got {self.maturity!r}")

    def of(self, data: Dataset) -> Allowed:
        """The masks over a catalogue; UnknownId, MissingData where it cannot tell."""
        movies = data.movies
        rules: dict[str, tuple[bool, Callable[[], np.ndarray]]] = {
            "languages": (bool(self.languages), lambda: _languages(movies, self.languages)),
            "genres": (bool(self.genres), lambda: _has_genre(movies, self.genres, "genres")),
            "without_genres": (
                bool(self.without_genres),
                lambda: ~_has_genre(movies, self.without_genres, "without_genres"),
            ),
            "maturity": (self.maturity is not None, lambda: _mature(movies, self.maturity or 0)),
            "available": (bool(self.available), lambda: _ids(data.items, self.available)),
            "withdrawn": (bool(self.withdrawn), lambda: ~_ids(data.items, self.withdrawn)),
        }
        masks = {name: mask() for name, (asked, mask) in rules.items() if asked}
        status = movies["status"]
        if status.null_count() < len(status):
            masks["status"] = (status.is_null() | (status == RELEASED)).fill_null(True).to_numpy()
        return Allowed(masks, _release_seconds(movies))


def _languages(movies: pl.DataFrame, languages: Sequence[str]) -> np.ndarray:
    known = movies["language"].drop_nulls().unique().sort()
    _all_known("languages", languages, known)
    return movies["language"].is_in(languages).fill_null(False).to_numpy()


def _has_genre(movies: pl.DataFrame, genres: Sequence[str], name: str) -> np.ndarray:
    known = movies["genres"].explode(empty_as_null=True).drop_nulls().unique().sort()
    _all_known(name, genres, known)
    matches = movies.select(
        pl.col("genres").list.eval(pl.element().is_in(genres)).list.any().fill_null(False)
    )
    return matches.to_series().to_numpy()


def _all_known(name: str, asked: Sequence[str], known: pl.Series) -> None:
    """A misspelt word would hide the whole catalogue: say which words there are."""
    if not len(known):
        raise MissingData(f"{name}: expected a catalogue that tells them, got none of any film")
    if unknown := [word for word in asked if word not in set(known)]:
        raise InputError(f"{name}: expected some of {few(known, 30)}, got {few(unknown)}")


def _mature(movies: pl.DataFrame, age: int) -> np.ndarray:
    if "maturity" not in movies.columns:
        raise MissingData(
            "maturity: expected a column `maturity` (the age in years from which a film is fit) "
            "in the catalogue, got none: no source that matinee reads has one; leave the limit "
            "out, or keep genres out with without_genres"
        )
    return (movies["maturity"] <= age).fill_null(False).to_numpy()


def _ids(items: Vocabulary, ids: Sequence[str]) -> np.ndarray:
    numbers = items.numbers(list(ids))
    if (numbers < 0).any():
        unknown = [id_ for id_, number in zip(ids, numbers, strict=True) if number < 0]
        raise UnknownId(f"item ids: expected films of the catalogue, got {few(unknown)}")
    mask = np.zeros(len(items), bool)
    mask[numbers] = True
    return mask


def _release_seconds(movies: pl.DataFrame) -> np.ndarray:
    """UTC seconds at which the day begins on which a film comes out."""
    days = movies["release_date"].cast(pl.Int32).cast(pl.Int64)
    return (days * _DAY).fill_null(_ALWAYS).to_numpy()


@dataclass(frozen=True, slots=True, eq=False)
class Exclusions:
    """Films that single viewers are not to be shown, beside those of their histories."""

    user_ids: pl.Series = field(default_factory=lambda: pl.Series("user_id", [], pl.String))
    item_ids: pl.Series = field(default_factory=lambda: pl.Series("item_id", [], pl.String))

    def __post_init__(self) -> None:
        if len(self.user_ids) != len(self.item_ids):
            raise InputError(
                f"exclusions: expected a film for each viewer, got {len(self.user_ids)} viewers "
                f"and {len(self.item_ids)} films"
            )

    @classmethod
    def of_events(
        cls, events: pl.DataFrame, kinds: Sequence[str] = ("not_interested", "seen_elsewhere")
    ) -> "Exclusions":
        """What viewers said they do not want or know already: columns user_id, item_id, kind."""
        if missing := {"user_id", "item_id", "kind"} - set(events.columns):
            raise InputError(f"events: expected columns {sorted(missing)}, got {events.columns}")
        said = events.filter(pl.col("kind").is_in(kinds)).unique(["user_id", "item_id"])
        return cls(said["user_id"], said["item_id"])

    def pattern(self, histories: Histories) -> csr_array:
        """(rows, items) with a stored one for each film a row is not shown."""
        rows, numbers = np.empty(0, np.int64), np.empty(0, np.int64)
        if len(self.user_ids):
            if histories.user_ids is None:
                raise InputError("exclusions: expected histories with user ids, got rows without")
            viewers = pl.DataFrame({"user_id": histories.user_ids.cast(pl.String)})
            pairs = pl.DataFrame(
                {
                    "user_id": self.user_ids.cast(pl.String),
                    "item": histories.items.numbers(self.item_ids),
                }
            ).filter(pl.col("item") >= 0)
            found = viewers.with_row_index("row").join(pairs.unique(), on="user_id")
            rows, numbers = found["row"].to_numpy(), found["item"].to_numpy()
        ones = np.ones(len(rows), np.float32)
        return csr_array((ones, (rows, numbers)), shape=(histories.rows, len(histories.items)))

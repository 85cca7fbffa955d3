"""The data set: vocabularies, histories and the catalogue, as arrays."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from matinee.dataset.histories import NO_TIME, Histories
from matinee.dataset.strength import strength_of_ratings
from matinee.dataset.vocabulary import Vocabulary
from matinee.errors import InputError, few
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables, check


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Row u of `histories` is user number u; row i of `movies` is item number i.

    Every film of the catalogue and every rated item has a number, rated or not.
    """

    name: str
    users: Vocabulary
    items: Vocabulary
    histories: Histories
    movies: pl.DataFrame
    scale: RatingScale
    simulated: bool = False

    def __post_init__(self) -> None:
        if self.movies.height != len(self.items) or self.histories.rows != len(self.users):
            raise InputError(
                f"data set {self.name}: expected {len(self.items)} films and {len(self.users)} "
                f"histories, got {self.movies.height} and {self.histories.rows}"
            )

    @classmethod
    def from_tables(cls, tables: Tables) -> "Dataset":
        """The data set of checked tables; ids are numbered as `Vocabulary.of` does."""
        movies = check(tables.movies, MOVIES, "movies")
        ratings = check(tables.ratings, RATINGS, "ratings")
        users, user_numbers = _numbered(ratings["user_id"])
        items, item_numbers = _numbered(ratings["item_id"], movies["item_id"])
        rating = ratings["rating"].fill_null(float("nan")).to_numpy()
        time = ratings["timestamp"].fill_null(NO_TIME).to_numpy()
        strength = strength_of_ratings(rating, tables.scale)
        if tables.strength is not None:
            strength = tables.strength.to_numpy()
        histories = Histories.from_entries(
            items,
            user_numbers,
            item_numbers,
            len(users),
            strength=strength,
            rating=rating,
            time=time,
            user_ids=users.ids,
        )
        catalogue = pl.DataFrame({"item_id": items.ids}).join(
            movies, on="item_id", how="left", maintain_order="left"
        )
        return cls(tables.name, users, items, histories, catalogue, tables.scale, tables.simulated)

    @property
    def as_of(self) -> int:
        """The latest moment that this data set knows, UTC seconds."""
        return int(self.histories.as_of.max()) if self.histories.rows else NO_TIME

    @property
    def has_times(self) -> bool:
        """Whether every interaction has a time."""
        return bool(self.histories.entries) and int(self.histories.time.min()) != NO_TIME

    @property
    def rated_items(self) -> np.ndarray:
        """Items with at least one interaction, (items,) bool."""
        return np.bincount(self.histories.numbers, minlength=len(self.items)) > 0

    def with_histories(self, histories: Histories) -> "Dataset":
        """The same people and films with other histories (one row a user still)."""
        return replace(self, histories=histories)

    def take_users(self, numbers: np.ndarray) -> "Dataset":
        """Only these users; the items keep their numbers."""
        return replace(
            self,
            users=Vocabulary(self.users.ids.gather(numbers)),
            histories=self.histories.take(numbers),
        )

    def titles(self, numbers: np.ndarray) -> list[str]:
        """'Title (year)' of each number; the id where the title is not known."""
        rows = self.movies.select("item_id", "title", "year")[np.asarray(numbers).ravel()]
        return [
            id_ if title is None else title if year is None else f"{title} ({year})"
            for id_, title, year in rows.iter_rows()
        ]

    def __repr__(self) -> str:
        simulated = ", simulated" if self.simulated else ""
        return (
            f"Dataset({self.name!r}, {len(self.users):,} users, {len(self.items):,} items, "
            f"{self.histories.entries:,} interactions{simulated})"
        )


def _numbered(ids: pl.Series, more: pl.Series | None = None) -> tuple[Vocabulary, np.ndarray]:
    """A vocabulary of both series and the number of each of `ids`."""
    if ids.null_count():
        raise InputError(f"ratings: expected an id in every row, got {ids.null_count()} without")
    # The categories of an Enum are the distinct ids already: no pass over the rows.
    distinct = ids.dtype.categories if isinstance(ids.dtype, pl.Enum) else ids.unique()
    if more is not None:
        if duplicated := more.filter(more.is_duplicated()).unique().to_list():
            raise InputError(f"movies: expected one row a film, got repeated {few(duplicated)}")
        distinct = pl.concat([distinct.cast(pl.String), more.cast(pl.String)])
    vocabulary = Vocabulary.of(distinct)
    return vocabulary, vocabulary.numbers(ids)

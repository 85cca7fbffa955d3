"""The data set of a database: what every signal says, not ratings alone."""

from dataclasses import dataclass

import polars as pl

from matinee.dataset import Dataset, Histories, Signals, interactions
from matinee.errors import InputError
from matinee.schema import RATINGS, Tables
from matinee.settings import Purpose
from matinee.store.all_events import events_for
from matinee.store.catalogue import rating_scale, read_films
from matinee.store.database import Database

DATABASE = "database"
_DEFAULT = Signals()


@dataclass(frozen=True, slots=True, eq=False)
class Signalled:
    """What models learn from, and what a list may leave out."""

    data: Dataset  # of all signals: films that were listed, opened or passed by too
    known: Histories  # of the same rows: films watched, rated, said to be known or unwanted

    @classmethod
    def of(cls, data: Dataset) -> "Signalled":
        """Of data whose every film is known to its viewer."""
        return cls(data, data.histories)


def signalled(
    database: Database, weights: Signals = _DEFAULT, purpose: Purpose = "improvement"
) -> Signalled:
    """What the database's events say with these weights, of viewers who allow the purpose.

    A film that was only passed by, opened or listed teaches a model, and hides nothing: of 0 it
    says nothing and is left out. InputError where there is nothing.
    """
    teaching, hides = _tables(
        database, weights, purpose, pl.col("leave_out") | (pl.col("strength") != 0)
    )
    data, ratings = Dataset.from_tables(teaching), teaching.ratings
    known = Histories.from_entries(  # in the order of the data's own, as no pair repeats
        data.items,
        data.users.numbers(ratings["user_id"]),
        data.items.numbers(ratings["item_id"]),
        len(data.users),
        strength=hides.cast(pl.Float32).to_numpy(),
    )
    return Signalled(data, data.histories.where(known.strength > 0))


def tables_of_signals(database: Database, weights: Signals = _DEFAULT) -> Tables:
    """The films and what viewers have done with those that lists leave out, with strengths.

    For commands that take a data set as it is: there every film of a history is one that its
    viewer knows. InputError where there is nothing.
    """
    return _tables(database, weights, "improvement", pl.col("leave_out"))[0]


def _tables(
    database: Database, weights: Signals, purpose: Purpose, wanted: pl.Expr
) -> tuple[Tables, pl.Series]:
    """The interactions that are wanted as tables, and which of them hide their film."""
    films = read_films(database)
    scale = rating_scale(database)
    events = events_for(database, purpose)
    found = interactions(events, scale, weights, runtimes=films).filter(wanted)
    if not films.height and not found.height:
        raise InputError(
            f"database {database.name}: expected films or ratings, got none; put some in "
            "with 'matinee database import --data NAME'"
        )
    ratings = found.select(pl.col(name).cast(dtype) for name, dtype in RATINGS.items())
    tables = Tables(DATABASE, films, ratings, scale, strength=found["strength"])
    return tables, found["leave_out"]

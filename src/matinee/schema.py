"""Columns and dtypes of every table that crosses a room, and the check at the door."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from matinee.errors import InputError

Schema = dict[str, pl.DataType]

_TEXTS = pl.List(pl.String())

# Null means unknown, everywhere.
MOVIES: Schema = {
    "item_id": pl.String(),
    "title": pl.String(),
    "original_title": pl.String(),
    "year": pl.Int32(),
    "release_date": pl.Date(),
    "runtime": pl.Float64(),
    "genres": _TEXTS,
    "keywords": _TEXTS,
    "cast": _TEXTS,
    "directors": _TEXTS,
    "writers": _TEXTS,
    "composers": _TEXTS,
    "editors": _TEXTS,
    "companies": _TEXTS,
    "countries": _TEXTS,
    "language": pl.String(),
    "spoken_languages": _TEXTS,
    "status": pl.String(),
    "budget": pl.Int64(),
    "revenue": pl.Int64(),
    "overview": pl.String(),
    "tagline": pl.String(),
    "homepage": pl.String(),
    "popularity": pl.Float64(),
    "vote_average": pl.Float64(),
    "vote_count": pl.Int64(),
    "tmdb_id": pl.Int64(),
    "imdb_id": pl.String(),
    "poster_url": pl.String(),
}

# Ids are text. A table of millions of rows holds them as pl.Enum (4 bytes a row, the same text);
# `check` takes either.
RATINGS: Schema = {
    "user_id": pl.String(),
    "item_id": pl.String(),
    "rating": pl.Float32(),
    "timestamp": pl.Int64(),  # UTC seconds; null = unknown
}

# What a viewer can do with a film. At one moment of one viewer, they are taken in this order.
KINDS = (
    *("impression", "search", "open", "play", "pause", "resume", "skip", "stop", "complete"),
    *("rate", "like", "dislike", "add_to_list", "remove_from_list", "not_interested"),
    *("seen_elsewhere", "retract"),
)

EVENTS: Schema = {
    "event_id": pl.String(),  # the sender's UUID: a repeat is the same event
    "user_id": pl.String(),
    "item_id": pl.String(),  # null for a retract, and for a search that found nothing
    "kind": pl.String(),  # one of KINDS
    "value": pl.Float64(),  # rate: the rating; open: seconds stayed, if the sender knows; else null
    "position_s": pl.Float64(),  # where in the film, seconds
    "timestamp": pl.Int64(),  # when it happened, UTC seconds
    "received_at": pl.Int64(),
    "session_id": pl.String(),
    "page_id": pl.String(),
    "row": pl.Int64(),  # of the page, from 0
    "slot": pl.Int64(),
    "retracts": pl.String(),  # the event_id that a retract takes back
}

# What a page asks of an event: its number in the log, then columns of EVENTS.
DOING = (
    *("seq", "event_id", "item_id", "kind", "value", "position_s", "timestamp", "page_id"),
    "retracts",
)

# Which viewer thinks what of which film: made of events by `dataset.signals`.
INTERACTIONS: Schema = {
    "user_id": pl.String(),
    "item_id": pl.String(),
    "strength": pl.Float32(),  # -1 disliked to 1 liked
    "rating": pl.Float32(),  # null = none
    "timestamp": pl.Int64(),
    "leave_out": pl.Boolean(),  # lists leave it out: watched, rated, said to be known or unwanted
}

TAGS: Schema = {
    "user_id": pl.String(),
    "item_id": pl.String(),
    "tag": pl.String(),
    "timestamp": pl.Int64(),
}

LINKS: Schema = {"item_id": pl.String(), "imdb_id": pl.String(), "tmdb_id": pl.Int64()}

SPLIT: Schema = {"user_id": pl.String(), "item_id": pl.String(), "part": pl.String()}

# A broken row: where it stood, what was wrong, and the text as it was found.
QUARANTINE: Schema = {
    "file": pl.String(),
    "row": pl.Int64(),  # 1 = first line after the header (first line in files without one)
    "column": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),  # a short fixed phrase, so that rows can be counted by it
    "text": pl.String(),
}

# What cleaning did to a published table: one line a (table, column, change).
CHANGES: Schema = {
    "table": pl.String(),
    "column": pl.String(),
    "change": pl.String(),
    "rows": pl.Int64(),
}


def empty(schema: Schema) -> pl.DataFrame:
    """A table of no rows with the columns of `schema`."""
    return pl.DataFrame(schema=schema)


def check(table: pl.DataFrame, schema: Schema, name: str) -> pl.DataFrame:
    """Exactly the columns of `schema`, in its order, or say what is wrong.

    Text columns may come as Enum or Categorical and stay so. Other columns are not cast.
    """
    if missing := [column for column in schema if column not in table.columns]:
        raise InputError(f"{name}: expected columns {missing}, got {table.columns}")
    for column, dtype in schema.items():
        found = table.schema[column]
        as_text = dtype == pl.String and isinstance(found, pl.Enum | pl.Categorical)
        if found != dtype and not as_text:
            raise InputError(f"{name}: expected {column} as {dtype}, got {found}")
    return table.select(list(schema))


@dataclass(frozen=True, slots=True)
class RatingScale:
    """The source's own scale; which ratings count as liked and disliked follows from it.

    Liked: in the upper quarter of the scale (>= 4 of .5-5 and 1-5, >= 8 of 0-10 and 1-10).
    Disliked: in the lower 35 % (<= 2 of .5-5 and 1-5, <= 3 of 0-10, <= 4 of 1-10).
    """

    minimum: float
    maximum: float
    step: float

    def __post_init__(self) -> None:
        if not (self.minimum < self.maximum and self.step > 0):
            raise InputError(
                f"rating scale: expected minimum < maximum and step > 0, got {self.minimum} to "
                f"{self.maximum} by {self.step}"
            )

    @property
    def like(self) -> float:
        """The lowest rating that counts as liked."""
        return self._grid(self.minimum + 0.75 * (self.maximum - self.minimum), up=True)

    @property
    def dislike(self) -> float:
        """The highest rating that counts as disliked."""
        return self._grid(self.minimum + 0.35 * (self.maximum - self.minimum), up=False)

    def _grid(self, value: float, up: bool) -> float:
        steps = (value - self.minimum) / self.step
        whole = -int(-steps // 1) if up else int(steps // 1)
        return self.minimum + whole * self.step


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What intake returns: checked tables, and an account of what was changed or set aside.

    `movies` and `ratings` may be empty (never None), `published` holds the tables as they were
    found, by their published name, `doubtful` the title matches that a person should settle.
    `strength`, in the order of `ratings`, is what a viewer thinks of a film in [-1, 1] where more
    is known than ratings; null: what the ratings say.
    """

    name: str
    movies: pl.DataFrame
    ratings: pl.DataFrame
    scale: RatingScale
    tags: pl.DataFrame = field(default_factory=lambda: empty(TAGS))
    links: pl.DataFrame = field(default_factory=lambda: empty(LINKS))
    users: pl.DataFrame = field(default_factory=pl.DataFrame)
    published: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    changes: pl.DataFrame = field(default_factory=lambda: empty(CHANGES))
    quarantine: pl.DataFrame = field(default_factory=lambda: empty(QUARANTINE))
    doubtful: pl.DataFrame = field(default_factory=pl.DataFrame)
    simulated: bool = False
    strength: pl.Series | None = None

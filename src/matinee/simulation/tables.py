"""What the simulated viewers did, as the tables that every other data set has."""

import numpy as np
import polars as pl

from matinee.schema import RATINGS, RatingScale, Schema, Tables, check
from matinee.simulation.catalogue import films, movies
from matinee.simulation.evenings import Plays, simulate
from matinee.simulation.world import World

SCALE = RatingScale(0.5, 5.0, 0.5)
KINDS = (
    "impression",
    "open",
    "search",
    "play",
    "pause",
    "resume",
    "skip",
    "stop",
    "complete",
    "rate",
)

EVENTS: Schema = {
    "event_id": pl.String(),
    "user_id": pl.String(),
    "item_id": pl.String(),
    "kind": pl.String(),
    "value": pl.Float32(),  # of a rate: the stars; else null
    "position_s": pl.Int32(),  # where in the film; null where no film runs
    "timestamp": pl.Int64(),  # UTC seconds
    "session_id": pl.String(),
    "page_id": pl.String(),
    "row": pl.Int8(),  # of the page, from 0; null for what was searched for
    "slot": pl.Int8(),
}


def simulated_tables(world: World, name: str = "simulated") -> Tables:
    """The ratings that the viewers of this world gave, with the built-in catalogue."""
    return rating_tables(ratings(simulate(world)[1]), name)


def rating_tables(ratings: pl.DataFrame, name: str) -> Tables:
    """Tables of simulated ratings, marked as simulated."""
    return Tables(name, movies(), check(ratings, RATINGS, name), SCALE, simulated=True)


def ratings(plays: Plays) -> pl.DataFrame:
    """`schema.RATINGS`, by viewer and time."""
    rated = ~np.isnan(plays.rating)
    table = pl.DataFrame(
        {
            "user": plays.user[rated],
            "item": plays.item[rated],
            "rating": plays.rating[rated],
            "timestamp": plays.rated_at[rated],
        }
    )
    return table.sort("user", "timestamp").select(
        user_id("user"), item_id("item"), "rating", "timestamp"
    )


def user_id(column: str) -> pl.Expr:
    """v0001 for viewer 0; the ids of more than 9,999 viewers are longer."""
    return pl.format("v{}", (pl.col(column) + 1).cast(pl.String).str.zfill(4)).alias("user_id")


def user_numbers(user_ids: pl.Series) -> np.ndarray:
    """The viewer behind each id, -1 for one that is no viewer's name."""
    digits = user_ids.cast(pl.String).str.extract(r"^v(\d{4,9})$").cast(pl.Int64)
    return (digits - 1).fill_null(-1).to_numpy()


def item_id(column: str) -> pl.Expr:
    """The id of each item number."""
    numbers = pl.int_range(len(films().items), eager=True)
    return pl.col(column).replace_strict(numbers, films().items.ids).alias("item_id")

"""What the simulated viewers did, as the tables that every other data set has."""

import numpy as np
import polars as pl

from matinee.schema import RATINGS, RatingScale, Tables, check
from matinee.simulation.catalogue import films, movies
from matinee.simulation.evenings import simulate
from matinee.simulation.log import Plays
from matinee.simulation.world import World

SCALE = RatingScale(0.5, 5.0, 0.5)


def simulated_tables(world: World, name: str = "simulated") -> Tables:
    """The ratings that the viewers of this world gave, with the built-in catalogue."""
    return rating_tables(named_ratings(numbered_ratings(simulate(world)[1])), name)


def rating_tables(ratings: pl.DataFrame, name: str) -> Tables:
    """Tables of simulated ratings, marked as simulated."""
    return Tables(name, movies(), check(ratings, RATINGS, name), SCALE, simulated=True)


def numbered_ratings(plays: Plays) -> pl.DataFrame:
    """user, item, rating, timestamp of every rating, by viewer and time."""
    rated = ~np.isnan(plays.rating)
    return pl.DataFrame(
        {
            "user": plays.user[rated].astype(np.uint32),
            "item": plays.item[rated].astype(np.uint16),
            "rating": plays.rating[rated],
            "timestamp": plays.rated_at[rated],
        }
    )


def named_ratings(numbered: pl.DataFrame) -> pl.DataFrame:
    """The same as `schema.RATINGS`."""
    return numbered.select(user_id("user"), item_id("item"), "rating", "timestamp")


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

"""What everybody did with the films they know, as a service reads it for rows made of it."""

from collections.abc import Sequence

import polars as pl

from matinee.dataset import Signals, interactions, strength_of_ratings
from matinee.schema import RATINGS, Schema, Tables
from matinee.store.all_events import events_of_viewers_beyond_ratings, viewers_beyond_ratings
from matinee.store.catalogue import read_tables
from matinee.store.database import Database
from matinee.training.from_events import DATABASE

_SAID: Schema = RATINGS | {"strength": pl.Float32()}


def tables_to_serve(database: Database, weights: Signals, now: int) -> Tables:
    """The films and what `interactions` says, with these weights, of films that viewers know.

    As `tables_of_signals`, and films that somebody only listed or opened are among the films. The
    memory is that of the answer, however long the log is: of viewers who only rate the ratings
    that stand are read; the events of all others are weighed some viewers at a time. `now`, UTC
    seconds, gives way to an event of a clock that is ahead.
    """
    beyond = viewers_beyond_ratings(database)
    rated = read_tables(database, DATABASE, but=beyond)
    if not beyond:
        return rated
    stars = rated.ratings["rating"].fill_null(float("nan")).to_numpy()
    own = rated.ratings.with_columns(strength=strength_of_ratings(stars, rated.scale))
    done, touched = _weighed(database, beyond, rated, weights, now)
    ratings = pl.concat([own.select(list(_SAID)), done])
    lacking = touched.join(rated.movies, on="item_id", how="anti")
    movies = pl.concat([rated.movies, lacking], how="diagonal")
    said = ratings.select(list(RATINGS))
    return Tables(DATABASE, movies, said, rated.scale, strength=ratings["strength"])


def _weighed(
    database: Database, viewers: Sequence[str], rated: Tables, weights: Signals, now: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What these viewers know, and every film that teaches a model something (item_id)."""
    known, touched = [pl.DataFrame(schema=_SAID)], [rated.ratings.select("item_id").clear()]
    for part in events_of_viewers_beyond_ratings(database, "improvement"):
        # Who did something for the first time since has been read as one who only rates.
        events = part.filter(pl.col("user_id").is_in(list(viewers)))
        latest = int(events["timestamp"].max() or 0)  # type: ignore[arg-type]
        found = interactions(
            events, rated.scale, weights, runtimes=rated.movies, as_of=max(now, latest)
        )
        teaching = found.filter(pl.col("leave_out") | (pl.col("strength") != 0))
        touched.append(teaching.select("item_id").unique())
        known.append(
            found.filter("leave_out").select(
                pl.col(name).cast(kind) for name, kind in _SAID.items()
            )
        )
    return pl.concat(known), pl.concat(touched).unique().sort("item_id")

"""The catalogue of films and the ratings of a database: in by the thousand, out as tables."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, bindparam, func, select, update

from matinee.errors import InputError, few
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables, check
from matinee.store.checks import EARLIEST, LONGEST_ID
from matinee.store.choices import refusing
from matinee.store.database import Database
from matinee.store.key import Key
from matinee.store.sequence import announce_writer
from matinee.store.tables import events, facts, films
from matinee.store.tombstones import erased_among
from matinee.store.writing import insert_ignoring, insert_new, insert_replacing

DEFAULT_SCALE = RatingScale(0.5, 5, 0.5)
_SCALE = "rating_scale"
_ROWS_AT_ONCE = 10_000
_RATE = ("event_id", "user_id", "item_id", "kind", "value", "timestamp", "received_at")


def rating_scale(database: Database) -> RatingScale:
    """The scale of the database's ratings: that of the first that were imported, or half stars."""
    with database.reading() as connection:
        return _scale(connection) or DEFAULT_SCALE


def upsert_films(database: Database, movies: pl.DataFrame, now: int) -> int:
    """Put films of MOVIES into the catalogue, or all they say in place of what was known; how many.

    Whether a film is withdrawn stays as it was.
    """
    movies = _sound_films(movies)
    with database.writing() as connection:
        _upsert(connection, movies, now)
    return movies.height


def withdraw(database: Database, item_ids: Iterable[str], now: int, *, back: bool = False) -> int:
    """Never recommend these films from now on (or again, with `back`); how many are known."""
    change = (
        update(films)
        .where(films.c.item_id.in_(bindparam("ids", expanding=True)))
        .values(withdrawn=not back, changed_at=now)
    )
    with database.writing() as connection:
        return connection.execute(change, {"ids": list(item_ids)}).rowcount


def read_films(database: Database, names: Iterable[str] = MOVIES) -> pl.DataFrame:
    """The catalogue as MOVIES, by item_id; of other columns than `names` nothing is known."""
    wanted = {name: MOVIES[name] for name in names}
    query = select(*(films.c[name] for name in wanted))
    with database.reading() as connection:
        rows = connection.execute(query).all()
    table = pl.DataFrame(_columns(rows, len(wanted)), schema=wanted).sort("item_id")
    missing = [pl.lit(None, kind).alias(name) for name, kind in MOVIES.items()]
    table = table.with_columns(one for one in missing if one.meta.output_name() not in wanted)
    return table.select(list(MOVIES))


def withdrawn_films(database: Database) -> set[str]:
    """The films that are known and never recommended."""
    with database.reading() as connection:
        query = select(films.c.item_id).where(films.c.withdrawn)
        return set(connection.execute(query).scalars())


def knows_film(database: Database, item_id: str) -> bool:
    """Whether the catalogue has a film of this id."""
    with database.reading() as connection:
        query = select(films.c.item_id).where(films.c.item_id == item_id)
        return connection.execute(query).first() is not None


def changed_at(database: Database) -> int:
    """When the catalogue was last changed, UTC seconds; 0 where it is empty."""
    with database.reading() as connection:
        return int(connection.execute(select(func.max(films.c.changed_at))).scalar() or 0)


def import_tables(database: Database, key: Key, tables: Tables, now: int) -> tuple[int, int]:
    """Put an imported data set into the database in one transaction: films, and ratings as events.

    How many films it has, and how many of its ratings were new: a data set can be imported again.
    Ratings of viewers who were erased are left out. The event_id of a rating is a digest of what it
    says. A rating without a time gets the earliest
    that there is, 1990. Fields of a film that the data set lacks are emptied where it is known.
    InputError where its scale is not that of the database, or an id cannot be kept.
    """
    ratings = check(tables.ratings, RATINGS, "ratings").drop_nulls("rating")
    for name in ("user_id", "item_id"):
        _hold_to_ids("ratings", ratings[name])
    movies = _sound_films(tables.movies)
    with database.writing() as connection:
        _hold_to_scale(connection, tables.scale)
        _upsert(connection, movies, now)
        new = _import_ratings(connection, key, ratings, now)
    return movies.height, new


def read_tables(database: Database, name: str = "database", *, but: Iterable[str] = ()) -> Tables:
    """The films and the standing ratings, the latest of each pair, as importing a file gives.

    Without those of viewers who do not want models to learn from them, and of the viewers `but`.
    """
    refused = [*refusing(database, "improvement"), *but]
    movies = read_films(database)
    taken_back = select(events.c.user_id, events.c.retracts).where(events.c.retracts.is_not(None))
    key = {"user_id": pl.String(), "event_id": pl.String()}
    with database.reading() as connection:
        scale = _scale(connection) or DEFAULT_SCALE
        back = connection.execute(taken_back).all()
    # Of millions of ratings the ids are read only where some were taken back.
    schema = {"seq": pl.Int64()} | ({"event_id": pl.String()} if back else {}) | RATINGS
    parts = [pl.DataFrame(schema=schema)]
    parts += [
        pl.DataFrame(_columns(rows, len(schema)), schema=schema)
        for rows in database.rows(_standing(tuple(schema)), _ROWS_AT_ONCE)
    ]
    retracted = pl.DataFrame(_columns(back, len(key)), schema=key)
    ratings = pl.concat(parts)
    if refused:
        ratings = ratings.filter(~pl.col("user_id").is_in(refused))
    if back:
        ids = pl.col("event_id").str.replace_all("-", "")
        retracted = retracted.with_columns(ids)
        ratings = ratings.with_columns(ids).join(retracted, on=list(key), how="anti")
    ratings = ratings.sort("timestamp", "seq")
    ratings = ratings.unique(["user_id", "item_id"], keep="last", maintain_order=True)
    return Tables(name, movies, ratings.select(list(RATINGS)), scale)


def _standing(columns: tuple[str, ...]) -> str:
    own = {"rating": "value", "event_id": "CAST(event_id AS text)"}
    listed = ", ".join(own.get(name, name) for name in columns)
    return f"SELECT {listed} FROM events WHERE kind = 'rate'"


def _columns(rows: Sequence[Any], count: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) or [()] * count


def _sound_films(movies: pl.DataFrame) -> pl.DataFrame:
    movies = check(movies, MOVIES, "movies")
    ids = movies["item_id"]
    _hold_to_ids("movies", ids)
    if twice := ids.filter(ids.is_duplicated()).unique().to_list():
        raise InputError(f"movies: expected one row a film, got repeated {few(twice)}")
    return movies


def _hold_to_ids(table: str, ids: pl.Series) -> None:
    bad = [
        id_ for id_ in ids.unique() if not (id_ and len(id_) <= LONGEST_ID and id_.isprintable())
    ]
    if bad:
        article = "a" if ids.name == "user_id" else "an"
        raise InputError(
            f"{table}: expected {article} {ids.name} of 1 to {LONGEST_ID} printable characters in "
            f"every row, got {few(bad)}"
        )


def _upsert(connection: Connection, movies: pl.DataFrame, now: int) -> None:
    rows = [row | {"withdrawn": False, "changed_at": now} for row in movies.to_dicts()]
    if rows:
        connection.execute(insert_replacing(connection, films, keep=["withdrawn"]), rows)


def _import_ratings(connection: Connection, key: Key, ratings: pl.DataFrame, now: int) -> int:
    announce_writer(connection)
    ratings = ratings.with_columns(pl.col("user_id").cast(pl.String))
    erased = erased_among(connection, key, ratings["user_id"].unique())
    ratings = ratings.filter(~pl.col("user_id").is_in(list(erased)))
    new = 0
    for part in ratings.iter_slices(_ROWS_AT_ONCE):
        rows = []
        for user_id, item_id, rating, timestamp in part.iter_rows():
            moment = max(timestamp or EARLIEST, EARLIEST)
            said = json.dumps([user_id, item_id, rating, moment]).encode()
            event_id = hashlib.blake2b(said, digest_size=16).hexdigest()
            rows.append([event_id, user_id, item_id, "rate", rating, moment, now])
        new += len(insert_new(connection, events, _RATE, rows))
    return new


def _scale(connection: Connection) -> RatingScale | None:
    kept: Any = connection.execute(select(facts.c.value).where(facts.c.name == _SCALE)).scalar()
    return None if kept is None else RatingScale(*kept)


def _hold_to_scale(connection: Connection, scale: RatingScale) -> None:
    value = [scale.minimum, scale.maximum, scale.step]
    connection.execute(insert_ignoring(connection, facts), {"name": _SCALE, "value": value})
    kept = _scale(connection)
    if kept != scale:
        raise InputError(
            f"import: expected ratings on the scale of the database, {kept}, got {scale}; "
            "bring them to it, or use a database of their own"
        )

"""The MovieLens family: CSV (latest, 32M, 25M, 20M), "::" files (10M, 1M) and MovieTweetings."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from matinee.errors import MissingData
from matinee.intake.account import Account
from matinee.intake.catalogue import as_movies, once_each
from matinee.intake.cells import Cell, read_sheet, seconds, text, whole
from matinee.intake.files import File
from matinee.intake.published_titles import split_genres, split_titles
from matinee.intake.ratings import Wanted, read_ratings, with_ids
from matinee.intake.records import Layout
from matinee.intake.sources import Source
from matinee.schema import LINKS, MOVIES, RATINGS, TAGS, RatingScale, Tables, empty

HALF_STARS = RatingScale(0.5, 5, 0.5)
STARS = RatingScale(1, 5, 1)
TEN = RatingScale(0, 10, 1)

_RATINGS = ("userId", "movieId", "rating", "timestamp")
_MOVIES = ("movieId", "title", "genres")
_TAGS = ("userId", "movieId", "tag", "timestamp")
_USERS = ("userId", "gender", "age", "occupation", "zip")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one branch of the family writes its files; `scale` null = stars, halves if any is."""

    ratings: Layout
    movies: Layout
    tags: Layout
    users: Layout
    scale: RatingScale | None
    imdb_ids: bool = False  # the item ids are IMDb's, with their zeros


CSV = Dialect(Layout(), Layout(), Layout(), Layout(), HALF_STARS)
DAT = Dialect(
    Layout("::", _RATINGS),
    Layout("::", _MOVIES, either=True),
    Layout("::", _TAGS, either=True),
    Layout("::", _USERS),
    None,
)
TWEETS = Dialect(
    Layout("::", _RATINGS),
    Layout("::", _MOVIES),
    Layout("::", _TAGS),
    Layout("::", ("userId", "twitterId")),
    TEN,
    imdb_ids=True,
)


def read_family(source: Source, account: Account, folder: Path, dialect: Dialect) -> Tables:
    """Ratings, films, links, tags and users, as far as they are there."""
    files = source.files
    if not files.keys() & {"ratings", "movies"}:
        alone = next(iter(files.values())).place
        raise MissingData(f"{alone}: expected ratings or movies beside it, got {sorted(files)}")
    published: dict[str, pl.DataFrame] = {}
    ratings, scale = empty(RATINGS), dialect.scale or HALF_STARS
    if "ratings" in files:
        found = _ratings(files["ratings"], dialect, account, folder)
        scale = dialect.scale or stars(found["rating"])
        published["ratings"] = found.rename({"user_id": "userId", "item_id": "movieId"})
        ratings = with_ids(found, account)
    movies, links = empty(MOVIES), empty(LINKS)
    if "movies" in files:
        sheet = read_sheet(files["movies"], dialect.movies, _film_cells(dialect), account)
        published["movies"] = sheet.published
        movies = _films(sheet.table, dialect, account)
    if "links" in files:
        sheet = read_sheet(files["links"], Layout(), _LINK_CELLS, account)
        published["links"] = sheet.published
        links = _links(sheet.table, account)
        movies = _linked(movies, links)
    tags = empty(TAGS)
    if "tags" in files:
        sheet = read_sheet(files["tags"], dialect.tags, _tag_cells(dialect), account)
        published["tags"] = sheet.published
        tags = sheet.table.select(
            pl.col("user_id").cast(pl.String), pl.col("item_id").cast(pl.String), "tag", "timestamp"
        )
    users = pl.DataFrame()
    if "users" in files:
        cells = [_id_cell("user_id", "userId", False), *map(text, dialect.users.columns[1:])]
        sheet = read_sheet(files["users"], dialect.users, cells, account)
        published["users"] = sheet.published
        users = sheet.table.with_columns(pl.col("user_id").cast(pl.String))
    return Tables(source.name, movies, ratings, scale, tags, links, users, published)


def stars(ratings: pl.Series) -> RatingScale:
    """Whole stars, or half stars if any rating is half a star or less than one."""
    values = ratings.unique()
    return STARS if bool(((values % 1 == 0) & (values >= 1)).all()) else HALF_STARS


def _ratings(file: File, dialect: Dialect, account: Account, folder: Path) -> pl.DataFrame:
    wanted = Wanted(*_RATINGS, scale=dialect.scale or HALF_STARS, whole_items=not dialect.imdb_ids)
    return read_ratings(file, dialect.ratings, wanted, account, folder)


def _id_cell(name: str, at: str, as_text: bool) -> Cell:
    return (text(name, at) if as_text else whole(name, at, 0)).required


def _film_cells(dialect: Dialect) -> list[Cell]:
    return [
        _id_cell("item_id", "movieId", dialect.imdb_ids),
        text("title").required,
        text("genres"),
    ]


def _tag_cells(dialect: Dialect) -> list[Cell]:
    return [
        _id_cell("user_id", "userId", False),
        _id_cell("item_id", "movieId", dialect.imdb_ids),
        text("tag").required,
        seconds("timestamp").required,
    ]


_LINK_CELLS = (
    whole("item_id", "movieId", 0).required,
    whole("imdb", "imdbId", 0),
    whole("tmdb_id", "tmdbId", 0),
)


def _films(table: pl.DataFrame, dialect: Dialect, account: Account) -> pl.DataFrame:
    table = once_each(table, account, key="item_id")
    unknown = int((table["genres"] == "(no genres listed)").sum())
    account.change("movies", "genres", "'(no genres listed)' is unknown", unknown)
    table = split_titles(table).with_columns(
        pl.col("item_id").cast(pl.String), genres=split_genres()
    )
    if dialect.imdb_ids:
        table = table.with_columns(imdb_id="tt" + pl.col("item_id"))
    return as_movies(table)


def _links(table: pl.DataFrame, account: Account) -> pl.DataFrame:
    table = once_each(table, account, "links", "item_id")
    digits = pl.col("imdb").cast(pl.String).str.zfill(7)
    return table.select(pl.col("item_id").cast(pl.String), imdb_id="tt" + digits, tmdb_id="tmdb_id")


def _linked(movies: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    joined = movies.drop("tmdb_id", "imdb_id").join(
        links, on="item_id", how="left", maintain_order="left"
    )
    return joined.select(list(MOVIES))

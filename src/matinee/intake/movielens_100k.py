"""MovieLens 100K: ratings between tabs, films and users between bars, genres as flags."""

from pathlib import Path

import polars as pl

from matinee.intake.account import Account
from matinee.intake.catalogue import as_movies, once_each
from matinee.intake.cells import date, read_sheet, text, whole
from matinee.intake.movielens import STARS
from matinee.intake.published_titles import split_titles
from matinee.intake.ratings import Wanted, read_ratings, with_ids
from matinee.intake.records import Layout
from matinee.intake.sources import Source
from matinee.schema import MOVIES, RATINGS, Tables, empty

_GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary",
    "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
)  # fmt: skip
_RATINGS = ("userId", "movieId", "rating", "timestamp")
_FILM = ("movieId", "title", "release date", "video release date", "IMDb URL")
_USERS = ("userId", "age", "gender", "occupation", "zip")


def read_100k(source: Source, account: Account, folder: Path) -> Tables:
    """Ratings, films and users; the folds that lie beside u.data are not read."""
    files, published = source.files, dict[str, pl.DataFrame]()
    ratings, movies, users = empty(RATINGS), empty(MOVIES), pl.DataFrame()
    if "ratings" in files:
        wanted = Wanted(*_RATINGS, scale=STARS)
        found = read_ratings(files["ratings"], Layout("\t", _RATINGS), wanted, account, folder)
        published["ratings"] = found.rename({"user_id": "userId", "item_id": "movieId"})
        ratings = with_ids(found, account)
    if "movies" in files:
        movies, published["movies"] = _films(source, account)
    if "users" in files:
        cells = [whole("user_id", "userId", 0).required, whole("age"), *map(text, _USERS[2:])]
        sheet = read_sheet(files["users"], Layout("|", _USERS), cells, account)
        published["users"] = sheet.published
        users = sheet.table.with_columns(pl.col("user_id").cast(pl.String))
    return Tables(source.name, movies, ratings, STARS, users=users, published=published)


def _films(source: Source, account: Account) -> tuple[pl.DataFrame, pl.DataFrame]:
    names = _genre_names(source, account)
    cells = [
        whole("item_id", "movieId", 0).required,
        text("title").required,
        date("release_date", "release date", "%d-%b-%Y"),
        *(whole(name, lowest=0).required for name in names),
    ]
    layout = Layout("|", (*_FILM, *names), either=True)
    sheet = read_sheet(source.files["movies"], layout, cells, account)
    table = once_each(sheet.table, account, key="item_id")
    unknown = int((table[names[0]] == 1).sum())
    account.change("movies", "genres", f"'{names[0]}' is no genre", unknown)
    flags = [pl.when(pl.col(name) == 1).then(pl.lit(name)) for name in names[1:]]
    genres = pl.concat_list(flags).list.drop_nulls()
    movies = split_titles(table).select(
        pl.col("item_id").cast(pl.String),
        "title",
        "original_title",
        "release_date",
        year=pl.coalesce("year", pl.col("release_date").dt.year()),
        genres=pl.when(genres.list.len() > 0).then(genres),
    )
    return as_movies(movies), sheet.published


def _genre_names(source: Source, account: Account) -> tuple[str, ...]:
    """As u.genre lists them; without it, as the data set's README does."""
    if "genres" not in source.files:
        return _GENRES
    cells = [text("genre").required, whole("number", lowest=0).required]
    table = read_sheet(source.files["genres"], Layout("|", ("genre", "number")), cells, account)
    names = tuple(table.table.sort("number")["genre"])
    return names if len(names) == len(_GENRES) else _GENRES

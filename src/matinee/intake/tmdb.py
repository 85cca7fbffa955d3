"""TMDB 5000 as published on Kaggle: movies and credits, joined by id."""

from pathlib import Path

import polars as pl

from matinee.errors import MissingData
from matinee.intake.account import Account
from matinee.intake.catalogue import as_movies, no_ratings, once_each, zeros_unknown
from matinee.intake.cells import date, number, read_sheet, text, whole
from matinee.intake.nested import JOBS, by_job, cast, crew, from_json, names, without_empty
from matinee.intake.records import Layout
from matinee.intake.sources import Source
from matinee.schema import Tables

MOVIES = (
    whole("tmdb_id", "id", 0).required,
    text("title").required,
    text("original_title"),
    date("release_date"),
    number("runtime"),
    names("genres", "genres", from_json),
    names("keywords", "keywords", from_json),
    names("companies", "production_companies", from_json),
    names("countries", "production_countries", from_json),
    text("language", "original_language"),
    names("spoken_languages", "spoken_languages", from_json),
    text("status"),
    whole("budget", lowest=0),
    whole("revenue", lowest=0),
    text("overview"),
    text("tagline"),
    text("homepage"),
    number("popularity"),
    number("vote_average"),
    whole("vote_count", lowest=0),
)
CREDITS = (
    whole("tmdb_id", "movie_id", 0).required,
    cast("cast", "cast", from_json),
    crew("crew", "crew", from_json),
)
LISTS = ("genres", "keywords", "companies", "countries", "spoken_languages")
PEOPLE = ("cast", "directors", "writers", "composers", "editors")


def read_tmdb(source: Source, account: Account, folder: Path) -> Tables:
    """The catalogue; item_id is the TMDB id as text. Credits may be missing, movies may not."""
    del folder
    files = source.files
    if "movies" not in files:
        place = files["credits"].place
        raise MissingData(
            f"{place}: expected the movies table (tmdb_5000_movies.csv) "
            "beside the credits, got credits alone"
        )
    sheet = read_sheet(files["movies"], Layout(), MOVIES, account)
    movies, published = sheet.table, {"movies": sheet.published}
    movies = without_empty(once_each(movies, account), account, LISTS)
    if "credits" in files:
        sheet = read_sheet(files["credits"], Layout(), CREDITS, account)
        published["credits"] = sheet.published
        credits = once_each(by_job(sheet.table), account, "credits")
        movies = with_credits(movies, credits, account)
    movies = zeros_unknown(movies, account, ("budget", "revenue", "runtime"))
    return no_ratings(source.name, as_movies(movies), published)


def with_credits(movies: pl.DataFrame, credits: pl.DataFrame, account: Account) -> pl.DataFrame:
    """The films with their people, by TMDB id; credits of no film are counted."""
    alone = credits.join(movies, on="tmdb_id", how="anti").height
    account.change("credits", "movie_id", "credits of no film dropped", alone)
    joined = movies.join(credits, on="tmdb_id", how="left", maintain_order="left")
    return without_empty(joined, account, PEOPLE, made=list(JOBS))

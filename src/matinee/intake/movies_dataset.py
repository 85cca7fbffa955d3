"""Kaggle's The Movies Dataset: the fields of TMDB in cells that are Python literals."""

from pathlib import Path

import polars as pl

from matinee.errors import MissingData
from matinee.intake.account import Account
from matinee.intake.catalogue import as_movies, no_ratings, once_each, zeros_unknown
from matinee.intake.cells import date, number, read_sheet, text, whole
from matinee.intake.nested import JOBS, by_job, cast, crew, from_python, names, without_empty
from matinee.intake.records import Layout
from matinee.intake.sources import Source
from matinee.schema import Tables

_POSTERS = "https://image.tmdb.org/t/p/w342"
MOVIES = (
    whole("tmdb_id", "id", 0).required,
    text("imdb_id"),
    text("title").required,
    text("original_title"),
    date("release_date"),
    number("runtime"),
    names("genres", "genres", from_python),
    names("companies", "production_companies", from_python).if_there,
    names("countries", "production_countries", from_python).if_there,
    text("language", "original_language").if_there,
    names("spoken_languages", "spoken_languages", from_python).if_there,
    text("status").if_there,
    whole("budget", lowest=0),
    whole("revenue", lowest=0),
    text("overview"),
    text("tagline").if_there,
    text("homepage").if_there,
    number("popularity").if_there,
    number("vote_average"),
    whole("vote_count", lowest=0),
    text("poster_url", "poster_path").if_there,
)
CREDITS = (
    whole("tmdb_id", "id", 0).required,
    cast("cast", "cast", from_python),
    crew("crew", "crew", from_python),
)
KEYWORDS = (whole("tmdb_id", "id", 0).required, names("keywords", "keywords", from_python))
_LISTS = ("genres", "companies", "countries", "spoken_languages", "keywords", "cast", *JOBS)


def read_movies_dataset(source: Source, account: Account, folder: Path) -> Tables:
    """The catalogue; item_id is the TMDB id as text.

    Its ratings and links have the shape of MovieLens and are read as such: `joining` brings both
    together by the TMDB ids of the links, so that ratings keep their MovieLens ids.
    """
    del folder
    if "movies" not in source.files:
        place = next(iter(source.files.values())).place
        raise MissingData(f"{place}: expected movies_metadata.csv beside it, got it alone")
    sheet = read_sheet(source.files["movies"], Layout(), MOVIES, account)
    published = {"movies": sheet.published}
    movies = once_each(sheet.table, account)
    for kind, cells in (("keywords", KEYWORDS), ("credits", CREDITS)):
        if kind not in source.files:
            continue
        sheet = read_sheet(source.files[kind], Layout(), cells, account)
        published[kind] = sheet.published
        more = by_job(sheet.table) if kind == "credits" else sheet.table
        more = once_each(more, account, kind)
        alone = more.join(movies, on="tmdb_id", how="anti").height
        account.change(kind, "id", f"{kind} of no film dropped", alone)
        movies = movies.join(more, on="tmdb_id", how="left", maintain_order="left")
    there = [name for name in _LISTS if name in movies.columns]
    movies = without_empty(movies, account, there, made=list(JOBS))
    movies = zeros_unknown(movies, account, ("budget", "revenue", "runtime"))
    movies = movies.with_columns(poster_url=pl.lit(_POSTERS) + pl.col("poster_url"))
    return no_ratings(source.name, as_movies(movies), published)

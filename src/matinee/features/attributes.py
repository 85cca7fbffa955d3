"""Attributes of films as columns: as the catalogue has them, combined, and taken apart."""

import polars as pl

_LISTS = {  # column of the catalogue -> how many of its entries a film has
    "genres": "genres, number",
    "keywords": "keywords, number",
    "cast": "cast, number",
    "companies": "companies, number",
    "spoken_languages": "spoken languages, number",
}
_FIRST = {  # the first of a list -> a category
    "directors": "director",
    "cast": "leading actor",
    "writers": "writer",
    "composers": "composer",
    "editors": "editor",
    "companies": "company",
    "countries": "country",
}
_SEASONS = ("winter", "spring", "summer", "autumn")
_LEAST_BUDGET = 1_000.0  # dollars; less is a slip of the pen, and would make a return of millions

# Told only by those who saw a film: no use for a film before it is seen.
AFTERWARDS = ("revenue", "return on budget", "popularity", "vote average", "vote count")


def attributes(movies: pl.DataFrame) -> pl.DataFrame:
    """One row a film: numbers (Float64), categories (String) and `genres` (a list); null: unknown.

    Budgets and revenues as log10. Combined: return on budget (log10 of the ratio), director and
    first genre. Taken apart: the release date into year, decade, season and weekday, crew by job
    (the first named), the title into its length and whether it belongs to a franchise. Columns of
    which nothing is known are left out.
    """
    found = movies.select(
        pl.col("item_id"),
        pl.col("genres"),
        **_numbers(),
        **_dates(),
        **_titles(),
        **{name: _count(column) for column, name in _LISTS.items()},
        **{name: pl.col(column).list.first() for column, name in _FIRST.items()},
        **{"director × genre": _joined("directors", "genres"), "language": pl.col("language")},
    )
    kept = [name for name in found.columns if found[name].null_count() < found.height]
    numeric = [name for name in kept if found[name].dtype.is_numeric()]
    return found.select(kept).with_columns(pl.col(numeric).cast(pl.Float64))


def _numbers() -> dict[str, pl.Expr]:
    budget = pl.when(pl.col("budget") >= _LEAST_BUDGET).then(pl.col("budget"))
    revenue = pl.when(pl.col("revenue") > 0).then(pl.col("revenue"))
    logs = budget.cast(pl.Float64).log10(), revenue.cast(pl.Float64).log10()
    return {
        "runtime": pl.when(pl.col("runtime") > 0).then(pl.col("runtime")),
        "budget": logs[0],
        "revenue": logs[1],
        "return on budget": logs[1] - logs[0],
        "popularity": pl.col("popularity"),
        "vote average": pl.col("vote_average"),
        "vote count": pl.col("vote_count").cast(pl.Float64).log1p(),
    }


def _dates() -> dict[str, pl.Expr]:
    quarter = (pl.col("release_date").dt.month() % 12) // 3
    seasons = dict(enumerate(_SEASONS))
    return {
        "year": pl.col("year"),
        "decade": (pl.col("year") // 10 * 10).cast(pl.String),
        "season": quarter.replace_strict(seasons, default=None, return_dtype=pl.String),
        "weekday": pl.col("release_date").dt.strftime("%A"),
    }


def _titles() -> dict[str, pl.Expr]:
    # "Alien 3", "Rocky IV" and "Alien: Resurrection" begin as other titles do.
    stem = pl.col("title").str.to_lowercase().str.split(":").list.first()
    stem = stem.str.replace(r"\s+(part\s+)?([ivx]+|\d+)$", "").str.strip_chars()
    shared = (pl.len().over(stem) > 1) & (stem.str.len_chars() > 2)
    return {
        "title length": pl.col("title").str.len_chars(),
        "franchise": pl.when(pl.col("title").is_not_null()).then(shared.cast(pl.Float64)),
        "overview length": pl.col("overview").str.len_chars(),
    }


def _count(column: str) -> pl.Expr:
    length = pl.col(column).list.len()
    return pl.when(length > 0).then(length)


def _joined(left: str, right: str) -> pl.Expr:
    return pl.concat_str(pl.col(left).list.first(), pl.lit(" · "), pl.col(right).list.first())

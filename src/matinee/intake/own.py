"""A person's own tables, CSV or Parquet: our column names, or a mapping to the file's."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from matinee.intake.account import Account
from matinee.intake.catalogue import as_movies, no_ratings, once_each
from matinee.intake.cells import (
    Cell,
    Sheet,
    date,
    listed,
    number,
    on_scale,
    read_parquet_sheet,
    read_sheet,
    text,
    whole,
    year,
)
from matinee.intake.detection import separator
from matinee.intake.files import File
from matinee.intake.ratings import Wanted, filled_up, read_ratings, with_ids
from matinee.intake.records import Layout
from matinee.intake.sources import Source
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables

# From narrow to wide: the first that all ratings lie on is taken.
SCALES = (
    RatingScale(1, 5, 1),
    RatingScale(0.5, 5, 0.5),
    RatingScale(0, 5, 1),
    RatingScale(0, 5, 0.5),
    RatingScale(1, 10, 1),
    RatingScale(0, 10, 1),
    RatingScale(0.5, 10, 0.5),
    RatingScale(0, 10, 0.5),
    RatingScale(0, 10, 0.1),
    RatingScale(0, 100, 1),
)


def read_own(source: Source, account: Account, folder: Path, mapping: Mapping[str, str]) -> Tables:
    """Ratings, films or both; a rating and a time may be missing, the scale is `scale_of`'s.

    Times are UTC seconds or ISO dates; lists of names "A|B" or ["A", "B"].
    """
    movies, published = as_movies(pl.DataFrame(schema={"item_id": pl.String})), {}
    if "movies" in source.files:
        header = source.found["movies"].found
        cells = [_cell(name, mapping.get(name, name)) for name in MOVIES]
        sheet = _sheet(
            source.files["movies"],
            [cell for cell in cells if cell.at in header],
            account,
            folder,
        )
        published["movies"] = sheet.published
        movies = as_movies(once_each(sheet.table, account, key="item_id"))
    if "ratings" not in source.files:
        return no_ratings(source.name, movies, published)
    file = source.files["ratings"]
    names = {name: mapping.get(name, name) for name in RATINGS}
    user, item, rating, time = names.values()
    wanted = Wanted(user, item, rating, time, whole_users=False, whole_items=False, gaps=True)
    if _is_parquet(file):
        found = filled_up(_sheet(file, wanted.cells, account, folder, publish=False).table)
    else:
        found = read_ratings(file, _layout(file), wanted, account, folder)
    scale = scale_of(found["rating"])
    published["ratings"] = found.rename(names)
    return Tables(source.name, movies, with_ids(found, account), scale, published=published)


def scale_of(ratings: pl.Series) -> RatingScale:
    """The first of SCALES that every rating lies on, else lowest to highest by the smallest gap."""
    values = ratings.drop_nulls().unique().sort().cast(pl.Float64)
    for scale in SCALES:
        if on_scale(values, scale).all():
            return scale
    lowest, highest = float(values[0]), float(values[-1])
    if lowest == highest:
        return RatingScale(lowest, lowest + 1, 1)
    return RatingScale(lowest, highest, float(values.diff().drop_nulls().to_numpy().min()))


def _cell(name: str, at: str) -> Cell:
    kind = MOVIES[name]
    if name in ("item_id", "title"):
        return text(name, at).required
    if kind == pl.Date:
        return date(name, at)
    if name == "year":
        return year(name, at)
    if kind.is_integer():
        return whole(name, at)
    if kind.is_float():
        return number(name, at)
    return listed(name, at) if kind == pl.List(pl.String) else text(name, at)


def _layout(file: File) -> Layout:
    return Layout(separator(file.head().decode("utf-8-sig", "replace").split("\n")[0]))


def _is_parquet(file: File) -> bool:
    return file.head(4) == b"PAR1"


def _sheet(
    file: File, cells: list[Cell], account: Account, folder: Path, publish: bool = True
) -> Sheet:
    if _is_parquet(file):
        return read_parquet_sheet(file, cells, account, folder)
    return read_sheet(file, _layout(file), cells, account, publish)

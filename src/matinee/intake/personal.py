"""A person's own history: Letterboxd's export, IMDb's ratings or a plain list, in catalogue ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from matinee.errors import InputError
from matinee.intake import imdb, letterboxd
from matinee.intake.account import Account
from matinee.intake.cells import Cell, number, rating, text, year
from matinee.intake.entries import Entries, as_entries, day
from matinee.intake.entries import read_entries as read_rows
from matinee.intake.files import File, list_files
from matinee.intake.records import Layout, read_header
from matinee.intake.titles import doubtful, match, split_year
from matinee.schema import RATINGS, RatingScale, check

USER = "you"
_PLAIN = ("title", "year", "rating", "date")
_WHOLE_STARS = RatingScale(1, 10, 0.5)
_OTHER = "other"


@dataclass(frozen=True, slots=True, eq=False)
class PersonalHistory:
    """What a person saw, in the ids of a catalogue, and what could not be placed there.

    `ratings`: `schema.RATINGS` of the user "you"; a null rating is a film seen without one.
    `wanted`, `liked`: item_id, title, year (item_id null = not in the catalogue); the watchlist is
    no history. `unmatched`: title, year, why. `doubtful`: title, year, item_id, candidate,
    candidate_year, score, to be settled by a person. `skipped`: files that tell of no film.
    """

    source: str
    ratings: pl.DataFrame
    scale: RatingScale
    unmatched: pl.DataFrame
    doubtful: pl.DataFrame
    quarantine: pl.DataFrame
    wanted: pl.DataFrame
    liked: pl.DataFrame
    skipped: tuple[str, ...]


def read_history(
    path: str | Path, catalogue: pl.DataFrame, *, strict: bool = False
) -> PersonalHistory:
    """Read an export (zip, folder or one CSV, known by its columns) into a catalogue's ids.

    IMDb ids first where both sides have them, else title and year; a title without a year counts
    if one film alone bears it. Broken rows are set aside, or with `strict` raise InputError.
    """
    if not str(path):
        raise InputError("history: expected a path, got ''")
    account = Account(strict)
    entries, skipped = _entries(Path(path), account)
    if not entries.seen.height and not entries.wanted.height:
        raise InputError(f"{Path(path).name}: expected films seen or wanted, got none")
    everything = pl.concat([entries.seen, entries.wanted, entries.liked]).with_row_index("entry")
    placed, unsure, missing = _placed(everything, catalogue)
    parts = []
    start = 0
    for table in (entries.seen, entries.wanted, entries.liked):
        here = everything.slice(start, table.height).join(placed, on="entry", how="left")
        parts.append(here.sort("entry"))
        start += table.height
    seen, *others = parts
    wanted, liked = (table.select("item_id", "title", "year") for table in others)
    told = ["title", "year"]
    return PersonalHistory(
        entries.source,
        _ratings(seen),
        entries.scale,
        missing.unique(told, keep="first", maintain_order=True).select(*told, "why"),
        unsure.unique([*told, "item_id"], keep="first", maintain_order=True),
        account.quarantine,
        wanted,
        liked,
        skipped,
    )


def _entries(path: Path, account: Account) -> tuple[Entries, tuple[str, ...]]:
    """What the files of the export say, and those that were left out."""
    roles: dict[str, list[tuple[File, str]]] = {}
    headers = {}
    for file in list_files(path):
        source, part, headers[file.place] = _role(file)
        roles.setdefault(source, []).append((file, part))
    skipped = tuple(file.place for file, _ in roles.pop(_OTHER, []))
    if len(roles) > 1:
        raise InputError(f"{path.name}: expected one person's export, got {' and '.join(roles)}")
    if not roles:
        found = "; ".join(f"{place} with {header}" for place, header in list(headers.items())[:3])
        raise InputError(
            f"{path.name}: expected Letterboxd's export, IMDb's ratings, or a CSV with the columns "
            f"title, year, rating, got {found or 'no file'}"
        )
    ((source, files),) = roles.items()
    if source == "Letterboxd":
        return letterboxd.read_letterboxd(files, account), skipped
    if source == "IMDb":
        return imdb.read_imdb(files, account), skipped
    return _plain_list([file for file, _ in files], account), skipped


def _role(file: File) -> tuple[str, str, list[str]]:
    """Whose file it is, what it is for, and its columns."""
    if not file.place.lower().endswith((".csv", ".txt")) and b"\0" in file.head():
        return _OTHER, "", []
    try:
        header = read_header(file, Layout()) if file.head(1) else []
    except InputError:  # a picture or a note beside the export is none of it
        if file.place.lower().endswith(".csv"):
            raise
        return _OTHER, "", []
    if part := letterboxd.role(file, header):
        return ("Letterboxd" if part != "removed" else _OTHER), part, header
    if part := imdb.role(header):
        return "IMDb", part, header
    plain = {name.lower() for name in header}
    return ("list" if "title" in plain else _OTHER), "", header


def _plain_list(files: Sequence[File], account: Account) -> Entries:
    """Our own simple CSV: title, and where there year, rating, date, in any case and order.

    The scale is .5 to 5 if no rating is above 5, else 1 to 10.
    """
    tables, scale = [], letterboxd.HALF_STARS
    for file in files:
        named = {name.lower(): name for name in read_header(file, Layout())}
        at = {name: named.get(name, name) for name in _PLAIN}
        stars = number("rating", at["rating"]).if_there
        loose = read_rows(file, _plain_cells(at, stars), Account())
        if (loose["rating"] > 5).any():
            scale = _WHOLE_STARS
        tables.append((file, at))
    rows = [
        read_rows(file, _plain_cells(at, rating(at["rating"], scale).if_there), account)
        for file, at in tables
    ]
    seen = _year_from_title(pl.concat(rows))
    latest = seen.reverse().sort("timestamp", descending=True, nulls_last=True, maintain_order=True)
    return Entries("list", scale, latest.unique(["title", "year"], keep="first"))


def _plain_cells(at: dict[str, str], stars: Cell) -> list[Cell]:
    return [
        text("title", at["title"]).required,
        year("year", at["year"]).if_there,
        stars,
        day("timestamp", at["date"]).if_there,
    ]


def _year_from_title(table: pl.DataFrame) -> pl.DataFrame:
    """ "Heat (1995)" without a year is "Heat" of 1995."""
    split = [split_year(title) for title in table["title"]]
    titles = pl.Series([title for title, _ in split], dtype=pl.String)
    years = pl.Series([year for _, year in split], dtype=pl.Int32)
    bare = table["year"].is_null() & years.is_not_null()
    return as_entries(
        table.with_columns(
            title=pl.when(bare).then(titles).otherwise(pl.col("title")),
            year=pl.when(bare).then(years).otherwise(pl.col("year")),
        )
    )


def _placed(
    entries: pl.DataFrame, catalogue: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """(entry, item_id) of what is certain, the doubtful candidates, and the rest with its why."""
    by_id = _by_imdb_id(entries, catalogue)
    rest = entries.join(by_id, on="entry", how="anti").filter(pl.col("sort").fill_null("") == "")
    films = rest.unique(["title", "year"], maintain_order=True).with_columns(
        item_id=pl.col("entry").cast(pl.String)
    )
    matches = match(films, catalogue)
    alone = _alone_with_its_title(matches, films)
    sure = pl.concat([matches.filter(pl.col("how") != "doubtful"), alone])
    of_film = sure.select(entry=pl.col("left_id").cast(pl.UInt32), item_id="right_id")
    of_film = of_film.join(films.select("entry", "title", "year"), on="entry").drop("entry")
    by_title = rest.join(of_film, on=["title", "year"], nulls_equal=True).select("entry", "item_id")
    placed = pl.concat([by_id, by_title])
    unsure = doubtful(matches.join(alone, on="left_id", how="anti"), films, catalogue).select(
        title="left_title",
        year="left_year",
        item_id="right_id",
        candidate="right_title",
        candidate_year="right_year",
        score="score",
    )
    missing = (
        entries.join(placed, on="entry", how="anti")
        .join(unsure.unique(["title", "year"]), on=["title", "year"], how="anti", nulls_equal=True)
        .with_columns(why=_why())
    )
    return placed, unsure, missing


def _why() -> pl.Expr:
    kind = pl.format("no film but a {}", pl.col("sort"))
    title = pl.lit("no film of this title and year in the catalogue")
    return pl.when(pl.col("sort").fill_null("") != "").then(kind).otherwise(title)


def _by_imdb_id(entries: pl.DataFrame, catalogue: pl.DataFrame) -> pl.DataFrame:
    """ "tt0113277", "0113277" and "113277" are one id; an id of two films names neither."""
    none = pl.DataFrame(schema={"entry": pl.UInt32, "item_id": pl.String})
    if "imdb_id" not in catalogue.columns:
        return none
    digits = pl.col("imdb_id").str.strip_prefix("tt").cast(pl.Int64, strict=False)
    known = catalogue.select(pl.col("item_id").cast(pl.String), digits=digits)
    known = known.drop_nulls().unique("digits", keep="none")
    return entries.with_columns(digits=digits).join(known, on="digits").select(none.columns)


def _alone_with_its_title(matches: pl.DataFrame, films: pl.DataFrame) -> pl.DataFrame:
    """Doubtful only for want of a year, with one candidate, on both sides."""
    yearless = films.filter(pl.col("year").is_null())["item_id"]
    unsure = matches.filter(pl.col("how") == "doubtful")
    alone = unsure.filter((pl.len().over("left_id") == 1) & (pl.len().over("right_id") == 1))
    return alone.filter(pl.col("left_id").is_in(yearless.implode()))


def _ratings(seen: pl.DataFrame) -> pl.DataFrame:
    """As `schema.RATINGS`; if two entries are one film, a rated one and then the latest stays."""
    order = seen.drop_nulls("item_id").sort(
        pl.col("rating").is_null(), pl.col("timestamp"), descending=[False, True], nulls_last=True
    )
    kept = order.unique("item_id", keep="first", maintain_order=True).sort("entry")
    table = kept.select(
        pl.lit(USER).alias("user_id"), pl.col("item_id"), pl.col("rating"), pl.col("timestamp")
    )
    return check(table, RATINGS, "history")

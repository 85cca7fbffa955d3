"""Check the facts of the built-in film catalogue against the published TMDB 5000 file.

The catalogue is written by hand, so its years, running times and names can be wrong. Each
disagreement with the published file is either corrected in the catalogue or listed, with the
reason, in ``settled.csv`` beside it; the exit status is 1 while any other is left.

    python scripts/check_films.py --tmdb PATH_TO_tmdb-5000.zip
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import sys
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CATALOGUE = Path(__file__).resolve().parent.parent / "src" / "matinee" / "simulation"
BILLED = 15  # leading actors of the published cast that count as "leading"
MAX_FIELD = 10_000_000  # the crew lists are far longer than the csv module's default allows
LETTERS = str.maketrans({"ı": "i", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "ß": "ss", "&": " and "})
LANGUAGES = {"cn": "zh"}  # TMDB's own code for Cantonese, which ISO 639-1 does not split off

Row = dict[str, str]


@dataclass(frozen=True)
class Published:
    """One film as the published file has it."""

    year: int
    runtime: float
    directors: list[str]
    cast: list[str]
    genres: list[str]
    countries: list[str]
    language: str


@dataclass(frozen=True)
class Disagreement:
    """One field on which the catalogue and the published file differ."""

    item_id: str
    field: str
    ours: str
    published: str


def plain(text: str) -> str:
    """Reduce a title or name to letters and digits, so that accents and dots do not matter."""
    spelt = unicodedata.normalize("NFKD", text.translate(LETTERS))
    return re.sub(r"[\W_]+", "", "".join(c for c in spelt if not unicodedata.combining(c)).lower())


def plain_set(names: Iterable[str]) -> set[str]:
    """Reduce each name, so that two lists can be compared whatever their order."""
    return {plain(name) for name in names}


def split(field: str) -> list[str]:
    """Split one of the catalogue's list fields."""
    return [part for part in field.split("|") if part]


def read_zipped(archive: zipfile.ZipFile, ending: str) -> Iterator[Row]:
    """Read the csv of the archive whose name ends so: the folder inside differs by download."""
    name = next((name for name in archive.namelist() if name.endswith(ending)), None)
    if name is None:
        raise SystemExit(f"{archive.filename}: no file in it ends in {ending}")
    with archive.open(name) as raw:
        yield from csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8", newline=""))


def read_published(path: Path) -> dict[str, list[Published]]:
    """Read the published films by reduced title, the original title too: ours may use either."""
    films: dict[str, list[Published]] = {}
    with zipfile.ZipFile(path) as archive:
        credits = {row["movie_id"]: row for row in read_zipped(archive, "credits.csv")}
        for row in read_zipped(archive, "movies.csv"):
            if not row["release_date"] or row["id"] not in credits:
                continue
            crew = json.loads(credits[row["id"]]["crew"])
            film = Published(
                year=int(row["release_date"][:4]),
                runtime=float(row["runtime"] or 0),
                directors=[who["name"] for who in crew if who["job"] == "Director"],
                cast=[who["name"] for who in json.loads(credits[row["id"]]["cast"])][:BILLED],
                genres=[genre["name"] for genre in json.loads(row["genres"])],
                countries=[place["name"] for place in json.loads(row["production_countries"])],
                language=LANGUAGES.get(row["original_language"], row["original_language"]),
            )
            for title in {plain(row["title"]), plain(row["original_title"])}:
                films.setdefault(title, []).append(film)
    return films


def find(row: Row, films: dict[str, list[Published]]) -> Published | None:
    """Find a catalogue film in the published file; remakes share titles, so the year decides."""
    year = int(row["year"])
    near = [film for film in films.get(plain(row["title"]), []) if abs(film.year - year) <= 1]
    return min(near, key=lambda film: abs(film.year - year), default=None)


def compare(row: Row, film: Published, minutes: float) -> Iterator[Disagreement]:
    """Compare one film field by field; a field that the published file lacks is no disagreement."""

    def differ(field: str, published: str) -> Disagreement:
        return Disagreement(row["item_id"], field, row[field], published)

    if int(row["year"]) != film.year:
        yield differ("year", str(film.year))
    if film.runtime and abs(float(row["runtime"]) - film.runtime) > minutes:
        yield differ("runtime", f"{film.runtime:g}")
    if film.directors and plain_set(split(row["directors"])) != plain_set(film.directors):
        yield differ("directors", "|".join(film.directors))
    ours = plain_set(split(row["cast"]))
    if film.cast and 2 * len(ours & plain_set(film.cast)) < len(ours):
        yield differ("cast", "|".join(film.cast))
    if film.genres and set(split(row["genres"])) != set(film.genres):
        yield differ("genres", "|".join(film.genres))
    if film.countries and row["country"] not in film.countries:
        yield differ("country", "|".join(film.countries))
    if row["language"] != film.language:
        yield differ("language", film.language)


def read_rows(path: Path) -> list[Row]:
    """Read one of the catalogue's csv files."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def print_table(found: list[Disagreement]) -> None:
    """Print the disagreements in aligned columns, to be read beside the catalogue."""
    if not found:
        return
    wide = max(len(one.item_id) for one in found)
    for one in found:
        print(f"{one.item_id:<{wide}}  {one.field:<9}  {one.ours}  <>  {one.published}")
    print()


def main(arguments: list[str] | None = None) -> int:
    """Compare the whole catalogue and answer with the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    data = os.environ.get("MATINEE_DATA")
    parser.add_argument(
        "--tmdb",
        type=Path,
        default=Path(data) / "tmdb-5000.zip" if data else None,
        help="the published archive (default: tmdb-5000.zip in MATINEE_DATA)",
    )
    parser.add_argument(
        "--films", type=Path, default=CATALOGUE, help="folder of films.csv and settled.csv"
    )
    parser.add_argument(
        "--minutes", type=float, default=2, help="running times this close agree (default: 2)"
    )
    options = parser.parse_args(arguments)
    if options.tmdb is None or not options.tmdb.is_file():
        parser.error("no TMDB 5000 archive: pass --tmdb or set MATINEE_DATA")
    csv.field_size_limit(MAX_FIELD)

    films = read_published(options.tmdb)
    rows = read_rows(options.films / "films.csv")
    settled_path = options.films / "settled.csv"
    # Our value is part of the key: a row that changes later has to be settled anew.
    settled = {
        (row["item_id"], row["field"], row["ours"])
        for row in (read_rows(settled_path) if settled_path.is_file() else [])
    }
    matched = [(row, film) for row in rows if (film := find(row, films)) is not None]
    found = [one for row, film in matched for one in compare(row, film, options.minutes)]
    left = [one for one in found if (one.item_id, one.field, one.ours) not in settled]

    print_table(left)
    print(f"films        {len(rows)}, {len(matched)} of them in the published file")
    print(f"settled      {len(found) - len(left)}")
    print(f"unsettled    {len(left)}")
    for field, count in Counter(one.field for one in left).most_common():
        print(f"  {field:<10} {count}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())

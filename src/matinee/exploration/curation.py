"""What a person who keeps a catalogue should look at: what is unknown, twice there, or unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

_KNOWN: Final[Mapping[str, tuple[str, str]]] = {
    "overview": ("Without a description", "What a film is about is also what places a new one."),
    "genres": ("Without a genre", "It is in no row by genre, and no filter finds it."),
    "poster_url": ("Without a poster", "A poster is drawn from title, genre and decade instead."),
    "runtime": ("Without a runtime", "How much of it was watched cannot be told."),
    "year": ("Without a year", "It is in no row of a decade and never counts as new."),
}
_PEOPLE: Final = ("cast", "directors", "writers")
FEW: Final = 5  # ratings or plays: with fewer a model knows next to nothing of a film
OFTEN: Final = 20  # cards: shown so often and never played is worth a look


@dataclass(frozen=True, slots=True)
class Finding:
    """Films of which the same is to be said; `item_ids` in the order of what matters most."""

    name: str
    title: str
    text: str
    item_ids: Sequence[str]
    films: int  # that could have been found


def metadata_findings(movies: pl.DataFrame) -> list[Finding]:
    """What the catalogue does not know, by kind, and films that stand in it twice."""
    films = movies.height
    found = [
        Finding(
            column.removesuffix("_url"), title, text, _ids(movies, _empty(movies, column)), films
        )
        for column, (title, text) in _KNOWN.items()
    ]
    nobody = pl.all_horizontal(_empty(movies, column) for column in _PEOPLE)
    text = "No cast, director or writer is known: reasons cannot name anybody."
    found.append(Finding("people", "Without people", text, _ids(movies, nobody), films))
    text = "The same title in the same year, or the same id elsewhere: ratings are split over them."
    found.append(Finding("twice", "There twice", text, repeated(movies), films))
    return found


def use_findings(movies: pl.DataFrame, used: pl.DataFrame) -> list[Finding]:
    """Films that nobody saw a card of, that were shown in vain, or that nobody knows yet.

    `used`: item_id, shown (cards on logged pages), played (ratings, plays and likes). Without a
    page in the log only the last of the three can be told.
    """
    films = movies.select("item_id").join(used, on="item_id", how="left")
    films = films.with_columns(pl.col("shown", "played").fill_null(0))
    found = []
    if int(films["shown"].sum()):
        unseen = films.filter(pl.col("shown") == 0).sort(
            "played", "item_id", descending=[True, False]
        )
        vain = films.filter((pl.col("shown") >= OFTEN) & (pl.col("played") == 0))
        vain = vain.sort("shown", "item_id", descending=[True, False])
        found += [
            Finding(
                "unshown",
                "Never shown",
                "On no page of those looked at; the best liked come first.",
                unseen["item_id"].to_list(),
                films.height,
            ),
            Finding(
                "vain",
                "Shown and never played",
                f"On {OFTEN} pages or more, and nobody played, liked or rated it.",
                vain["item_id"].to_list(),
                films.height,
            ),
        ]
    cold = films.filter(pl.col("played") < FEW).sort("played", "item_id")
    text = f"Fewer than {FEW} ratings, plays and likes: placed by what is known of them alone."
    found.append(Finding("cold", "Cold", text, cold["item_id"].to_list(), films.height))
    return found


def repeated(movies: pl.DataFrame) -> list[str]:
    """Films that share title and year, or an id of TMDB or IMDb, with another; side by side."""
    title = pl.col("title").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", " ")
    keyed = movies.select("item_id", "year", "tmdb_id", "imdb_id", name=title.str.strip_chars())
    parts = []
    for key in (["name", "year"], ["tmdb_id"], ["imdb_id"]):
        known = keyed.drop_nulls(key)
        twice = known.filter(
            pl.struct(key).is_duplicated() & (pl.col(key[0]).cast(pl.String) != "")
        )
        parts.append(twice.sort(*key, "item_id")["item_id"])
    return pl.concat(parts).unique(maintain_order=True).to_list()


def _empty(movies: pl.DataFrame, column: str) -> pl.Expr:
    dtype = movies.schema[column]
    if isinstance(dtype, pl.List):
        return pl.col(column).list.len().fill_null(0) == 0
    if dtype == pl.String:
        return pl.col(column).str.strip_chars().fill_null("") == ""
    return pl.col(column).is_null()


def _ids(movies: pl.DataFrame, which: pl.Expr) -> list[str]:
    return movies.filter(which)["item_id"].to_list()

"""The films of the simulated world: real titles and facts, written for this project."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import polars as pl

from matinee.dataset import Vocabulary
from matinee.schema import MOVIES

LISTS = ("directors", "cast", "genres", "keywords")

# The keywords that say how a film feels: the moods in which viewers sit down to watch.
MOODS = (
    "playful",
    "feel-good",
    "dark",
    "melancholic",
    "romantic",
    "tense",
    "thrilling",
    "thoughtful",
    "epic",
    "scary",
)


@cache
def movies() -> pl.DataFrame:
    """The catalogue as a `schema.MOVIES` table, by year and title; what is not written is null."""
    text = (resources.files(__package__) / "films.csv").read_text(encoding="utf-8")
    films = pl.read_csv(text.encode(), infer_schema=False).with_columns(
        pl.col("year").cast(pl.Int32),
        pl.col("runtime").cast(pl.Float64),
        *(pl.col(name).str.split("|") for name in LISTS),
        countries=pl.concat_list("country"),
        overview="synopsis",
    )
    known = set(films.columns)
    unknown = [pl.lit(None, dtype).alias(name) for name, dtype in MOVIES.items()]
    return films.with_columns(c for c in unknown if c.meta.output_name() not in known).select(
        list(MOVIES)
    )


def vocabulary(name: str) -> list[str]:
    """Every value of a list column of the catalogue, sorted."""
    return sorted(set(movies()[name].explode()))


@dataclass(frozen=True, slots=True, eq=False)
class Films:
    """The catalogue as arrays, one column an item of `items`."""

    items: Vocabulary
    year: np.ndarray  # (items,) float64
    runtime: np.ndarray  # (items,) float64 minutes
    genres: np.ndarray  # (genres, items) bool
    moods: np.ndarray  # (moods, items) bool
    keywords: np.ndarray  # (keywords, items) bool: the others, of at least five films
    people: np.ndarray  # (people, items) bool: directors and actors of at least two films
    foreign: np.ndarray  # (items,) bool: not in English


@cache
def films() -> Films:
    """The arrays of `movies()`."""
    items = Vocabulary.of(movies()["item_id"])
    table = pl.DataFrame({"item_id": items.ids}).join(
        movies(), on="item_id", how="left", maintain_order="left"
    )
    everyone = table.select(people=pl.concat_list("directors", "cast").list.unique())["people"]
    return Films(
        items,
        table["year"].to_numpy().astype(np.float64),
        table["runtime"].to_numpy(),
        _has(table["genres"], 1)[1],
        np.stack([table["keywords"].list.contains(mood).to_numpy() for mood in MOODS]),
        _has(table["keywords"].list.set_difference(list(MOODS)), 5)[1],
        _has(everyone, 2)[1],
        (table["language"] != "en").to_numpy(),
    )


def _has(lists: pl.Series, at_least: int) -> tuple[list[str], np.ndarray]:
    """The values that at least so many films have, sorted, and which film has which."""
    counts = lists.explode().value_counts().filter(pl.col("count") >= at_least)
    values = sorted(v for v in counts[lists.name] if v is not None)
    return values, np.stack([lists.list.contains(value).to_numpy() for value in values])

"""The world that `serve.py` serves: films, viewers, their ratings, and models of them.

Ratings are those of `generate.py` with times of the last two years; what films are (years, genres,
people, lengths) is drawn. All of it serves speed, and says nothing of accuracy. It is made
once and kept in .bench/service/.
"""

import os
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

import generate
from matinee import training
from matinee.api.policies import fit_policy
from matinee.dataset import Dataset, Vocabulary
from matinee.models.naming import recipe_from_text
from matinee.ranking import policy_from_toml
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables
from matinee.settings import Settings
from matinee.store.catalogue import import_tables, read_tables
from matinee.store.opening import open_store
from matinee.store.workspace import Workspace
from matinee.training.policies import first_stage
from matinee.training.policy_keeping import save_policy

CACHE = generate.CACHE / "service"
GENRES = ("Drama", "Comedy", "Thriller", "Action", "Romance", "Horror", "Documentary", "Animation")
YEARS = 2
LEARNT_FROM = 2_500
POLICY = """
[candidates]
model = "{model}"
n = 200
[ranker]
kind = "lambdamart"
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is, and which models are made of it."""

    films: int
    viewers: int
    ratings: int
    model: str  # served without a ranker
    first: str  # the first stage of the policy with one


BLEND = "blend:linear:least=40@1+als:factors=64@0.4+soup@0.4"
WHOLE = Size(20_000, 50_000, 2_000_000, "ease:dtype=float32", BLEND)
SHORT = Size(2_000, 4_000, 120_000, "ease", "als:factors=32,epochs=5")


def tables(size: Size) -> Tables:
    """Films and ratings of a world, spread over the last two years."""
    drawn = generate.ratings(size.ratings, size.viewers, size.films)
    ago = np.random.default_rng(2).integers(60, YEARS * 365 * 86_400, len(drawn))
    ratings = drawn.select(
        pl.format("viewer-{}", "userId").alias("user_id"),
        pl.format("film-{}", "movieId").alias("item_id"),
        "rating",
        pl.Series("timestamp", int(time.time()) - ago),
    )
    films = ratings["item_id"].unique().sort()
    return Tables(
        "benchmark", movies(films), ratings.select(list(RATINGS)), RatingScale(0.5, 5, 0.5)
    )


def movies(films: pl.Series) -> pl.DataFrame:
    """What is known of films: drawn."""
    rng, count = np.random.default_rng(1), len(films)
    people = [f"Person {k}" for k in range(max(10, count // 4))]

    def some(names: list[str] | tuple[str, ...], most: int) -> list[list[str]]:
        picks = rng.integers(0, len(names), (count, most))
        return [sorted({names[k] for k in row}) for row in picks.tolist()]

    year = 2026 - rng.exponential(18, count).astype(int).clip(0, 100)
    known = {
        "item_id": films.to_list(),
        "title": [f"Film {k}" for k in range(count)],
        "year": year.tolist(),
        "runtime": rng.integers(80, 170, count).astype(float).tolist(),
        "genres": some(GENRES, 2),
        "keywords": some([f"keyword {k}" for k in range(300)], 4),
        "cast": some(people, 4),
        "directors": some(people, 1),
        "language": ["en"] * count,
        "overview": [None] * count,
    }
    nothing = {name: [None] * count for name in MOVIES if name not in known}
    return pl.DataFrame(known | nothing, schema=MOVIES)


def home_of(size: Size, what: str) -> Path:
    """The workspace of a world with "model" or "policy" kept, made where it is not there."""
    folder = CACHE / f"{size.films}-{size.viewers}-{size.ratings}" / what
    if (folder / "made").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    store = open_store(Settings(home=folder, database_url=None))
    started = time.perf_counter()
    imported = import_tables(store.database, store.key, tables(size), int(time.time()))
    told(f"{imported[0]:,} films and {imported[1]:,} ratings into SQLite", started)
    fit(folder, what, size, Dataset.from_tables(read_tables(store.database)))
    store.database.close()
    (folder / "made").touch()
    return folder


def fit(home: Path, what: str, size: Size, data: Dataset) -> None:
    """Fit and keep what the world serves."""
    started, workspace = time.perf_counter(), Workspace(home)
    if what == "model":
        trained = training.fit(size.model, data, 0)
        training.save(trained, workspace.model_folder(data.name, trained.name), data)
    else:
        policy = policy_from_toml(POLICY.format(model=size.first), "trees")
        learnt = fit_policy(few_viewers(data), policy)
        first = first_stage(recipe_from_text(size.first)[1], data, 0)
        folder = workspace.policy_folder(data.name, policy.name)
        save_policy(replace(learnt, first=first), folder, data)
    told(f"{what} fitted and kept", started)


def few_viewers(data: Dataset) -> Dataset:
    """So many that a ranker learns from them in minutes; the first stage is that of all."""
    rows = np.arange(min(LEARNT_FROM, len(data.users)))
    histories = data.histories.take(rows)
    return replace(data, users=Vocabulary(data.users.ids.gather(rows)), histories=histories)


def told(what: str, started: float) -> None:
    print(f"  {what}: {time.perf_counter() - started:.0f} s", flush=True)


def copy_of(home: Path, folder: Path) -> Path:
    """A workspace that a run may change; models are linked, the database is copied."""
    folder.mkdir(parents=True)
    for path in home.iterdir():
        if path.is_dir():
            shutil.copytree(path, folder / path.name, copy_function=os.link)
        elif path.name != "made":
            shutil.copy(path, folder / path.name)
    return folder

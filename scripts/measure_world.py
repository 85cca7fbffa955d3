"""Measure the simulated world: how far models come between popularity and the oracle.

    python scripts/measure_world.py [SEED ...]

Without a seed the starter data is measured; with seeds, worlds of 2,000 viewers. Each model is the
best of its grid on the tune part of the global time split, measured once on the final part.
"""

from __future__ import annotations

import sys

import numpy as np

from matinee.dataset import Dataset, time_split
from matinee.evaluation.accuracy import Hits, ndcg
from matinee.evaluation.measure import Question
from matinee.models.protocols import Scorer
from matinee.schema import Tables
from matinee.simulation import WORLD, World, oracle, simulated_tables, starter
from matinee.simulation.world import DAY, START
from matinee.training import fit
from matinee.training.choosing import tuned

MODELS = ("popularity", "trending", "soup", "item_knn", "bm25", "ease", "als")


def measure(world: World, tables: Tables) -> None:
    """Print one line a model and what the best of them closes."""
    data = Dataset.from_tables(tables)
    split = time_split(data)
    question = Question.of(split.final, None)
    scorers: dict[str, Scorer] = {"oracle": oracle(world)}
    for name in MODELS:
        recipe = tuned(name, split.tune)
        scorers[name] = fit(recipe, split.final.train, 0).scorer
    found = {}
    for name, scorer in scorers.items():
        values = ndcg(Hits.of(question.lists(scorer), question.truth), 10)
        found[name] = float(np.nanmean(values))
    best = max(MODELS, key=lambda name: found[name])
    low, high = found["popularity"], found["oracle"]
    liked = data.histories.rating >= data.scale.like
    print(f"seed {world.seed}: {data}, {liked.mean():.0%} liked")
    print(f"  asked {int(np.isfinite(values).sum())}, NDCG@10:")
    print("  " + ", ".join(f"{name} {value:.4f}" for name, value in found.items()))
    print(f"  {best} closes {(found[best] - low) / (high - low):.0%} of the gap to the oracle")
    print(f"  variance of enjoyment beyond ranks 10, 20, 50: {beyond_ranks(world)}")


def beyond_ranks(world: World, ranks: tuple[int, ...] = (10, 20, 50)) -> str:
    """Shares of the variance of doubly centred enjoyment that so many factors leave."""
    enjoyment = world.enjoyment(np.arange(0, world.viewers, 2), START + 400 * DAY)
    enjoyment -= enjoyment.mean(axis=0)
    enjoyment -= enjoyment.mean(axis=1, keepdims=True)
    energy = np.linalg.svd(enjoyment, compute_uv=False) ** 2
    return ", ".join(f"{1 - energy[:rank].sum() / energy.sum():.0%}" for rank in ranks)


def main() -> None:
    """Measure the starter data, or worlds of the seeds given."""
    seeds = [int(seed) for seed in sys.argv[1:]]
    if not seeds:
        measure(WORLD, starter())
    for seed in seeds:
        measure(World(seed), simulated_tables(World(seed)))


if __name__ == "__main__":
    main()

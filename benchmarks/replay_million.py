"""A generated log of a million ratings, as large as MovieLens 1M, replayed: how long it takes.

As `matinee replay` does by default: the blend, its settings chosen on the first half, 8 fits.

python benchmarks/replay_million.py [--model M] [--ask N] [--events N]
"""

import argparse
from time import perf_counter, process_time

import numpy as np
import polars as pl

from matinee.api.replaying import replay
from matinee.dataset import Log
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables

USERS, ITEMS, EVENTS = 6_040, 3_706, 1_000_000
SECONDS = 3 * 365 * 86_400


def generated(seed: int = 0, events: int = EVENTS) -> Tables:
    """Uneven viewers and films, eight tastes, viewers who stay for a while; not people."""
    rng = np.random.default_rng(seed)
    activity = rng.lognormal(0, 1.1, USERS)
    user = rng.choice(USERS, int(1.4 * events), p=activity / activity.sum())
    taste = rng.integers(0, 8, USERS)[user]
    fame = 1 / np.arange(3, ITEMS + 3) ** 0.7
    kinds = rng.integers(0, 8, ITEMS)
    item = np.empty(len(user), np.int64)
    for kind in range(8):
        weight = fame * np.where(kinds == kind, 6.0, 1.0)
        rows = np.flatnonzero(taste == kind)
        item[rows] = rng.choice(ITEMS, len(rows), p=weight / weight.sum())
    rating = np.clip(
        np.round(3.4 + 0.7 * (kinds[item] == taste) + rng.normal(0, 1, len(user))), 1, 5
    )
    begin = rng.uniform(0, 0.9, USERS)[user]
    time = 10**9 + SECONDS * (begin + (1 - begin) * rng.random(len(user)) ** 2)
    ratings = pl.DataFrame(
        {
            "user_id": user.astype(str),
            "item_id": item.astype(str),
            "rating": rating.astype(np.float32),
            "timestamp": time.astype(np.int64),
        }
    ).unique(["user_id", "item_id"], keep="first", maintain_order=True)
    ratings = ratings.head(events).select(pl.col(n).cast(d) for n, d in RATINGS.items())
    movies = pl.DataFrame(schema=MOVIES)
    return Tables("generated", movies, ratings, RatingScale(1, 5, 1), simulated=True)


def main() -> None:
    """Print the seconds of the replay and of its parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="blend", help="settings not given are chosen first")
    parser.add_argument("--ask", type=int, default=20_000, help="0: every like")
    parser.add_argument("--events", type=int, default=EVENTS)
    arguments = parser.parse_args()
    tables = generated(events=arguments.events)
    wall, cpu = perf_counter(), process_time()

    def say(text: str) -> None:
        print(f"{perf_counter() - wall:7.1f} s, {process_time() - cpu:7.1f} s of CPU: {text}")

    log = Log.of(tables)
    board = replay(log, arguments.model, ask=arguments.ask or None, say=say)
    say(f"{log.events:,} events, {board.asked:,} of {board.askable:,} likes asked, all done")
    for name, (recipe, fit_s, answer_s) in board.recipes.items():
        print(f"{name}: fits {fit_s:.1f} s, answers {answer_s:.1f} s, {recipe}")


if __name__ == "__main__":
    main()

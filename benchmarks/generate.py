"""A ratings.csv of the shape of MovieLens 20M: it serves speed, and says nothing of accuracy.

python benchmarks/generate.py [rows]

The file lies in .bench/ and is made again where it is missing. Its sha256 is checked against
ratings.sha256 whenever it is made: numpy promises the stream of PCG64, and what is computed from
it is rounded to whole numbers, so the same seed gives the same bytes.
"""

import hashlib
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
from numba import njit

SEED = 20
ROWS, USERS, ITEMS = 20_000_000, 138_493, 26_744  # as GroupLens counts ML-20M
GROUPS = 64  # tastes: a film belongs to two, a viewer to three
LEAST, MOST = 20, 3000  # ratings of a viewer
BEGIN, END = 789_652_004, 1_427_784_002  # first and last second of ML-20M
HERE = Path(__file__).parent
CACHE = HERE.parent / ".bench"
SUMS = HERE / "ratings.sha256"


def ratings_file(rows: int = ROWS) -> Path:
    """The file with so many rows, made if it is not there and then checked."""
    path = CACHE / f"ratings-{rows}" / "ratings.csv"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    ratings(rows).write_csv(partial)
    check(partial, rows)
    partial.rename(path)
    return path


def check(path: Path, rows: int) -> None:
    """Stop unless the file has the sum on record; other numbers of rows have none."""
    known = dict(line.split() for line in SUMS.read_text().splitlines())
    if str(rows) not in known:
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != known[str(rows)]:
        raise SystemExit(f"{path}: expected sha256 {known[str(rows)]}, got {found}")


def ratings(rows: int, users: int | None = None, items_known: int = ITEMS) -> pl.DataFrame:
    """userId, movieId, rating, timestamp: no pair twice, by user and film, as in the real file."""
    rng = np.random.default_rng(SEED)
    users = max(2, round(USERS * rows / ROWS)) if users is None else users
    lengths = history_lengths(rows, users, rng)
    popularity = 1 / (np.arange(items_known) + 200.0) ** 1.9
    rng.shuffle(popularity)
    films = np.sort(rng.permutation(131_262)[:items_known] + 1).astype(np.int32)
    groups = rng.integers(0, GROUPS, (items_known, 2))
    shares = np.zeros((GROUPS + 1, items_known))
    shares[groups[:, 0], np.arange(items_known)] += 0.7 * popularity
    shares[groups[:, 1], np.arange(items_known)] += 0.3 * popularity
    shares[GROUPS] = popularity  # what everybody watches
    tables = np.cumsum(shares, axis=1)
    tables /= tables[:, -1:]
    tastes = rng.integers(0, GROUPS, (users, 3))
    quality = rng.normal(0, 0.4, items_known)
    mood = rng.normal(0, 0.4, users)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    items = np.empty(rows, np.int32)
    stars = np.empty(rows, np.int32)
    _draw(rng, starts, (tables, tastes, groups), (quality, mood), (items, stars))
    begin = rng.integers(BEGIN, END - 86_400, users)
    length = np.minimum(END - begin, rng.exponential(30 * 86_400, users).astype(np.int64) + 3600)
    owner = np.repeat(np.arange(users, dtype=np.int32), lengths)
    when = begin[owner] + (rng.random(rows) * length[owner]).astype(np.int64)
    return pl.DataFrame(
        {
            "userId": owner + 1,
            "movieId": films[items],
            "rating": stars.astype(np.float32) / 2,
            "timestamp": when,
        }
    )


def history_lengths(rows: int, users: int, rng: np.random.Generator) -> np.ndarray:
    """How many ratings each viewer has: a long tail from LEAST to MOST with this sum."""
    tail = rng.lognormal(3.9, 1.3, users)
    spare = rows - LEAST * users
    if spare < 0:
        raise SystemExit(f"rows: expected at least {LEAST * users}, got {rows}")
    lengths = np.zeros(users, np.int64)
    while (missing := spare - lengths.sum()) > 0:
        room = lengths < MOST - LEAST
        more = np.floor(np.where(room, tail, 0) * (missing / tail[room].sum())).astype(np.int64)
        if not more.any():
            more[np.flatnonzero(room)[:missing]] = 1
        lengths = np.minimum(lengths + more, MOST - LEAST)
    return lengths + LEAST


@njit(cache=True)
def _draw(
    rng: np.random.Generator,
    starts: np.ndarray,
    likings: tuple[np.ndarray, np.ndarray, np.ndarray],
    levels: tuple[np.ndarray, np.ndarray],
    out: tuple[np.ndarray, np.ndarray],
) -> None:
    """Of each viewer the films, ascending, and the half stars (1 to 10)."""
    tables, tastes, groups = likings
    quality, mood = levels
    items, stars = out
    count = tables.shape[1]
    taken = np.zeros(count, np.bool_)
    for user in range(len(starts) - 1):
        start, stop = starts[user], starts[user + 1]
        place, tries = start, 0
        while place < stop:
            table = tables.shape[0] - 1
            if tries < 3 and rng.random() < 0.75:  # own tastes, until they are used up
                table = tastes[user, int(rng.random() * 3)]
            item = int(rng.random() * count)
            if tries < 8:
                item = np.searchsorted(tables[table], rng.random(), side="right")
            tries += 1
            if item < count and not taken[item]:
                taken[item] = True
                items[place] = item
                place += 1
                tries = 0
        items[start:stop].sort()
        for entry in range(start, stop):
            item = items[entry]
            taken[item] = False
            match = 0.0
            for own in tastes[user]:
                match += 0.8 * (groups[item, 0] == own) + 0.3 * (groups[item, 1] == own)
            value = 3.2 + quality[item] + mood[user] + match + 0.7 * rng.standard_normal()
            stars[entry] = min(10, max(1, int(2 * value + 0.5)))


if __name__ == "__main__":
    started = time.perf_counter()
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    print(f"{ratings_file(asked)} after {time.perf_counter() - started:.1f} s")

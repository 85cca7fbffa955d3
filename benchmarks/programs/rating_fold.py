"""A fold of ratings and the blocks of its model as arrays: python rating_fold.py data folder fold.

`data` is what `matinee get` knows or "generated:viewers,films,ratings": noise on factors of rank 8.
`fold` is a number, or "time": the last part of the global time split.
Train and test: users, items, ratings and days as numbers (a test day that no training rating of
the viewer has is -1); films by level (genre, year, ...) as a CSR matrix, a block after the other.
"""

import sys

import numpy as np
import polars as pl
from arrays import save
from clock import report
from scipy.sparse import csr_array, hstack

from matinee.api import as_dataset
from matinee.dataset import Dataset, rating_fold_stages, time_split
from matinee.features import levels
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables

data, folder, fold = sys.argv[1], sys.argv[2], sys.argv[3]


def generated(users: int, items: int, count: int) -> Dataset:
    """Half stars of uneven viewers and films, without metadata or times."""
    rng = np.random.default_rng(0)
    weight = [rng.gamma(0.7, size=size) + 0.02 for size in (users, items)]
    keys = np.zeros(0, np.int64)
    while len(keys) < count:
        row, column = (rng.choice(len(w), count, p=w / w.sum()) for w in weight)
        keys = np.unique(np.append(keys, row * items + column))
    keys = np.sort(rng.choice(keys, count, replace=False))
    row, column = keys // items, keys % items
    p, q = rng.normal(size=(users, 8)) / 3, rng.normal(size=(items, 8)) / 3
    level = 3.5 + rng.normal(0, 0.4, users)[row] + rng.normal(0, 0.4, items)[column]
    exact = level + (p[row] * q[column]).sum(axis=1) + rng.normal(0, 0.75, count)
    ratings = pl.DataFrame(
        {
            "user_id": row.astype(str),
            "item_id": column.astype(str),
            "rating": np.clip(np.round(2 * exact) / 2, 0.5, 5),
            "timestamp": np.zeros(count, np.int64),
        },
        schema=RATINGS,
    )
    ids = {"item_id": [str(k) for k in range(items)]}
    movies = pl.DataFrame(ids | {name: None for name in MOVIES if name != "item_id"}, schema=MOVIES)
    return Dataset.from_tables(Tables("generated", movies, ratings, RatingScale(0.5, 5, 0.5)))


made = data.startswith("generated:")
whole = generated(*map(int, data.partition(":")[2].split(","))) if made else as_dataset(data)
stage = time_split(whole).final if fold == "time" else rating_fold_stages(whole)[int(fold)]
train, truth = stage.train.histories, stage.truth
asked = whole.users.numbers(stage.histories.user_ids)[truth.entry_rows]
keys, test_keys = (
    rows.astype(np.int64) * 2**32 + time // 86_400
    for rows, time in ((train.entry_rows, train.time), (asked, truth.time))
)
days, day = np.unique(keys, return_inverse=True)
at = np.minimum(np.searchsorted(days, test_keys), len(days) - 1)
blocks = [kind.matrix for kind in levels(whole.movies).values()]
side = csr_array(hstack(blocks, format="csr")) if blocks else csr_array((len(whole.items), 0))
save(
    folder,
    shape=np.array([len(whole.users), len(whole.items), len(days)]),
    scale=np.array([whole.scale.minimum, whole.scale.maximum]),
    users=train.entry_rows,
    items=train.numbers,
    ratings=train.rating,
    days=day,
    times=train.time,
    test_users=asked,
    test_items=truth.numbers,
    test_ratings=truth.rating,
    test_days=np.where(days[at] == test_keys, at, -1),
    test_times=truth.time,
    side_indptr=side.indptr,
    side_numbers=side.indices,
    side_values=side.data,
    side_shapes=np.array([block.shape[1] for block in blocks], np.int64),
)
whole.movies.write_parquet(f"{folder}/movies.parquet")
report(train=train.entries, test=truth.entries, users=len(whole.users), items=len(whole.items))

"""Fit myFM's Gibbs sampler on a fold of ratings: folder, blocks, settings as JSON, name.

Blocks as in matinee: ids; implicit and flipped (1/sqrt(n) for each film of the viewer, each viewer
of the film, training ratings alone); side; time (the viewer's day). Viewers and films are relation
blocks, so that no block is expanded to the ratings.
"""

import json
import os
import sys

import numpy as np
from arrays import load, save
from clock import report, timed
from scipy.sparse import csr_matrix, diags, hstack, identity

os.environ["TQDM_DISABLE"] = "1"  # no bar a sweep
from myfm import MyFMRegressor, RelationBlock

folder, blocks, settings = sys.argv[1], sys.argv[2].split("+"), json.loads(sys.argv[3])
shape, scale, users, items, ratings, days = load(
    folder, "shape", "scale", "users", "items", "ratings", "days"
)
test_users, test_items, test_days = load(folder, "test_users", "test_items", "test_days")
rated = csr_matrix((np.ones(len(users)), (users, items)), shape=shape[:2])


def shared(matrix: csr_matrix) -> csr_matrix:
    counts = np.maximum(1, np.diff(matrix.indptr))
    return (diags(1 / np.sqrt(counts)) @ matrix).tocsr()


of_users, of_items, kinds = [identity(shape[0])], [identity(shape[1])], []
if "implicit" in blocks:
    of_users.append(shared(rated))
if "flipped" in blocks:
    of_items.append(shared(rated.T.tocsr()))
if "side" in blocks:
    values, numbers, indptr, kinds = load(
        folder, "side_values", "side_numbers", "side_indptr", "side_shapes"
    )
    of_items.append(csr_matrix((values, numbers, indptr), shape=(shape[1], kinds.sum())))
groups = [m.shape[1] for m in of_users] + [
    m.shape[1] for m in of_items[: 1 + ("flipped" in blocks)]
]
groups += [int(kind) for kind in kinds]
user_features, item_features = (
    csr_matrix(hstack(part), dtype=np.float64) for part in (of_users, of_items)
)


def relations(rows: np.ndarray, columns: np.ndarray) -> list:
    return [RelationBlock(rows, user_features), RelationBlock(columns, item_features)]


def day_matrix(numbers: np.ndarray) -> csr_matrix:
    if "time" not in blocks:
        return csr_matrix((len(numbers), 0))
    known = np.flatnonzero(numbers >= 0)
    return csr_matrix(
        (np.ones(len(known)), (known, numbers[known])), shape=(len(numbers), int(shape[2]))
    )


if "time" in blocks:
    groups = [int(shape[2]), *groups]
epochs = settings.pop("epochs")


def fit() -> MyFMRegressor:
    model = MyFMRegressor(random_seed=0, **settings)
    return model.fit(
        day_matrix(days),
        ratings.astype(np.float64),
        X_rel=relations(users, items),
        n_iter=epochs,
        n_kept_samples=epochs - 12,
        group_shapes=groups,
    )


model, fit_seconds = timed(fit)
mean, seconds = timed(
    lambda: model.predict(day_matrix(test_days), X_rel=relations(test_users, test_items))
)
save(folder, **{f"{sys.argv[4]}_mean": np.clip(mean, *scale)})
report(fit_seconds=fit_seconds, seconds=seconds)

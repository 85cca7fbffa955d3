"""Fit a model of Surprise on a fold of ratings: folder, model, settings as JSON, name."""

import json
import sys
from collections import defaultdict

import numpy as np
from arrays import load, save
from clock import report, timed
from surprise import SVD, BaselineOnly, Trainset

folder, settings = sys.argv[1], json.loads(sys.argv[3])
MODELS = {"svd": SVD, "baseline": BaselineOnly}
scale, users, items, ratings = load(folder, "scale", "users", "items", "ratings")
test_users, test_items = load(folder, "test_users", "test_items")
by_user: dict[int, list] = defaultdict(list)  # empty for a film without ratings
by_item: dict[int, list] = defaultdict(list)
for user, item, rating in zip(users.tolist(), items.tolist(), ratings.tolist(), strict=True):
    by_user[user].append((item, rating))
    by_item[item].append((user, rating))
same_users, same_items = ({key: key for key in rows} for rows in (by_user, by_item))
shape = load(folder, "shape")[0]
train = Trainset(
    by_user,
    by_item,
    int(shape[0]),
    int(shape[1]),
    len(ratings),
    tuple(scale),
    same_users,
    same_items,
)


def fit() -> object:
    return MODELS[sys.argv[2]](**settings).fit(train)


model, fit_seconds = timed(fit)
mean, seconds = timed(
    lambda: np.array(
        [
            model.predict(user, item).est
            for user, item in zip(test_users.tolist(), test_items.tolist(), strict=True)
        ]
    )
)
save(folder, **{f"{sys.argv[4]}_mean": mean})
report(fit_seconds=fit_seconds, seconds=seconds)

"""Fit RecTools' EASE on a split and rank viewers it never saw: folder, model, settings."""

import json
import sys

import numpy as np
import pandas as pd
from arrays import load, save
from clock import report, timed
from rectools import Columns
from rectools.dataset import Dataset, IdMap, Interactions
from rectools.models import EASEModel

folder, name, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
(items,) = load(folder, "items")


def data(part: str) -> Dataset:
    """Rows are users 0, 1, ... and items keep their numbers, so both parts agree on them.

    One user more has the last item, since RecTools counts the items up to the last that is there.
    """
    indptr, numbers = load(folder, f"{part}_indptr", f"{part}_numbers")
    rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    if part == "history":
        rows, numbers = np.append(rows, len(indptr) - 1), np.append(numbers, int(items) - 1)
    table = pd.DataFrame({Columns.User: rows, Columns.Item: numbers})
    table = table.assign(**{Columns.Weight: 1.0, Columns.Datetime: pd.Timestamp("2026-01-01")})
    users = IdMap.from_values(np.arange(rows[-1] + 1))
    return Dataset(users, IdMap.from_values(np.arange(int(items))), Interactions(table))


train, asked = data("train"), data("history")
users = np.arange(asked.user_id_map.size - 1)
model, fit_seconds = timed(
    lambda: EASEModel(**settings, recommend_use_gpu_ranking=False).fit(train), 3
)
lists, seconds = timed(lambda: model.recommend(users, asked, k=100, filter_viewed=True), 3)
numbers = np.full((len(users), 100), -1, np.int32)
numbers[lists[Columns.User], lists[Columns.Rank] - 1] = lists[Columns.Item]
save(f"{folder}/lists", **{f"rectools-{name}": numbers})
report(seconds=seconds, fit_seconds=fit_seconds)

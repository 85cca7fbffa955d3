"""Fit a matinee model on a split and rank: python fit_matinee.py folder model settings-as-JSON."""

import json
import sys

import numpy as np
from arrays import save
from clock import report, timed
from histories import dataset, histories

from matinee.models import RECIPES
from matinee.ranking import top

folder, name, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
recipe = RECIPES[name](**settings)
train, asked = dataset(histories(folder, "train")), histories(folder, "history")


def fit() -> object:
    return recipe.fit(train, np.random.default_rng(0))


top(fit(), asked, 100)  # compiles
model, fit_seconds = timed(fit, 3)
numbers, seconds = timed(lambda: top(model, asked, 100).numbers, 3)
save(f"{folder}/lists", **{f"matinee-{name}": numbers})
report(seconds=seconds, fit_seconds=fit_seconds)

"""Fit a matinee model on a split and rank: python fit_matinee.py folder model settings-as-JSON.

A "regularization" is the peers' ridge of ALS, which stands in their sum as it is.
"""

import json
import sys

import numpy as np
from arrays import save
from clock import report, timed
from histories import dataset, histories

from matinee.models import RECIPES
from matinee.models.als import ridge_unit
from matinee.ranking import top

folder, name, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
train, asked = dataset(histories(folder, "train")), histories(folder, "history")
if "regularization" in settings:
    unit = ridge_unit(train.histories.liked())
    settings["ridge"] = float(f"{settings.pop('regularization') / unit:.4g}")
recipe = RECIPES[name](**settings)


def fit() -> object:
    return recipe.fit(train, np.random.default_rng(0))


top(fit(), asked, 100)  # compiles
model, fit_seconds = timed(fit, 3)
numbers, seconds = timed(lambda: top(model, asked, 100).numbers, 3)
save(f"{folder}/lists", **{f"matinee-{name}": numbers})
report(seconds=seconds, fit_seconds=fit_seconds, settings=settings)

"""A strong-generalisation split as arrays for every library: python split.py data folder seed.

Ratings that are not likes are left out for everyone (Liang et al. 2018). Items are those of the
training likes, as numbers; three CSR matrices: train, history and truth.
"""

import sys

import numpy as np
import polars as pl
from arrays import save
from clock import report

from matinee.api import as_dataset
from matinee.dataset import Vocabulary, strong_split

data, folder, seed = sys.argv[1:]
whole = as_dataset(data)
likes = whole.with_histories(whole.histories.where(whole.histories.strength > 0))
stage = strong_split(likes, np.random.default_rng(int(seed))).final
items = Vocabulary(whole.items.ids.filter(pl.Series(stage.candidates)))
parts = {"train": stage.train.histories, "history": stage.histories, "truth": stage.truth}
save(folder, items=np.array(len(items)))
for name, part in parts.items():
    own = part.on(items)
    save(folder, **{f"{name}_indptr": own.indptr, f"{name}_numbers": own.numbers})
    save(folder, **{f"{name}_strength": own.strength})
report(
    name=whole.name,
    train=len(stage.train.users),
    asked=stage.histories.rows,
    items=len(items),
    likes=stage.train.histories.entries,
)

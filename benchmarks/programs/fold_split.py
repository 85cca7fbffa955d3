"""Ten folds of viewers as arrays for every library: python fold_split.py data folder seed.

Likes alone, as the peers take them, of the viewers who are asked.
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl
from arrays import save
from clock import report

from matinee.api import as_dataset
from matinee.dataset import Vocabulary, user_fold_splits
from matinee.evaluation.measure import Question

data, folder, seed = sys.argv[1:]
whole = as_dataset(data)
folds = user_fold_splits(whole, np.random.default_rng(int(seed)))
for number, fold in enumerate(folds):
    stage = fold.final
    items = Vocabulary(whole.items.ids.filter(pl.Series(stage.candidates)))
    train, history = stage.train.histories, Question.of(stage, None).histories
    parts = {
        "train": train.where(train.strength > 0),
        "history": history.where(history.strength > 0),
    }
    own = Path(folder, f"fold-{number}")
    save(own, items=np.array(len(items)))
    for name, part in parts.items():
        known = part.on(items)
        save(own, **{f"{name}_indptr": known.indptr, f"{name}_numbers": known.numbers})
report(name=whole.name, folds=len(folds))

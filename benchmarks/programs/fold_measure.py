"""One fold by one code: what matinee chooses, the peers, and their own blend.

python fold_measure.py data folder seed fold {peer: weight}. Writes values by viewer.
"""

import json
import sys
from pathlib import Path

import numpy as np
from arrays import save
from clock import report

from matinee.api import as_dataset
from matinee.dataset import user_fold_splits
from matinee.evaluation import accuracy
from matinee.evaluation.measure import Question
from matinee.training.choosing import Chooser

data, folder, seed, fold = sys.argv[1:5]
weights = json.loads(sys.argv[5])
whole = as_dataset(data)
split = user_fold_splits(whole, np.random.default_rng(int(seed)))[int(fold)]
question = Question.of(split.final, None)
items = np.flatnonzero(split.final.candidates)
own = f"{folder}/fold-{fold}"
places = np.full(len(whole.items), -1)
places[items] = np.arange(len(items))
seen = places[question.histories.numbers]
hidden = question.histories.entry_rows[seen >= 0], seen[seen >= 0]


def lists(scores: np.ndarray) -> np.ndarray:
    """The 100 best unseen films, numbers of the data."""
    scores = scores.copy()
    scores[hidden] = -np.inf
    return items[np.argsort(-scores, axis=1, kind="stable")[:, :100]]


def values(found: np.ndarray) -> dict[str, np.ndarray]:
    hits = accuracy.Hits.of(found, question.truth)
    return {"ndcg@100": accuracy.ndcg(hits, 100), "recall@20": accuracy.recall(hits, 20)}


chooser, measured = Chooser(split.tune, int(seed)), {}
for name in ("blend", "linear", "als"):
    trained = chooser.best(name)
    measured[f"matinee {name}"] = values(question.lists(trained.scorer))
scored = {path.stem: np.load(path) for path in sorted(Path(own, "scores").glob("*.npy"))}
if any(len(scores) != question.truth.rows for scores in scored.values()):
    raise SystemExit("fold_measure: expected a row of scores for each asked viewer")
for name, scores in scored.items():
    measured[name.replace("-", " ")] = values(lists(scores))
standard = {
    name: (scores - scores.mean(axis=1, keepdims=True)) / (scores.std(axis=1, keepdims=True) + 1e-9)
    for name, scores in scored.items()
}
measured["peers' blend"] = values(lists(sum(w * standard[name] for name, w in weights.items())))
for name, found in measured.items():
    save(f"{own}/values", **{f"{name}+{metric}": value for metric, value in found.items()})
report(viewers=question.truth.rows)

"""Seconds to the metrics of 20,000 lists."""

import sys

import numpy as np
from arrays import load
from clock import report, timed
from histories import histories

from matinee.evaluation import accuracy

folder, repeats = sys.argv[1:]
NAMES = ("ndcg@100", "ndcg@10", "recall_all@20", "precision@10", "map@100", "mrr@10", "hit_rate@10")
(lists,) = load(folder, "lists")
truth = histories(folder, "truth")
truth = truth.where(truth.strength > 0).slice(0, len(lists))


def means() -> dict[str, float]:
    hits = accuracy.Hits.of(lists, truth)
    return {name: float(np.nanmean(accuracy.metric(name)(hits))) for name in NAMES}


means()
values, seconds = timed(means, int(repeats))
report(seconds=seconds, values=values)

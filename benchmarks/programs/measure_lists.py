"""Accuracy of every library's lists, by one code: python measure_lists.py folder."""

import sys
from pathlib import Path

import numpy as np
from clock import report
from histories import histories

from matinee.evaluation import accuracy, beyond

folder = sys.argv[1]
truth, history = histories(folder, "truth"), histories(folder, "history")
figures = {}
for path in sorted(Path(folder, "lists").glob("*.npy")):
    lists = np.load(path)
    seen = accuracy.Hits.of(lists, history).found
    if seen.any() and not path.stem.startswith("implicit"):
        raise SystemExit(f"{path.stem}: expected unseen items, got {int(seen.sum())} seen ones")
    lists = np.where(seen, -1, lists)  # implicit fills a short list up with what it left out
    hits = accuracy.Hits.of(lists, truth)
    values = accuracy.ndcg(hits, 100)
    shown = beyond.exposure(lists[:, :20], len(truth.items))
    figures[path.stem] = {
        "ndcg@100": float(np.nanmean(values)),
        "error": float(np.nanstd(values, ddof=1) / np.isfinite(values).sum() ** 0.5),
        "recall@20": float(np.nanmean(accuracy.recall(hits, 20))),
        "coverage@20": beyond.coverage(shown, np.ones(len(truth.items), bool)),
    }
report(seconds=[], figures=figures)

"""All folds together, and the blend against the peers: python fold_report.py folder folds."""

import sys
from pathlib import Path

import numpy as np
from clock import report

from matinee.evaluation.significance import Sums, compare, holm

folder, folds = sys.argv[1], int(sys.argv[2])
found: dict[str, list[np.ndarray]] = {}
for fold in range(folds):
    for path in sorted(Path(folder, f"fold-{fold}", "values").glob("*.npy")):
        found.setdefault(path.stem, []).append(np.load(path))
values = {name: np.concatenate(parts) for name, parts in found.items()}
figures: dict[str, dict[str, float]] = {}
for name, each in values.items():
    model, metric = name.split("+")
    figures.setdefault(model, {})[metric] = float(each.mean())
    figures[model][f"{metric} error"] = float(each.std(ddof=1) / len(each) ** 0.5)
peers = [name for name in figures if not name.startswith(("matinee", "peers'"))]
compared = []
for metric in ("ndcg@100", "recall@20"):
    best = max(peers, key=lambda name: figures[name][metric])
    for other in (best, "peers' blend"):
        ours, theirs = (Sums.of(values[f"{n}+{metric}"]) for n in ("matinee blend", other))
        seen = compare(ours, theirs)
        compared.append(
            {"metric": metric, "against": other}
            | {"difference": seen.difference, "low": seen.low, "high": seen.high, "p": seen.p}
        )
for row, p in zip(compared, holm(np.array([row["p"] for row in compared])), strict=True):
    row["p_holm"] = float(p)
viewers = len(values["matinee blend+ndcg@100"])
report(figures=figures, compared=compared, viewers=viewers)

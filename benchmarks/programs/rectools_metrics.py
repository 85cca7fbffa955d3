"""Seconds that RecTools takes for the same metrics of the same lists."""

import sys

from clock import report, timed
from rectools import Columns
from rectools.metrics import MAP, MRR, NDCG, HitRate, Precision, Recall, calc_metrics
from tables import lists_and_truth

folder, repeats = sys.argv[1:]
names = {"user": Columns.User, "item": Columns.Item, "rank": Columns.Rank}
lists, truth = (table.rename(columns=names) for table in lists_and_truth(folder))
metrics = {
    "ndcg@100": NDCG(k=100, divide_by_achievable=True),
    "ndcg@10": NDCG(k=10, divide_by_achievable=True),
    "recall_all@20": Recall(k=20),
    "precision@10": Precision(k=10),
    "map@100": MAP(k=100),
    "mrr@10": MRR(k=10),
    "hit_rate@10": HitRate(k=10),
}
values, seconds = timed(lambda: calc_metrics(metrics, lists, truth), int(repeats))
report(seconds=seconds, values={name: float(value) for name, value in values.items()})

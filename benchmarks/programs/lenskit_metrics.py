"""Seconds that LensKit takes for the same metrics of the same lists (its MAP is another one)."""

import sys

import pandas as pd
from clock import report, timed
from lenskit.data import ItemListCollection
from lenskit.metrics import NDCG, Hit, Precision, Recall, RecipRank, RunAnalysis
from lenskit.metrics.ranking import AveragePrecision
from tables import lists_and_truth

folder, repeats = sys.argv[1:]


def collection(table: pd.DataFrame) -> ItemListCollection:
    return ItemListCollection.from_df(
        table.rename(columns={"user": "user_id", "item": "item_id"}), ["user_id"]
    )


lists, truth = (collection(table) for table in lists_and_truth(folder))
NAMES = {
    "ndcg@100": NDCG(100),
    "ndcg@10": NDCG(10),
    "recall_all@20": Recall(20),
    "precision@10": Precision(10),
    "map@100": AveragePrecision(100),
    "mrr@10": RecipRank(10),
    "hit_rate@10": Hit(10),
}


def means() -> dict[str, float]:
    analysis = RunAnalysis()
    for name, metric in NAMES.items():
        analysis.add_metric(metric, label=name)
    summary = analysis.measure(lists, truth).list_summary()
    return {name: float(summary.loc[name, "mean"]) for name in NAMES}


values, seconds = timed(means, int(repeats))
report(seconds=seconds, values=values)

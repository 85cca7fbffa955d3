"""Models side by side, as plain values: what the terminal, JSON and HTML show."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

# What each figure is divided by, or how it is read; printed with every leaderboard.
DENOMINATORS: dict[str, str] = {
    "ndcg": "DCG over the DCG of min(k, liked films hidden from the model) hits on top",
    "recall": "hits over min(k, liked films hidden from the model)",
    "recall_all": "hits over all liked films hidden from the model",
    "precision": "hits over k",
    "map": "summed precision at hits over min(k, liked films hidden from the model)",
    "mrr": "1 / place of the first hit, 0 without one",
    "hit_rate": "share of viewers with a hit",
    "coverage": "films in anyone's list over films that may be recommended",
    "novelty": "mean of -log2(viewers who took it / viewers learnt from), bits",
    "diversity": "mean of 1 - cosine of film features over the pairs of a list",
    "serendipity": "sum of (1 - mean cosine to the history) of the hits, over k",
    "serendipity_beyond": "hits that are not in the popularity list, over k",
    "gini": "over all films that may be recommended; 1 = one film only",
    "calibration": "Jensen-Shannon divergence of genre shares, history and list; bits, 0 = equal",
    "popularity_bias": "mean popularity percentile of the list less that of the history",
    "prediction_coverage": "films that can be scored over films of the catalogue",
    "rmse": "root of the mean squared error over all hidden ratings, pooled",
    "mae": "mean absolute error over all hidden ratings, pooled",
}

LOWER_IS_BETTER = frozenset({"rmse", "mae", "gini", "calibration"})


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ModelResult:
    """One line of the leaderboard."""

    name: str
    recipe: str
    fit_s: float
    rank_s: float  # to score and rank every asked viewer
    metrics: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Difference:
    """How far a model is from another on one metric; `p_holm` counts all models so compared."""

    metric: str
    model: str
    against: str
    difference: float
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Best NDCG@10 first; the counts say what the figures are about."""

    data: str
    split: str
    simulated: bool
    users: int  # asked for rankings: they like something that may be recommended
    left_out: int  # in the split, but with nothing to find
    ratings: int  # hidden ratings that rmse and mae are about
    candidates: int  # films that may be recommended
    catalogue: int  # films in all
    models: tuple[ModelResult, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]

    @property
    def best(self) -> ModelResult:
        """The first line."""
        return self.models[0]

    def frame(self) -> pl.DataFrame:
        """One row a model: name, recipe, fit_s, rank_s, then each metric's value."""
        return pl.DataFrame(
            [
                {"name": m.name, "recipe": m.recipe, "fit_s": m.fit_s, "rank_s": m.rank_s}
                | {metric: estimate.value for metric, estimate in m.metrics.items()}
                for m in self.models
            ],
            schema_overrides=dict.fromkeys(self.best.metrics, pl.Float64) if self.models else None,
        )

    def intervals(self) -> pl.DataFrame:
        """One row a model and metric: name, metric, value, low, high."""
        return pl.DataFrame(
            [
                (m.name, metric, estimate.value, estimate.low, estimate.high)
                for m in self.models
                for metric, estimate in m.metrics.items()
            ],
            schema={
                "name": pl.String,
                "metric": pl.String,
                "value": pl.Float64,
                "low": pl.Float64,
                "high": pl.Float64,
            },
            orient="row",
        )

    def denominators(self) -> dict[str, str]:
        """What each metric of this leaderboard is divided by."""
        names = self.models[0].metrics if self.models else ()
        return {name: DENOMINATORS[name.partition("@")[0]] for name in names}

    def to_json_dict(self) -> dict[str, object]:
        """The stable shape that `evaluate --json` prints; undefined figures are null."""
        return {
            "data": self.data,
            "split": self.split,
            "simulated": self.simulated,
            "users": self.users,
            "left_out": self.left_out,
            "ratings": self.ratings,
            "candidates": self.candidates,
            "catalogue": self.catalogue,
            "models": [
                {
                    "name": m.name,
                    "recipe": m.recipe,
                    "fit_s": m.fit_s,
                    "rank_s": m.rank_s,
                    "metrics": {
                        metric: {"value": e.value, "low": e.low, "high": e.high}
                        for metric, e in m.metrics.items()
                    },
                }
                for m in self.models
            ],
            "differences": [
                {
                    "metric": d.metric,
                    "model": d.model,
                    "against": d.against,
                    "difference": d.difference,
                    "low": d.low,
                    "high": d.high,
                    "p": d.p,
                    "p_holm": d.p_holm,
                }
                for d in self.differences
            ],
            "denominators": self.denominators(),
            "notes": list(self.notes),
        }


def finite(value: float) -> float | None:
    """The value as it may stand in JSON: None for NaN and infinities."""
    return float(value) if math.isfinite(value) else None

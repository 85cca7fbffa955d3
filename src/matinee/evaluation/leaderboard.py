"""Models side by side, as plain values: what the terminal, JSON and HTML show."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

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
HEADLINE = "ndcg@10"  # what models are ordered by unless the split's protocol has another
ORACLE = "oracle"  # knows the truth of a simulated world: it is on the board, not in the contest


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


@dataclass(frozen=True, slots=True, repr=False)
class Leaderboard:
    """Best first, by the metric `by`; the counts say what the figures are about."""

    data: str
    split: str
    by: str
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
        """The first line but the oracle's."""
        return next(model for model in self.models if model.name != ORACLE)

    def __repr__(self) -> str:
        models = ", ".join(
            f"{m.name} {m.metrics[self.by].value or float('nan'):.3f}" for m in self.models
        )
        return f"Leaderboard({self.data}, {self.split} split, {self.by.upper()}: {models})"

    def _repr_html_(self) -> str:
        return leaderboard_html(self)

    def frame(self) -> pl.DataFrame:
        """One row a model: name, recipe, fit_s, rank_s, then each metric's value."""
        return pl.DataFrame(
            [
                {"name": m.name, "recipe": m.recipe, "fit_s": m.fit_s, "rank_s": m.rank_s}
                | {metric: estimate.value for metric, estimate in m.metrics.items()}
                for m in self.models
            ],
            schema_overrides=dict.fromkeys(self.models[0].metrics, pl.Float64)
            if self.models
            else None,
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
            "by": self.by,
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


_SHOWN = ("recall@20", "coverage@20", "novelty@10", "diversity@10", "rmse")


def leaderboard_html(board: Leaderboard) -> str:
    """The board as a notebook cell shows it: the first figures with their intervals, the notes."""
    shown = [
        name
        for name in (board.by, *_SHOWN)
        if any(m.metrics[name].value is not None for m in board.models if name in m.metrics)
    ]
    head = "".join(f"<th>{name}</th>" for name in ("model", *shown, "fit s", "settings"))
    rows = "".join(
        f"<tr><td>{escape(m.name)}</td>{''.join(_cell(m.metrics[name]) for name in shown)}"
        f"<td>{m.fit_s:.1f}</td><td><code>{escape(m.recipe)}</code></td></tr>"
        for m in board.models
    )
    label = " · <b>simulated data</b>" if board.simulated else ""
    notes = "".join(f"<li>{escape(note)}</li>" for note in board.notes)
    return (
        f"<p>{escape(board.data)}{label} · {escape(board.split)} split</p>"
        f"<table><tr>{head}</tr>{rows}</table><ul>{notes}</ul>"
        "<p>All figures: <code>.frame()</code>, <code>.intervals()</code>; "
        "which differ: <code>.differences</code>.</p>"
    )


def _cell(estimate: Estimate) -> str:
    if estimate.value is None:
        return "<td>–</td>"
    between = (
        ""
        if estimate.low is None or estimate.high is None
        else f"<br><small>{estimate.low:.3f} – {estimate.high:.3f}</small>"
    )
    return f"<td>{estimate.value:.3f}{between}</td>"

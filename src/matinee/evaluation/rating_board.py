"""Rating predictors side by side, as plain values: what the terminal, JSON and HTML show."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import polars as pl

from matinee.evaluation.leaderboard import DENOMINATORS, Estimate

SHOWN = (50, 80, 95)  # per cent; the intervals that tables show


@dataclass(frozen=True, slots=True)
class RatedModel:
    """One line of the board; `coverage` maps what an interval claims, in per cent, to its share."""

    name: str
    recipe: str
    fit_s: float  # mean over folds
    predict_s: float  # all hidden ratings
    rmse: Estimate
    mae: Estimate
    coverage: Mapping[int, Estimate]


@dataclass(frozen=True, slots=True, repr=False)
class RatingBoard:
    """Least error first."""

    data: str
    split: str
    simulated: bool
    folds: int
    users: int
    ratings: int
    models: tuple[RatedModel, ...]

    @property
    def notes(self) -> list[str]:
        """What a reader must know to read the figures."""
        folds = f"{self.folds} folds pooled: " if self.folds > 1 else ""
        return [
            *(["the viewers are simulated"] if self.simulated else []),
            f"{folds}{self.ratings:,} hidden ratings of {self.users:,} viewers, each predicted at "
            "its own time by a model that learnt from the others",
            "errors are pooled over ratings; intervals: 95 %, bootstrap by viewer",
            "coverage: share of ratings within so many standard deviations of the mean as a "
            "normal distribution needs for 50, 80 and 95 %",
        ]

    def __repr__(self) -> str:
        models = ", ".join(f"{m.name} {m.rmse.value:.4f}" for m in self.models)
        return f"RatingBoard({self.data}, {self.split}, RMSE: {models})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(row[0])}</td>"
            + "".join(f"<td>{value:.4g}</td>" for value in row[2:])
            + f"<td><code>{escape(row[1])}</code></td></tr>"
            for row in self.frame().rows()
        )
        head = "".join(f"<th>{name}</th>" for name in ("model", *self.frame().columns[2:], ""))
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        return (
            f"<p>{escape(self.data)} · {escape(self.split)} split</p>"
            f"<table><tr>{head}</tr>{rows}</table><ul>{notes}</ul>"
        )

    def frame(self) -> pl.DataFrame:
        """One row a model: name, recipe, rmse, mae, covers_50, ..., fit_s, predict_s."""
        return pl.DataFrame(
            [
                {"name": m.name, "recipe": m.recipe, "rmse": m.rmse.value, "mae": m.mae.value}
                | {f"covers_{level}": m.coverage[level].value for level in SHOWN}
                | {"fit_s": m.fit_s, "predict_s": m.predict_s}
                for m in self.models
            ]
        )

    def to_json_dict(self) -> dict[str, object]:
        """The stable shape that `evaluate --task rating --json` prints."""
        return {
            "task": "rating",
            "data": self.data,
            "split": self.split,
            "simulated": self.simulated,
            "folds": self.folds,
            "users": self.users,
            "ratings": self.ratings,
            "models": [
                {
                    "name": m.name,
                    "recipe": m.recipe,
                    "fit_s": m.fit_s,
                    "predict_s": m.predict_s,
                    "metrics": {"rmse": _values(m.rmse), "mae": _values(m.mae)},
                    "coverage": [
                        {"nominal": level / 100, **_values(share)}
                        for level, share in m.coverage.items()
                    ],
                }
                for m in self.models
            ],
            "denominators": {name: DENOMINATORS[name] for name in ("rmse", "mae")},
            "notes": self.notes,
        }


def _values(estimate: Estimate) -> dict[str, float | None]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}

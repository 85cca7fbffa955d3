"""Attributes to numbers that a model can take: filled, scaled, encoded, their names kept."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from matinee.errors import InputError, MissingData
from matinee.features.attributes import AFTERWARDS

GENRE, UNKNOWN = "genre: ", "unknown: "
HEAVY = ("runtime", "budget", "revenue", "return on budget", "vote count", "popularity")
_FEW = 12  # values of a category that get a column each; more are encoded by the target
_HIDDEN = 0.1  # share of the known values by which the two ways of filling are compared


@dataclass(frozen=True, slots=True)
class Filled:
    """How well the unknown values of a column can be told, either way.

    Errors are root mean squares over a tenth of the known values that were hidden, in standard
    deviations of the column: 1 is no better than its mean. NaN where there was nothing to hide.
    """

    column: str
    unknown: int
    by_rule: float  # the median
    by_model: float  # Bayesian ridge regression on the other columns, in turns


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """The fitted pipeline, and what it did."""

    pipeline: Any  # of scikit-learn, with named outputs
    genres: tuple[str, ...]
    names: tuple[str, ...]
    filling: str  # "rule" or "model", whichever erred less
    filled: tuple[Filled, ...]

    def values(self, attributes: pl.DataFrame) -> np.ndarray:
        """(films, names) float64, no NaN; of films that may be new, with values never seen."""
        found = self.pipeline.transform(_with_genres(attributes, self.genres))
        return np.asarray(found.to_numpy(), np.float64)


def prepare(
    attributes: pl.DataFrame,
    target: np.ndarray,
    rng: np.random.Generator,
    *,
    afterwards: bool = False,
) -> tuple[Prepared, np.ndarray]:
    """The pipeline, and the values of these films, (films, names) float64.

    `target` (films,), NaN where it is not known, is what categories of many values are encoded by:
    their mean of it drawn to that of all, each film's own from folds without it, so that nothing
    leaks (scikit-learn's TargetEncoder, after Micci-Barreca 2001). Categories of few values and
    genres get a column each. Unknown numbers are filled by the median or by a model, whichever
    errs less on hidden values, and "unknown: budget" says where. Heavy tails are scaled by
    quartiles, others by the standard deviation. What only those know who saw a film (`AFTERWARDS`)
    stays out unless asked for.
    """
    known = np.isfinite(target)
    if len(target) != attributes.height or known.sum() < 2:
        raise InputError(
            f"target: expected {attributes.height} values, at least two of them known, got "
            f"{len(target)} and {int(known.sum())}"
        )
    numeric, few, many = columns_of(attributes, afterwards)
    genres = _genres(attributes)
    if not (numeric or few or many or genres):
        raise MissingData("attributes: expected anything known of the films, got nothing")
    frame = _with_genres(attributes, genres)
    filled = tuple(_filled(attributes, numeric, rng))
    filling = _better(filled)
    pipeline = _pipeline(frame, (numeric, few, many), genres, filling, rng)
    taught = pipeline.fit_transform(frame.filter(pl.Series(known)), target[known])
    # `transform` encodes by all films: right for others, but these must not see their own target.
    values = np.array(pipeline.transform(frame).to_numpy(), np.float64)
    values[known] = taught.to_numpy()
    return Prepared(pipeline, genres, tuple(taught.columns), filling, filled), values


def columns_of(
    attributes: pl.DataFrame, afterwards: bool
) -> tuple[list[str], list[str], list[str]]:
    """Numbers, categories of few values, and categories of many, in the order of the table."""
    left_out = {"item_id", "genres", *(() if afterwards else AFTERWARDS)}
    columns = [name for name in attributes.columns if name not in left_out]
    numeric = [name for name in columns if attributes[name].dtype.is_numeric()]
    texts = [name for name in columns if name not in numeric]
    few = [name for name in texts if attributes[name].n_unique() <= _FEW]
    return numeric, few, [name for name in texts if name not in few]


def _pipeline(
    frame: pl.DataFrame,
    columns: tuple[list[str], list[str], list[str]],
    genres: tuple[str, ...],
    filling: str,
    rng: np.random.Generator,
) -> Any:
    # Half a second to import, and only for this.
    from sklearn.compose import ColumnTransformer
    from sklearn.model_selection import KFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler, TargetEncoder

    numeric, few, many = columns
    heavy = [name for name in numeric if name in HEAVY]
    steady = [name for name in numeric if name not in HEAVY]
    unknown = [name for name in numeric if frame[name].null_count()]
    scaled = ColumnTransformer(
        [("robust", RobustScaler(), heavy), ("standard", StandardScaler(), steady)],
        remainder="passthrough",  # where it was unknown
        verbose_feature_names_out=False,
    )
    folds = KFold(5, shuffle=True, random_state=int(rng.integers(2**31)))
    parts: list[tuple[str, Any, list[str]]] = [
        ("numbers", make_pipeline(_imputer(filling), scaled), numeric),
        ("few", OneHotEncoder(handle_unknown="ignore", sparse_output=False), few),
        ("many", TargetEncoder(target_type="continuous", cv=folds), many),
        ("genres", "passthrough", [GENRE + genre for genre in genres]),
        ("unknown", "passthrough", [UNKNOWN + name for name in unknown]),
    ]
    pipeline = ColumnTransformer(
        [part for part in parts if part[2]], verbose_feature_names_out=False
    )
    return pipeline.set_output(transform="polars")


def _imputer(filling: str) -> Any:
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer, SimpleImputer

    if filling == "model":
        return IterativeImputer(max_iter=20, tol=1e-2, random_state=0)
    return SimpleImputer(strategy="median")


def _filled(attributes: pl.DataFrame, numeric: list[str], rng: np.random.Generator) -> list[Filled]:
    if not numeric:
        return []
    values = attributes.select(numeric).to_numpy().astype(np.float64)
    known = ~np.isnan(values)
    hidden = known & (rng.random(values.shape) < _HIDDEN)
    # A column must keep some values to be told from.
    hidden &= (known & ~hidden).sum(axis=0) >= 2
    shown = np.where(hidden, np.nan, values)
    spread = np.nanstd(values, axis=0)
    spread[spread == 0] = 1
    errors = {}
    for filling in ("rule", "model"):
        guessed = _imputer(filling).fit_transform(shown)
        squares = np.where(hidden, ((guessed - values) / spread) ** 2, 0).sum(axis=0)
        count = hidden.sum(axis=0)
        errors[filling] = np.where(count, np.sqrt(squares / np.maximum(count, 1)), np.nan)
    return [
        Filled(name, int((~known[:, k]).sum()), *(float(errors[f][k]) for f in ("rule", "model")))
        for k, name in enumerate(numeric)
    ]


def _better(filled: tuple[Filled, ...]) -> str:
    """By the sum of squared errors, a column counting as often as it is unknown."""
    told = [f for f in filled if f.unknown and np.isfinite(f.by_rule) and np.isfinite(f.by_model)]
    gain = sum(f.unknown * (f.by_rule**2 - f.by_model**2) for f in told)
    return "model" if gain > 0 else "rule"


def _genres(attributes: pl.DataFrame) -> tuple[str, ...]:
    if "genres" not in attributes.columns:
        return ()
    return tuple(attributes["genres"].explode(empty_as_null=True).drop_nulls().unique().sort())


def _with_genres(attributes: pl.DataFrame, genres: tuple[str, ...]) -> pl.DataFrame:
    """With a column of 0 and 1 a genre, and one a number that may be unknown."""
    numeric = [name for name in attributes.columns if attributes[name].dtype.is_numeric()]
    frame = attributes.with_columns(
        pl.col(name).is_null().cast(pl.Float64).alias(UNKNOWN + name) for name in numeric
    )
    texts = [name for name in attributes.columns if attributes[name].dtype == pl.String]
    frame = frame.with_columns(pl.col(texts).fill_null("unknown"))
    if "genres" not in attributes.columns:
        return frame
    return frame.with_columns(
        pl.col("genres").list.contains(genre).fill_null(False).cast(pl.Float64).alias(GENRE + genre)
        for genre in genres
    )

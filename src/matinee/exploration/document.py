"""An exploration as one JSON document; its shape is stable."""

from math import isfinite
from typing import Any

import polars as pl

from matinee.exploration.catalogue import OUTLIER_RULE, CatalogueSummary
from matinee.exploration.distribution import LongTail
from matinee.exploration.summary import TableSummary
from matinee.exploration.viewing import ViewingSummary

Json = dict[str, Any]


def table_document(table: TableSummary) -> Json:
    """Rows, columns and fields; `empty` counts cells such as "[]" that are there but hold nothing.

    `describe` has one row a numeric column, `memory_bytes` both counts of `TableSummary`.
    """
    return {
        "rows": table.rows,
        "columns": table.columns,
        "fields": [
            {"name": f.name, "dtype": f.dtype, "non_null": f.non_null, "empty": f.empty}
            for f in table.fields
        ],
        "describe": records(table.describe),
        "memory_bytes": {"actual": table.bytes_actual, "as_pandas_counts": table.bytes_pandas},
    }


def catalogue_document(catalogue: CatalogueSummary) -> Json:
    """Budgets, vote averages, correlation of each pair once, and outliers with their rule."""
    pairs = catalogue.correlation.filter(pl.col("left") < pl.col("right"))
    return {
        "films": catalogue.films,
        "budgets": {
            "known": catalogue.known_budgets,
            "unknown": catalogue.films - catalogue.known_budgets,
            "quartiles": catalogue.budget_quartiles and list(catalogue.budget_quartiles[:3]),
            "bins": records(catalogue.budgets),
        },
        "vote_averages": records(catalogue.vote_averages),
        "correlation": records(pairs),
        "outliers": {
            "rule": OUTLIER_RULE,
            "fences": records(catalogue.fences),
            "films": records(catalogue.outliers),
        },
    }


def viewing_document(viewing: ViewingSummary) -> Json:
    """Ratings, sparsity, long tails and time."""
    return {
        "ratings": {
            "mean": finite(viewing.mean_rating),
            "scale": {
                "minimum": viewing.scale.minimum,
                "maximum": viewing.scale.maximum,
                "step": viewing.scale.step,
            },
            "distribution": records(viewing.distribution),
            "period": viewing.period,
            "over_time": records(viewing.over_time),
        },
        "sparsity": {
            "users": viewing.users,
            "items": viewing.items,
            "rated_items": viewing.rated_items,
            "interactions": viewing.interactions,
            "density": viewing.density,
        },
        "long_tails": {
            "popularity": tail_document(viewing.popularity),
            "activity": tail_document(viewing.activity),
        },
    }


def tail_document(tail: LongTail) -> Json:
    """The figures of a long tail without its curve."""
    return {
        "holders": tail.holders,
        "total": tail.total,
        "median": tail.median,
        "largest": tail.largest,
        "half_of_total_held_by": tail.half,
        "gini": tail.gini,
    }


def records(frame: pl.DataFrame) -> list[Json]:
    """One dictionary a row; dates as text, what is not finite as null."""
    return [
        {name: finite(value) for name, value in row.items()} for row in frame.iter_rows(named=True)
    ]


def finite(value: object) -> object:
    """The value as JSON takes it."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)

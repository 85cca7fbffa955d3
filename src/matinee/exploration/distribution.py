"""How values spread: bins, long tails, outliers, correlation."""

from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
import polars as pl


def histogram(values: pl.Series, most: int = 40) -> pl.DataFrame:
    """Counts in equal bins [start, end) with round edges, at most `most`; unknown left out.

    Columns start, end, count; bins that hold nothing are there too. The last edge is closed.
    """
    known = values.cast(pl.Float64).fill_nan(None).drop_nulls().to_numpy()
    if not len(known):
        return pl.DataFrame(schema={"start": pl.Float64, "end": pl.Float64, "count": pl.Int64})
    low, high = float(known.min()), float(known.max())
    width = round_width((high - low) / most)
    first = floor(low / width)
    bins = max(1, ceil(high / width) - first)
    edges = width * np.arange(first, first + bins + 1)
    counts, _ = np.histogram(known.clip(edges[0], edges[-1]), edges)  # edges are rounded
    return pl.DataFrame({"start": edges[:-1], "end": edges[1:], "count": counts.astype(np.int64)})


def round_width(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below `least`.

    >>> [round_width(least) for least in (0.3, 1, 9.5e6)]
    [0.5, 1.0, 10000000.0]
    """
    if least <= 0:
        return 1.0
    power = 10.0 ** floor(log10(least))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= least * (1 - 1e-9)))


@dataclass(frozen=True, slots=True, eq=False)
class LongTail:
    """How unevenly `total` is shared, the largest holder first.

    `curve` has at most a few hundred of the ranks: rank, count, holders (share of the holders up
    to this rank), share (of the total that they have). `half` is the smallest share of the
    holders that has half of the total; `gini` is 0 when all have the same.
    """

    holders: int
    total: int
    median: float
    largest: int
    half: float
    gini: float
    curve: pl.DataFrame


def long_tail(counts: np.ndarray, points: int = 200) -> LongTail:
    """The long tail of non-negative whole `counts`; holders of none are left out."""
    ordered = np.sort(counts[counts > 0].astype(np.int64))[::-1]
    n, total = len(ordered), int(ordered.sum())
    cumulative = np.cumsum(ordered)
    ranks = np.unique(np.geomspace(1, n, points).round().astype(np.int64)) if n else ordered
    curve = pl.DataFrame(
        {
            "rank": ranks,
            "count": ordered[ranks - 1],
            "holders": ranks / max(n, 1),
            "share": cumulative[ranks - 1] / max(total, 1),
        }
    )
    if not n:
        return LongTail(0, 0, 0.0, 0, 0.0, 0.0, curve)
    half = (int(np.searchsorted(cumulative, total / 2)) + 1) / n
    position = np.arange(n, 0, -1)  # 1 = the smallest holder
    gini = float(((2 * position - n - 1) * ordered).sum() / (n * total))
    median = float(np.median(ordered))
    return LongTail(n, total, median, int(ordered[0]), half, gini, curve)


def correlation(table: pl.DataFrame) -> pl.DataFrame:
    """Pearson's r of every two numeric columns over the rows where both are known.

    One row a pair (both orders, and each with itself): left, right, r, rows; as `DataFrame.corr()`
    of pandas. r is null where a column does not vary or fewer than two rows are left.
    """
    columns = {c.name: c.cast(pl.Float64).fill_null(float("nan")).to_numpy() for c in table}
    rows = []
    for left, x in columns.items():
        for right, y in columns.items():
            both = np.isfinite(x) & np.isfinite(y)
            rows.append((left, right, _pearson(x[both], y[both]), int(both.sum())))
    schema = {"left": pl.String, "right": pl.String, "r": pl.Float64, "rows": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _pearson(x: np.ndarray, y: np.ndarray) -> float | None:
    if len(x) < 2:
        return None
    x, y = x - x.mean(), y - y.mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(np.clip(x @ y / scale, -1, 1)) if scale > 0 else None


def fences(values: pl.Series, logarithmic: bool) -> tuple[float, float]:
    """Tukey's fences: the quartiles minus and plus 1.5 times their distance.

    With `logarithmic` they are found for log10 of the positive values and given back on the
    values' own scale. NaN when nothing is known.
    """
    known = values.cast(pl.Float64).fill_nan(None).drop_nulls()
    if logarithmic:
        known = known.filter(known > 0).log10()
    lower, upper = known.quantile(0.25, "linear"), known.quantile(0.75, "linear")
    if lower is None or upper is None:
        return float("nan"), float("nan")
    low, high = lower - 1.5 * (upper - lower), upper + 1.5 * (upper - lower)
    return (10.0**low, 10.0**high) if logarithmic else (low, high)

"""One table as a data scientist first looks at it: head, info, describe, missingness."""

from dataclasses import dataclass

import polars as pl

# What pandas counts beside the cells: its RangeIndex (pandas 3 on CPython 3.11).
PANDAS_INDEX_BYTES = 132


@dataclass(frozen=True, slots=True)
class Field:
    """One column: `empty` counts cells that are there but hold nothing ("", "[]" or no entry)."""

    name: str
    dtype: str
    non_null: int
    empty: int


@dataclass(frozen=True, slots=True, eq=False)
class TableSummary:
    """What `head()`, `info()`, `describe().T` and `isna().sum()` would say of one table.

    `bytes_actual` is what the table takes in memory here (Polars, text included); `bytes_pandas`
    what pandas counts for the same table with text in object columns, the figure after "memory
    usage:" in `DataFrame.info()`: 8 bytes a cell for numbers and for pointers, text not counted.
    """

    name: str
    rows: int
    fields: tuple[Field, ...]
    first_rows: pl.DataFrame
    describe: pl.DataFrame  # column, count, mean, std, min, 25%, 50%, 75%, max
    bytes_actual: int
    bytes_pandas: int

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return len(self.fields)

    @property
    def missing(self) -> pl.DataFrame:
        """Column, null cells, empty cells and the share of the rows that either takes."""
        rows = max(self.rows, 1)
        return pl.DataFrame(
            [
                (f.name, self.rows - f.non_null, f.empty, (self.rows - f.non_null + f.empty) / rows)
                for f in self.fields
            ],
            schema={"column": pl.String, "null": pl.Int64, "empty": pl.Int64, "share": pl.Float64},
            orient="row",
        )


def summary(name: str, table: pl.DataFrame, head: int = 5) -> TableSummary:
    """The summary of `table`; numbers equal those of pandas."""
    return TableSummary(
        name,
        table.height,
        tuple(_field(column) for column in table),
        table.head(head),
        described(table),
        int(table.estimated_size()),
        sum(_pandas_bytes(column) for column in table) + PANDAS_INDEX_BYTES,
    )


def described(table: pl.DataFrame) -> pl.DataFrame:
    """`DataFrame.describe().T` of pandas: one row a numeric column, unknown cells left out.

    The deviation is that of a sample (n - 1); quartiles are interpolated linearly.
    """
    rows = []
    for column in table.select(pl.selectors.numeric()):
        known = column.cast(pl.Float64).fill_nan(None).drop_nulls()
        quantiles = (known.quantile(q, "linear") for q in (0, 0.25, 0.5, 0.75, 1))
        rows.append((column.name, len(known), known.mean(), known.std(), *quantiles))
    return pl.DataFrame(
        rows,
        schema={
            "column": pl.String,
            "count": pl.Int64,
            **dict.fromkeys(("mean", "std", "min", "25%", "50%", "75%", "max"), pl.Float64),
        },
        orient="row",
    )


def _field(column: pl.Series) -> Field:
    dtype = column.dtype
    if isinstance(dtype, pl.List):
        empty = (column.list.len() == 0).sum()
    elif dtype == pl.String:
        empty = column.str.strip_chars().is_in(["", "[]", "{}"]).sum()
    else:
        empty = 0
    name = "Enum" if isinstance(dtype, pl.Enum) else str(dtype)
    return Field(column.name, name, len(column) - column.null_count(), int(empty))


def _pandas_bytes(column: pl.Series) -> int:
    """An integer column with unknown cells becomes float64 in pandas, a Boolean one object."""
    dtype = column.dtype
    if dtype == pl.Boolean:
        width = 8 if column.null_count() else 1
    elif dtype == pl.Float32 or (dtype.is_integer() and not column.null_count()):
        width = _WIDTHS.get(dtype, 8)
    else:
        width = 8
    return width * len(column)


_WIDTHS: dict[pl.DataType, int] = {
    pl.Int8(): 1,
    pl.UInt8(): 1,
    pl.Int16(): 2,
    pl.UInt16(): 2,
    pl.Int32(): 4,
    pl.UInt32(): 4,
    pl.Float32(): 4,
}

"""The checked ratings of a delimited file: a fast way for sound files, a careful one for others."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from matinee.intake.account import Account
from matinee.intake.cells import (
    LATEST,
    Cell,
    moment,
    on_scale,
    rating,
    read_sheet,
    seconds,
    text,
    whole,
)
from matinee.intake.files import File
from matinee.intake.records import Layout, read_header
from matinee.schema import RATINGS, RatingScale

_TABLE_OF_IDS = 2**26  # ids below this are numbered by a lookup table of at most 256 MiB


@dataclass(frozen=True, slots=True)
class Wanted:
    """The file's names for the columns of ratings, and what its cells hold."""

    user: str
    item: str
    rating: str
    time: str
    scale: RatingScale | None = None  # null = any number
    whole_users: bool = True  # ids that are whole numbers, else any text
    whole_items: bool = True
    gaps: bool = False  # a rating or a time may be missing

    @property
    def cells(self) -> list[Cell]:
        """What the careful way reads."""
        ids = [
            (whole(name, at, 0) if is_whole else text(name, at)).required
            for name, at, is_whole in (
                ("user_id", self.user, self.whole_users),
                ("item_id", self.item, self.whole_items),
            )
        ]
        if self.gaps:
            return [*ids, rating(self.rating, self.scale).if_there, moment(self.time).if_there]
        return [*ids, rating(self.rating, self.scale).required, seconds(self.time).required]


def read_ratings(
    file: File, layout: Layout, wanted: Wanted, account: Account, folder: Path
) -> pl.DataFrame:
    """The ratings as they stand in the file: ids as whole numbers or text, Float32, seconds.

    Both ways give the same table; only the careful one can say which row is broken.
    """
    with file.local(folder) as source:
        table = _fast(file, source, layout, wanted)
    if table is None:
        table = read_sheet(file, layout, wanted.cells, account, publish=False).table
    return filled_up(table)


def filled_up(table: pl.DataFrame) -> pl.DataFrame:
    """With a rating and a time column, null where the file has none."""
    missing = {name: kind for name, kind in RATINGS.items() if name not in table.columns}
    return table.with_columns(pl.lit(None, kind).alias(name) for name, kind in missing.items())


def with_ids(table: pl.DataFrame, account: Account) -> pl.DataFrame:
    """As `schema.RATINGS`, ids as Enum; of a repeated pair the latest stays, and is counted.

    Of two ratings of one pair at one time the later in the file stays.
    """
    ids = [enum(table["user_id"]), enum(table["item_id"])]
    table = table.with_columns(ids)
    repeated = _repeated(*ids)
    if repeated.any():
        table = _latest(table, repeated, account)
    return table.with_columns(
        pl.col("rating").cast(pl.Float32), pl.col("timestamp").cast(pl.Int64)
    ).select(list(RATINGS))


def enum(ids: pl.Series) -> pl.Series:
    """Ids as Enum over the distinct ones, in numeric order if they are whole numbers."""
    if isinstance(ids.dtype, pl.Enum):  # rows were left out: its order stays
        known, codes = _coded(ids.to_physical().to_numpy())
        categories = ids.dtype.categories.gather(known)
    elif ids.dtype.is_integer():
        known, codes = _coded(ids.to_numpy())
        categories = pl.Series(known).cast(pl.String)
    else:
        distinct = ids.unique()
        if not distinct.str.contains(r"^[0-9]{1,18}$").all():
            return ids.cast(pl.Enum(distinct.sort()))
        order = pl.DataFrame({"id": distinct, "value": distinct.cast(pl.Int64)})
        return ids.cast(pl.Enum(order.sort("value", "id")["id"]))
    return pl.Series(ids.name, codes).cat.to(pl.Enum(categories))


def _coded(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct values, ascending, and the place of each value among them, (rows,) uint32."""
    if not len(values) or values.max() >= _TABLE_OF_IDS:
        known, codes = np.unique(values, return_inverse=True)
        return known, codes.astype(np.uint32)
    seen = np.zeros(int(values.max()) + 1, bool)
    seen[values] = True
    return np.flatnonzero(seen), (np.cumsum(seen, dtype=np.uint32) - np.uint32(1))[values]


def _fast(file: File, source: Path | bytes, layout: Layout, wanted: Wanted) -> pl.DataFrame | None:
    """One typed pass; None where a cell, a row or a value is not as it should be."""
    columns = read_header(file, layout)
    between: list[str] = []
    if len(layout.separator) == 2:  # "::" is read as ":" with an empty column between
        between = [f"between {k}" for k in range(1, len(columns))]
        columns = [name for pair in zip(columns, [*between, ""], strict=True) for name in pair][:-1]
    asked = zip(list(RATINGS), (wanted.user, wanted.item, wanted.rating, wanted.time), strict=True)
    at = {ours: name for ours, name in asked if name in columns}
    if len(at) < (2 if wanted.gaps else 4):
        return None
    for ids in (pl.Int32, pl.Int64):
        kinds: dict[str, pl.DataType | type[pl.DataType]] = {
            "user_id": ids if wanted.whole_users else pl.String,
            "item_id": ids if wanted.whole_items else pl.String,
            "rating": pl.Float32,
            "timestamp": pl.Int64,
        }
        schema: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(columns, pl.String)
        schema |= {column: kinds[ours] for ours, column in at.items()}
        try:
            found = pl.read_csv(
                source,
                has_header=not layout.columns,
                schema=schema,
                separator=layout.separator[0],
                quote_char=None if layout.columns else '"',
            )
        except pl.exceptions.PolarsError:
            continue
        if all(found[column].null_count() == found.height for column in between):
            table = found.select(**{ours: pl.col(column) for ours, column in at.items()})
            return table if _is_sound(table, wanted) else None
        return None
    return None


def _is_sound(table: pl.DataFrame, wanted: Wanted) -> bool:
    may_be_null = {"rating", "timestamp"} if wanted.gaps else set[str]()
    if not table.height or any(
        column.null_count() for column in table if column.name not in may_be_null
    ):
        return False
    for name in ("user_id", "item_id"):
        ids = table[name]
        if ids.dtype == pl.String:
            distinct = ids.unique()
            if ((distinct != distinct.str.strip_chars()) | (distinct == "")).any():
                return False
        elif ids.min() < 0:  # type: ignore[operator]
            return False
    if "timestamp" in table.columns and not table["timestamp"].is_between(0, LATEST).all():
        return False
    if "rating" not in table.columns:
        return True
    values = table["rating"].unique()
    fits = values.is_finite() if wanted.scale is None else on_scale(values, wanted.scale)
    return bool(fits.all())


def _repeated(users: pl.Series, items: pl.Series) -> np.ndarray:
    """Which rows have a pair of user and item that stands more than once, (rows,) bool."""
    assert isinstance(items.dtype, pl.Enum)
    width = len(items.dtype.categories)
    pairs = users.to_physical().cast(pl.Int64).to_numpy() * width + items.to_physical().to_numpy()
    if bool((pairs[1:] > pairs[:-1]).all()):  # sorted files need no sort
        return np.zeros(len(pairs), bool)
    ordered = np.sort(pairs)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(twice):
        return np.zeros(len(pairs), bool)
    return np.asarray(twice[np.searchsorted(twice, pairs).clip(max=len(twice) - 1)] == pairs)


def _latest(table: pl.DataFrame, repeated: np.ndarray, account: Account) -> pl.DataFrame:
    """The table without the rows of `repeated` that have a later one of their pair."""
    rivals = table.with_row_index("row").filter(repeated)
    kept = rivals.sort("timestamp", "row", nulls_last=False).unique(
        ["user_id", "item_id"], keep="last", maintain_order=True
    )
    equal = rivals.height - rivals.drop("row").n_unique()
    what = "user_id, item_id"
    account.change("ratings", what, "repeated row dropped", equal)
    earlier = rivals.height - kept.height - equal
    account.change("ratings", what, "earlier rating of the same pair dropped", earlier)
    stays = ~repeated
    stays[kept["row"].to_numpy()] = True
    return table.filter(stays)

"""What viewers did, one row a viewer: the only form in which models see people."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.dataset.columns import column_of, taken
from matinee.dataset.vocabulary import Vocabulary, same_ids, translation
from matinee.errors import InputError
from matinee.kernels.csr_order import csr_order, in_order

NO_TIME = int(np.iinfo(np.int64).min)  # an entry whose time is not known: earlier than any other


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """A CSR pattern of everything seen, with aligned values; one row a viewer.

    Entry e of row r lies in indptr[r]:indptr[r + 1]; within a row item numbers ascend and none
    repeats. `user_ids` names the rows for messages and for the simulated world's oracle; models
    must not read it. Strengths, ratings or times that are all the same may be held once, as a view
    of stride 0 (`np.broadcast_to`): likes alone then take 4 bytes an entry rather than 20.
    """

    items: Vocabulary
    indptr: np.ndarray  # (rows + 1,) int64
    numbers: np.ndarray  # (entries,) int32, item numbers
    strength: np.ndarray  # (entries,) float32 in [-1, 1]; negative = disliked, 0 = no opinion
    rating: np.ndarray  # (entries,) float32, NaN = none
    time: np.ndarray  # (entries,) int64 UTC seconds, NO_TIME = unknown
    as_of: np.ndarray  # (rows,) int64 UTC seconds: no entry is later
    user_ids: pl.Series | None = None

    def __post_init__(self) -> None:
        entries = len(self.numbers)
        aligned = {len(self.strength), len(self.rating), len(self.time), int(self.indptr[-1])}
        if aligned != {entries} or len(self.as_of) != self.rows:
            raise InputError(
                f"histories: expected {entries} aligned entries and {self.rows} as_of, got "
                f"{sorted(aligned)} and {len(self.as_of)}"
            )
        if entries == 0:
            return
        if self.numbers.min() < 0 or self.numbers.max() >= len(self.items):
            raise InputError(
                f"histories: expected item numbers below {len(self.items)}, got "
                f"{self.numbers.min()} to {self.numbers.max()}"
            )
        if self.time.max() > self.as_of.min():
            late = int((self.time > np.repeat(self.as_of, self.lengths)).sum())
            if late:
                raise InputError(f"histories: expected no entry later than as_of, got {late}")

    @classmethod
    def from_entries(
        cls,
        items: Vocabulary,
        rows: np.ndarray,
        numbers: np.ndarray,
        n_rows: int,
        *,
        strength: np.ndarray | float,
        rating: np.ndarray | float = np.nan,
        time: np.ndarray | int = NO_TIME,
        as_of: np.ndarray | int | None = None,
        user_ids: pl.Series | None = None,
    ) -> "Histories":
        """Build from unordered entries (row, item number); a repeated pair keeps its latest.

        Of two entries of one pair the later in time stays, of two at one time the later given.
        One strength, rating or time may be given for all. `as_of` is by default the latest time of
        all entries. Entries that are in order already are taken as they are, without a copy.
        """
        entries = len(rows)
        times = column_of(time, np.int64, entries)
        indptr, order = _order(rows, numbers, times, n_rows, len(items))
        times = taken(times, order)
        latest = int(times.max()) if len(times) else NO_TIME
        limit = latest if as_of is None else as_of
        return cls(
            items,
            indptr.astype(np.int64, copy=False),
            numbers[order].astype(np.int32, copy=False),
            taken(column_of(strength, np.float32, entries), order),
            taken(column_of(rating, np.float32, entries), order),
            times,
            np.broadcast_to(np.asarray(limit, np.int64), (n_rows,)),
            user_ids,
        )

    @property
    def rows(self) -> int:
        """How many viewers."""
        return len(self.indptr) - 1

    @property
    def entries(self) -> int:
        """How many (viewer, item) pairs."""
        return len(self.numbers)

    @property
    def lengths(self) -> np.ndarray:
        """Entries of each row, (rows,)."""
        return np.diff(self.indptr)

    @property
    def entry_rows(self) -> np.ndarray:
        """The row of each entry, (entries,) int32."""
        return np.repeat(np.arange(self.rows, dtype=np.int32), self.lengths)

    def matrix(self, values: np.ndarray | None = None) -> csr_array:
        """(rows, items) with `values` (entries,), by default the strengths; zeros stay stored."""
        # Compiled code of SciPy and of ours takes a plain array.
        data = np.ascontiguousarray(self.strength if values is None else values)
        # SciPy wants one type for both, and would copy the numbers to the larger one.
        small = self.entries <= np.iinfo(np.int32).max
        indptr = self.indptr.astype(np.int32) if small else self.indptr
        return csr_array((data, self.numbers, indptr), shape=(self.rows, len(self.items)))

    def liked(self) -> csr_array:
        """(rows, items) of the positive strengths alone; where all are, the numbers are shared."""
        if self.entries and self.strength.min() > 0:
            return self.matrix()
        entries = np.flatnonzero(self.strength > 0)
        return csr_array(
            (
                self.strength[entries],
                self.numbers[entries],
                # Row starts of int64 would make SciPy double the numbers to int64 as well.
                np.searchsorted(entries, self.indptr).astype(
                    np.int32 if len(entries) < 2**31 else np.int64
                ),
            ),
            shape=(self.rows, len(self.items)),
        )

    def where(self, keep: np.ndarray) -> "Histories":
        """The same rows with only the entries where `keep` (entries,) is true."""
        entries = np.flatnonzero(keep)
        return replace(
            self,
            indptr=np.searchsorted(entries, self.indptr),
            numbers=self.numbers[entries],
            strength=taken(self.strength, entries),
            rating=taken(self.rating, entries),
            time=taken(self.time, entries),
        )

    def take(self, rows: np.ndarray) -> "Histories":
        """These rows, in this order (a row may be taken more than once)."""
        rows = np.asarray(rows)
        lengths = self.lengths[rows]
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        entries = np.arange(indptr[-1]) + np.repeat(self.indptr[rows] - indptr[:-1], lengths)
        return replace(
            self,
            indptr=indptr,
            numbers=self.numbers[entries],
            strength=taken(self.strength, entries),
            rating=taken(self.rating, entries),
            time=taken(self.time, entries),
            as_of=self.as_of[rows],
            user_ids=None if self.user_ids is None else self.user_ids.gather(rows),
        )

    def slice(self, start: int, stop: int) -> "Histories":
        """Rows start to stop; a view, nothing is copied."""
        begin, end = int(self.indptr[start]), int(self.indptr[min(stop, self.rows)])
        return replace(
            self,
            indptr=self.indptr[start : stop + 1] - begin,
            numbers=self.numbers[begin:end],
            strength=self.strength[begin:end],
            rating=self.rating[begin:end],
            time=self.time[begin:end],
            as_of=self.as_of[start:stop],
            user_ids=None if self.user_ids is None else self.user_ids[start:stop],
        )

    def at(self, as_of: int) -> "Histories":
        """The same rows asked at `as_of`: what came later is not seen."""
        early = self.where(self.time <= as_of)
        return replace(early, as_of=np.broadcast_to(np.int64(as_of), (self.rows,)))

    def on(self, items: Vocabulary) -> "Histories":
        """The same histories in the numbers of `items`; entries it lacks are left out."""
        if items is self.items or same_ids(self.items, items):
            return self
        table, ascending = translation(self.items, items)
        numbers = table[self.numbers]
        known = numbers >= 0
        if ascending:
            return replace(self.where(known), items=items, numbers=numbers[known])
        return Histories.from_entries(
            items,
            self.entry_rows[known],
            numbers[known],
            self.rows,
            strength=taken(self.strength, known),
            rating=taken(self.rating, known),
            time=taken(self.time, known),
            as_of=self.as_of,
            user_ids=self.user_ids,
        )


def _order(
    rows: np.ndarray, numbers: np.ndarray, time: np.ndarray, n_rows: int, n_items: int
) -> tuple[np.ndarray, np.ndarray | slice]:
    """Row starts (n_rows + 1,) and which entries to take, in order: the latest of each pair."""
    if in_order(rows, numbers):
        return _starts(rows, n_rows), slice(None)
    indptr, order = csr_order(rows, numbers, n_rows, n_items)
    ordered = numbers[order]
    same = ordered[1:] == ordered[:-1]
    inner = indptr[1:-1]
    same[inner[(inner > 0) & (inner < len(order))] - 1] = False
    if not same.any():
        return indptr, order
    # Rare, so a full sort here is cheap enough: the last of each pair is the latest.
    order = np.lexsort((np.arange(len(rows)), time, numbers, rows))
    last = np.append((np.diff(rows[order]) != 0) | (np.diff(numbers[order]) != 0), np.True_)
    order = order[last]
    return _starts(rows[order], n_rows), order


def _starts(rows: np.ndarray, n_rows: int) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n_rows))])

"""Ids of the outside world and the dense numbers that stand for them inside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from matinee.errors import InputError, UnknownId, few

Numbers = np.ndarray[tuple[int], np.dtype[np.int32]]


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Distinct ids in a fixed order: the id at position k has the number k."""

    ids: pl.Series

    def __post_init__(self) -> None:
        if self.ids.dtype != pl.String:
            raise InputError(f"vocabulary: expected ids as text, got {self.ids.dtype}")
        if self.ids.null_count() or self.ids.n_unique() != len(self.ids):
            raise InputError(
                f"vocabulary: expected {len(self.ids)} distinct ids, got {self.ids.n_unique()}"
            )

    @classmethod
    def of(cls, ids: pl.Series | Iterable[str]) -> "Vocabulary":
        """The distinct ids: in numeric order if all are whole numbers, else in text order.

        >>> Vocabulary.of(["10", "9", "10"]).ids.to_list()
        ['9', '10']
        """
        series = ids if isinstance(ids, pl.Series) else pl.Series(list(ids), dtype=pl.String)
        distinct = series.unique().drop_nulls().cast(pl.String)
        if distinct.str.contains(r"^[0-9]{1,18}$").all():
            frame = pl.DataFrame({"id": distinct, "value": distinct.cast(pl.Int64)})
            return cls(frame.sort("value", "id")["id"])
        return cls(distinct.sort())

    def __len__(self) -> int:
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Vocabulary) and self.ids.equals(other.ids)

    def __hash__(self) -> int:
        return hash((len(self.ids), self.ids[0] if len(self.ids) else None))

    @property
    def enum(self) -> pl.Enum:
        """The Polars type whose codes are the numbers."""
        return pl.Enum(self.ids)

    def numbers(self, ids: pl.Series | Sequence[str]) -> Numbers:
        """The number of each id, -1 for one that is unknown."""
        series = ids if isinstance(ids, pl.Series) else pl.Series(list(ids), dtype=pl.String)
        if isinstance(series.dtype, pl.Enum):
            codes = series.to_physical()
            if series.dtype.categories.equals(self.ids):
                found = codes.cast(pl.Int32).fill_null(-1)
                return np.asarray(found.to_numpy(), np.int32)
            table = np.append(self.numbers(series.dtype.categories), np.int32(-1))
            known = codes.cast(pl.Int64).fill_null(-1).to_numpy()
            return np.asarray(table[known], np.int32)
        text = series.cast(pl.String)
        found = text.cast(self.enum, strict=False).to_physical().cast(pl.Int32).fill_null(-1)
        return np.asarray(found.to_numpy(), np.int32)

    def number(self, id_: str) -> int:
        """The number of one id, or UnknownId."""
        found = int(self.numbers([id_])[0])
        if found < 0:
            raise UnknownId(f"id: expected one of {few(self.ids)}, got {id_!r}")
        return found

    def take(self, numbers: np.ndarray) -> list[str]:
        """The ids of these numbers."""
        return self.ids.gather(np.asarray(numbers).ravel()).to_list()

    def __repr__(self) -> str:
        return f"Vocabulary({few(self.ids)})"


@dataclass(frozen=True, slots=True, eq=False)
class _This:
    """A vocabulary as itself: to look an equal one up would compare all their ids, each time."""

    one: Vocabulary

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _This) and self.one is other.one

    def __hash__(self) -> int:
        return id(self.one)


def same_ids(one: Vocabulary, other: Vocabulary) -> bool:
    """Whether the two are equal: remembered, since to compare ids takes longer than to use them."""
    return _same_ids(_This(one), _This(other))


def translation(of: Vocabulary, into: Vocabulary) -> tuple[Numbers, bool]:
    """The number in `into` of each id of `of`, -1 where it has none, and whether they ascend.

    Remembered, since a service asks for the same pair with every viewer: the array is read-only.
    """
    return _translation(_This(of), _This(into))


@lru_cache(maxsize=32)
def _same_ids(one: _This, other: _This) -> bool:
    return one.one == other.one


@lru_cache(maxsize=32)
def _translation(of: _This, into: _This) -> tuple[Numbers, bool]:
    table = into.one.numbers(of.one.ids)
    table.setflags(write=False)
    return table, bool((np.diff(table[table >= 0]) > 0).all())

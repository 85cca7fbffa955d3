"""The events of one viewer as arrays: what a service reads again and again, kept small."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any

import numpy as np
import polars as pl

from matinee.schema import DOING, KINDS

KIND = {kind: np.int8(place) for place, kind in enumerate(KINDS)}
_ID = "S32"


@dataclass(frozen=True, slots=True, eq=False)
class Doings:
    """By time, at one moment as they came. Nothing names the viewer."""

    films: Sequence[str]  # distinct, in text order
    pages: Sequence[str]  # distinct
    seq: np.ndarray  # (events,) int64, as they came
    event_id: np.ndarray  # (events,) 32 digits
    film: np.ndarray  # (events,) int32 places in `films`, -1 = none
    kind: np.ndarray  # (events,) int8 places in KINDS
    value: np.ndarray  # (events,) float64, NaN = none
    position_s: np.ndarray  # (events,) float64, NaN = none
    timestamp: np.ndarray  # (events,) int64 UTC seconds
    page: np.ndarray  # (events,) int32 places in `pages`, -1 = none
    retracts: np.ndarray  # (events,) 32 digits, empty = none

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]]) -> "Doings":
        """Of rows of the columns DOING, in any order."""
        seq, event_id, item, kind, value, position, timestamp, page, retracts = (
            zip(*rows, strict=True) if rows else [()] * len(DOING)
        )
        films, film = _coded(item)
        pages, shown = _coded(page)
        found = cls(
            films,
            pages,
            np.array(seq, np.int64),
            np.array(event_id, _ID),
            film,
            np.array([KIND[name] for name in kind], np.int8),
            np.array(value, np.float64),
            np.array(position, np.float64),
            np.array(timestamp, np.int64),
            shown,
            np.array([id_ or "" for id_ in retracts], _ID),
        )
        return found.take(np.lexsort((found.seq, found.timestamp)))

    @classmethod
    def of_table(cls, events: pl.DataFrame) -> "Doings":
        """Of EVENTS of one viewer, numbered in their order."""
        ids = [pl.col(name).str.replace_all("-", "") for name in ("event_id", "retracts")]
        table = events.with_columns(*ids, seq=pl.int_range(pl.len()))
        return cls.of(table.select(DOING).rows())

    def __len__(self) -> int:
        return len(self.seq)

    def take(self, which: np.ndarray) -> "Doings":
        """These events alone, in this order; films and pages stay."""
        return Doings(self.films, self.pages, *(column[which] for column in self._columns()))

    def after(self, more: "Doings", most: int) -> "Doings":
        """These and more, the latest `most` of them; what is there already is not taken again."""
        more = more.take(np.flatnonzero(~np.isin(more.seq, self.seq)))
        films, own, new = _joined(self.films, more.films)
        pages, on, on_new = _joined(self.pages, more.pages)
        columns = dict(
            zip(_COLUMNS, zip(self._columns(), more._columns(), strict=True), strict=True)
        )
        columns["film"] = own[self.film], new[more.film]
        columns["page"] = on[self.page], on_new[more.page]
        both = Doings(films, pages, *(np.concatenate(parts) for parts in columns.values()))
        return both.take(np.lexsort((both.seq, both.timestamp))[-most:])

    def standing(self) -> "Doings":
        """Without those that were taken back, and what took them back."""
        retract = self.retracts != b""
        if not retract.any():
            return self
        return self.take(np.flatnonzero(~retract & ~np.isin(self.event_id, self.retracts)))

    def of_kinds(self, kinds: Iterable[str]) -> np.ndarray:
        """Which are of these kinds, (events,) bool."""
        wanted = np.zeros(len(KINDS), bool)
        wanted[[KIND[kind] for kind in kinds]] = True
        return np.asarray(wanted[self.kind])

    def _columns(self) -> tuple[np.ndarray, ...]:
        return tuple(getattr(self, name) for name in _COLUMNS)


_COLUMNS = Doings.__slots__[2:]


def _coded(texts: Sequence[str | None]) -> tuple[list[str], np.ndarray]:
    """The distinct texts in order, and the place of each, -1 for none."""
    # Interned, since thousands of viewers name the same films.
    distinct = sorted({intern(text) for text in texts if text is not None})
    place: dict[str | None, int] = {text: k for k, text in enumerate(distinct)}
    place[None] = -1
    return distinct, np.array([place[text] for text in texts], np.int32)


def _joined(one: Sequence[str], other: Sequence[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The distinct texts of both in order, and where those of each went; -1 stays -1."""
    distinct, places = _coded([*one, *other, None])
    return distinct, np.append(places[: len(one)], -1), places[len(one) :]

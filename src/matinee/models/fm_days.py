"""A viewer's days: ratings grouped by them, and which day a moment belongs to."""

from typing import NamedTuple

import numpy as np

from matinee.dataset import NO_TIME, Histories
from matinee.kernels.drawn_ratings import Days
from matinee.kernels.drawn_viewers import Asked

_DAY = 86_400
_WIDTH = 2**48  # more than there are days: seconds since 1970 have 63 bits, days 47
_NO_DAY = 2**47 - 1


def day_keys(rows: np.ndarray, times: np.ndarray) -> np.ndarray:
    """One whole number a (row, UTC day), in the order of both; without a time the row's last."""
    days = np.where(times == NO_TIME, _NO_DAY, times // _DAY)
    return np.asarray(rows.astype(np.int64) * _WIDTH + days)


def timed(keys: np.ndarray) -> np.ndarray:
    """Whether the key is that of a day."""
    return np.asarray(keys % _WIDTH != _NO_DAY)


class ByDay(NamedTuple):
    """The rated entries of histories, by viewer and day."""

    asked: Asked
    places: np.ndarray  # (entries,) of the histories
    keys: np.ndarray  # (cells,) ascending


def by_day(own: Histories, scale: np.ndarray, with_days: bool) -> ByDay:
    """The ratings in units, in cells of a day; without days a viewer's are one cell."""
    rated = np.flatnonzero(~np.isnan(own.rating))
    times = own.time[rated] if with_days else np.full(len(rated), NO_TIME)
    keys = day_keys(own.entry_rows[rated], times)
    order = np.argsort(keys, kind="stable")
    places = rated[order]
    cell_keys, starts = np.unique(keys[order], return_index=True)
    cells_of_rows = np.bincount(own.entry_rows[places[starts]], minlength=own.rows)
    asked = Asked(
        np.concatenate([[0], np.cumsum(cells_of_rows)]),
        np.append(starts, len(places)),
        timed(cell_keys),
        own.numbers[places],
        (own.rating[places].astype(np.float64) - scale[0]) / scale[1],
    )
    return ByDay(asked, places, cell_keys)


def known_days(
    found: ByDay, films: np.ndarray, variance: np.ndarray, keys: np.ndarray
) -> tuple[np.ndarray, Days]:
    """Where each of `keys` is among the days returned with it, -1 for a day without ratings.

    The days' sums over their ratings; `films` (films, S, draws) are the drawn vectors.
    """
    asked = found.asked
    at = np.minimum(np.searchsorted(found.keys, keys), max(0, len(found.keys) - 1))
    known = timed(keys)
    if len(found.keys):
        known &= found.keys[at] == keys
    else:
        known[:] = False
    cells = np.full(len(keys), -1)
    used, cells[known] = np.unique(at[known], return_inverse=True)
    starts, stops = asked.cell_entries[used], asked.cell_entries[used + 1]
    counts = stops - starts
    sums = np.zeros((len(used), *films.shape[1:]))
    targets = np.zeros((len(used), films.shape[2]))
    for cell, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        rated = films[asked.numbers[start:stop]].astype(np.float64)
        targets[cell] = (asked.values[start:stop, None] - rated[:, 0]).sum(axis=0)
        rated[:, 0] = 1
        sums[cell] = rated.sum(axis=0)
    return cells, Days(sums, targets, counts, variance)

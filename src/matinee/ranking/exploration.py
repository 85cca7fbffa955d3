"""Places given to films drawn at random, with known probabilities and the same all day."""

import numpy as np
import polars as pl

from matinee.dataset import NO_TIME, Histories

_DAY = 86_400
_STEP = np.uint64(0x9E3779B97F4A7C15)  # SplitMix64: Steele, Lea and Flood 2014
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_PRIME = np.uint64(0x100000001B3)  # FNV-1a


def draw(
    weights: np.ndarray, numbers: np.ndarray, keys: np.ndarray, slots: int
) -> tuple[np.ndarray, np.ndarray]:
    """Columns of `slots` films drawn from each row without replacement, and their propensities.

    Both (rows, slots): -1 and 0 where a row has too few. A film is drawn first with probability
    weight / Σ weights, the next from what is left, and so on: the propensity of a place is the
    probability that it holds its film, given the places drawn before it. `weights` (rows, m) are
    0 for what is not to be drawn; `numbers` (rows, m) are the films. By the Gumbel trick (Vieira
    2014): a film's own noise is a function of its row's key alone, so that the draw stays as it
    is while the others come and go.
    """
    rows, m = weights.shape
    with np.errstate(divide="ignore"):
        noisy = np.log(weights) - np.log(-np.log(uniform(keys, numbers)))
    k = min(slots, m)
    columns = np.full((rows, slots), -1, np.int64)
    columns[:, :k] = np.argsort(-noisy, axis=1, kind="stable")[:, :k]
    drawn = np.take_along_axis(weights, np.maximum(columns, 0), axis=1)
    drawn[columns < 0] = 0.0
    columns[drawn == 0] = -1
    # What is left before each draw; summed from the undrawn so that it never cancels to nothing.
    taken = np.zeros(weights.shape, bool)
    at, slot = np.nonzero(drawn > 0)
    taken[at, columns[at, slot]] = True
    rest = np.where(taken, 0.0, weights).sum(axis=1, keepdims=True)
    left = rest + np.cumsum(drawn[:, ::-1], axis=1)[:, ::-1]
    propensity = np.divide(drawn, left, out=np.zeros_like(drawn), where=drawn > 0)
    return columns, propensity


def uniform(keys: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """A number in (0, 1) for each (row, film), from the row's key and the film's number alone."""
    with np.errstate(over="ignore"):
        mixed = _mixed(keys[:, None] + _STEP * (numbers.astype(np.uint64) + np.uint64(1)))
    return np.asarray(((mixed >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)


def day_keys(histories: Histories, seed: int) -> np.ndarray:
    """A key for each row, (rows,) uint64: of the seed, the viewer and the day of `as_of` (UTC).

    The viewer is the user id; rows without ids are told apart by what is in their histories.
    """
    days = np.where(histories.as_of == NO_TIME, 0, histories.as_of // _DAY)
    if histories.user_ids is not None:
        viewers = _of_texts(histories.user_ids)
    else:
        viewers = np.zeros(histories.rows, np.uint64)
        with np.errstate(over="ignore"):
            seen = _mixed(_STEP * (histories.numbers.astype(np.uint64) + np.uint64(1)))
            np.add.at(viewers, histories.entry_rows, seen)
    with np.errstate(over="ignore"):
        return _mixed(
            _mixed(viewers + _STEP * np.uint64((seed + 1) % 2**64)) + _STEP * days.astype(np.uint64)
        )


def _of_texts(texts: pl.Series) -> np.ndarray:
    """FNV-1a of the characters of each text, (rows,) uint64: the same on every machine."""
    letters = np.asarray(texts.to_list(), dtype=np.str_)
    width = letters.dtype.itemsize // 4
    points = letters.view(np.uint32).reshape(len(letters), width).astype(np.uint64)
    hashed = np.full(len(letters), 0xCBF29CE484222325, np.uint64)
    with np.errstate(over="ignore"):
        for column in points.T:  # over the letters of an id, not over viewers
            hashed = np.where(column > 0, (hashed ^ column) * _PRIME, hashed)
    return hashed


def _mixed(values: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64: every bit of the result depends on every bit of the value."""
    values = (values ^ (values >> np.uint64(30))) * _FIRST
    values = (values ^ (values >> np.uint64(27))) * _SECOND
    return np.asarray(values ^ (values >> np.uint64(31)))

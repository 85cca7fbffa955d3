"""What a viewer is like, from the history alone: how much, how lately, how new, how popular."""

from collections.abc import Mapping

import numpy as np

from matinee.dataset import NO_TIME, Histories

DAY = 86_400
YEAR = 365.25
RECENT = (7, 30)  # days
_NEW = 1.2  # years since release, of what counts as a new film when it was watched


def viewer_habits(histories: Histories, films: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Name → (rows,) float32; NaN where the history does not tell.

    `films` are `film_moments` of the same vocabulary.
    """
    rows, count = histories.entry_rows, histories.rows
    lengths = histories.lengths
    liked = histories.strength > 0
    found = {
        "films watched": np.log1p(lengths),
        "share liked": _mean(rows, liked.astype(np.float64), count),
        "mean rating given": _mean(rows, histories.rating, count),
        "viewers of films watched": _mean(rows, films["viewers"][histories.numbers], count),
    }
    if "age of film" in films:  # not as the history has it: a ranker asks for every feature
        timed = histories.time != NO_TIME
        days = np.where(timed, (histories.as_of[rows] - histories.time) / DAY, np.nan)
        found |= _in_time(histories, days)
        age_then = films["age of film"][histories.numbers] - days / YEAR
        found["age of films when watched"] = _mean(rows, np.clip(age_then, -1, 60), count)
        new = np.where(np.isnan(age_then), np.nan, age_then < _NEW)
        found["share of new films"] = _mean(rows, new, count)
    return {name: values.astype(np.float32) for name, values in found.items()}


def _in_time(histories: Histories, days: np.ndarray) -> dict[str, np.ndarray]:
    rows, count = histories.entry_rows, histories.rows
    last, first = np.full(count, np.nan), np.full(count, np.nan)
    np.fmin.at(last, rows, days)
    np.fmax.at(first, rows, days)
    found = {
        "days since last watched": np.log1p(last),
        "days since first watched": np.log1p(first),
        "days between films": np.log1p(first / np.maximum(histories.lengths, 1)),
    }
    for d in RECENT:
        found[f"films watched in {d} days"] = np.log1p(np.bincount(rows, days < d, count))
    return found


def _mean(rows: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """The mean of each row's values that are not NaN, NaN where there is none."""
    there = ~np.isnan(values)
    total = np.bincount(rows[there], values[there], minlength=count)
    number = np.bincount(rows[there], minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / number)

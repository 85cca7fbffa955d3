"""What a film looks like at a moment: who liked it until then, how lately, how well."""

from datetime import UTC, datetime

import numpy as np
import polars as pl

from matinee.dataset import Dataset

DAY = 86_400
WINDOWS = (1, 3, 7, 14, 30, 90)  # days
FADING = (2, 10)  # time constants, days
_STEADY = 10.0  # ratings of the mean that a film's own are drawn to


def film_moments(data: Dataset) -> dict[str, np.ndarray]:
    """Name → (items,) float32, of what `data` knew at its `as_of`; NaN where it says nothing.

    Counts enter as ln(1 + n): it is their ratio that matters. Without times the features of time
    are missing. Nothing is read that a catalogue learns only later, such as revenue or votes.
    """
    histories, items = data.histories, len(data.items)
    numbers, liked = histories.numbers, histories.strength > 0
    takers = np.bincount(numbers, minlength=items)
    found = {
        "viewers": np.log1p(takers),
        "likes": np.log1p(np.bincount(numbers[liked], minlength=items)),
    }
    found |= _ratings(data, takers)
    lengths = histories.lengths[histories.entry_rows]
    activity = np.bincount(numbers, np.log1p(lengths), minlength=items)
    found["activity of its viewers"] = _divided(activity, takers)
    if data.has_times:
        found |= _lately(data, liked)
        found["age of film"] = _ages(data)
    return {name: values.astype(np.float32) for name, values in found.items()}


def _ratings(data: Dataset, takers: np.ndarray) -> dict[str, np.ndarray]:
    histories = data.histories
    rated = ~np.isnan(histories.rating)
    if not rated.any():
        return {}
    numbers, rating = histories.numbers[rated], histories.rating[rated].astype(np.float64)
    mean, count = rating.mean(), np.bincount(numbers, minlength=len(takers))
    off = np.bincount(numbers, rating - mean, minlength=len(takers))
    squares = np.bincount(numbers, (rating - mean) ** 2, minlength=len(takers))
    return {
        "mean rating": mean + off / (count + _STEADY),
        "spread of ratings": np.sqrt((squares + _STEADY * rating.var()) / (count + _STEADY)),
    }


def _lately(data: Dataset, liked: np.ndarray) -> dict[str, np.ndarray]:
    histories, items = data.histories, len(data.items)
    days = (data.as_of - histories.time) / DAY
    numbers, age = histories.numbers[liked], days[liked]
    found = {
        f"likes of {d} days": np.log1p(np.bincount(numbers[age < d], minlength=items))
        for d in WINDOWS
    }
    for d in FADING:
        faded = np.bincount(numbers, np.exp(-age / d), minlength=items)
        found[f"likes fading in {d} days"] = np.log1p(faded)
    found["rise in a week"] = found["likes of 7 days"] - found["likes of 30 days"]
    found["rise in days"] = found["likes of 3 days"] - found["likes of 14 days"]
    first, last = np.full(items, np.nan), np.full(items, np.nan)
    np.fmax.at(first, histories.numbers, days)
    np.fmin.at(last, histories.numbers, days)
    found["days since first view"] = np.log1p(first)
    found["days since last view"] = np.log1p(last)
    return found


def _ages(data: Dataset) -> np.ndarray:
    """Years since the film's release (its year, where no day is known), (items,)."""
    now = datetime.fromtimestamp(data.as_of, UTC)
    year = data.movies["year"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    fraction = np.full(len(year), 0.5)
    if "release_date" in data.movies.columns:
        day = data.movies["release_date"].cast(pl.Date, strict=False).dt.ordinal_day()
        fraction = np.where(day.is_null(), 0.5, day.fill_null(0).to_numpy() / 366)
    return np.asarray(now.year + now.timetuple().tm_yday / 366 - (year + fraction))


def _divided(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / count)

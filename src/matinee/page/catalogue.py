"""What is true of films whoever looks: views, likes, what is liked lately, what is new."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import polars as pl

from matinee.dataset import NO_TIME, Dataset
from matinee.models.trending import Trending
from matinee.page.facets import mean_ratings

DAY = 86_400
_WINDOWS = (7, 14, 30, 90, 365)  # days that "lately" may mean
_LIKED = 3  # viewers who liked a film lately that is trending
_ENOUGH = 10  # films for a window to be taken
_NEW_YEARS = 2  # a film of this year or the last is new
_FIRST_SEEN = 90  # days for which a film counts as having just arrived
_POPULAR = 0.8  # share of all views that the popular films have together
_ATTESTED, _VOTED = 3, 10  # likes or votes of a film that is known well enough for any row
_GEM_LIKES, _GEM_SHARE = 3, 0.6  # likes of a hidden gem, and their share of its ratings
_GEM_QUANTILE = 0.8  # of the mean vote, of data without viewers


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """What was liked in the last `days` days, most first; empty where too little was."""

    days: int
    likers: np.ndarray  # (films,) viewers who liked it in that time
    films: np.ndarray  # numbers of those with at least three, by `Trending(days)`

    @classmethod
    def of(cls, data: Dataset, as_of: int) -> "Trend":
        """Of the shortest of 7, 14, 30, 90 and 365 days in which ten films were liked by three."""
        histories, items = data.histories, len(data.items)
        likers = np.zeros(items, np.int64)
        if not data.has_times:
            return cls(0, likers, np.zeros(0, np.int64))
        age = (as_of - histories.time) / DAY
        likes = (histories.strength > 0) & (age >= 0)
        for days in _WINDOWS:
            likers = np.bincount(histories.numbers[likes & (age <= days)], minlength=items)
            if int((likers >= _LIKED).sum()) >= _ENOUGH:
                trend = Trending(days).fit(data, np.random.default_rng(0)).trend
                films = np.flatnonzero(likers >= _LIKED)
                return cls(days, likers, films[np.argsort(-trend[films], kind="stable")])
        return cls(0, likers, np.zeros(0, np.int64))

    def statement(self, film: int) -> str:
        """Who liked it, and since when."""
        return f"liked by {self.likers[film]:,} viewers in the last {self.days} days"


@dataclass(frozen=True, slots=True, eq=False)
class New:
    """The newest films of the catalogue."""

    films: np.ndarray  # ascending numbers
    released: list[str]  # of each film of the catalogue: "released 14 June 2013", or ""
    first_seen: np.ndarray  # (films,) UTC seconds, NO_TIME = not seen or not known
    as_of: int
    current: bool  # False: the catalogue ends long before the viewer looks

    @classmethod
    def of(cls, data: Dataset, as_of: int) -> "New":
        """Films of this year and the last; of a catalogue that ends before, of its last two."""
        years = data.movies["year"].cast(pl.Int64).fill_null(0).to_numpy()
        dates = data.movies["release_date"].to_list()
        now = int(years.max(initial=0))
        today = None
        if as_of != NO_TIME:
            today = datetime.fromtimestamp(as_of, UTC).date()
            now = min(now, today.year)
        out = np.array([day is None or today is None or day <= today for day in dates], bool)
        films = np.flatnonzero((years > max(now - _NEW_YEARS, 0)) & (years <= now) & out)
        released = [_released(day, year) for day, year in zip(dates, years.tolist(), strict=True)]
        current = today is None or now > today.year - _NEW_YEARS
        return cls(films, released, _first_seen(data), as_of, current)

    def statement(self, film: int) -> str:
        """When it came out, and since when it is seen here if that is not long."""
        text, first = self.released[film], int(self.first_seen[film])
        if first != NO_TIME and 0 <= (days := (self.as_of - first) // DAY) <= _FIRST_SEEN:
            text += f", first seen here {days} days ago" if days > 1 else ", first seen here now"
        return text


@dataclass(frozen=True, slots=True, eq=False)
class Gems:
    """Films that few have seen and most of those liked."""

    films: np.ndarray  # (films,) bool
    views: np.ndarray  # (films,) of viewers, or the votes of the catalogue where it has none
    likes: np.ndarray  # (films,) of viewers
    means: np.ndarray  # (films,) mean vote where there are no viewers

    @classmethod
    def of(cls, data: Dataset) -> "Gems":
        """Outside the films that have four fifths of all views, and liked by three in five."""
        histories, items = data.histories, len(data.items)
        views = np.bincount(histories.numbers, minlength=items)
        likes = np.bincount(histories.numbers[histories.strength > 0], minlength=items)
        means = np.zeros(items)
        if views.any():
            good = (likes >= _GEM_LIKES) & (likes >= _GEM_SHARE * views)
        else:
            means, votes, _ = mean_ratings(data)
            views, voted = votes.astype(np.int64), votes > 0
            least = np.quantile(means[voted], _GEM_QUANTILE) if voted.any() else np.inf
            good = voted & (means >= least)
        order = np.argsort(-views, kind="stable")
        before = np.cumsum(views[order]) - views[order]
        rare = np.zeros(items, bool)
        rare[order[before >= _POPULAR * views.sum()]] = True
        return cls(good & rare, views, likes, means)

    def statement(self, film: int) -> str:
        """How few, and how pleased."""
        if self.likes.any():
            return f"seen by {self.views[film]:,} viewers, {self.likes[film]:,} of them liked it"
        return f"mean vote {self.means[film]:.1f} of only {self.views[film]:,}"


def attested(data: Dataset, likes: np.ndarray) -> np.ndarray:
    """Films that three viewers liked, or ten voters of the catalogue rated, (films,) bool.

    Of data that has neither likes nor votes, all: rows are not to be made of films that a model
    guesses at, where there are others.
    """
    votes = data.movies["vote_count"].cast(pl.Int64).fill_null(0).to_numpy()
    known = (likes >= _ATTESTED) | (votes >= _VOTED)
    return known if known.any() else np.ones(len(known), bool)


def day_text(seconds: int) -> str:
    """A day in words: 3 May 2012."""
    day = datetime.fromtimestamp(seconds, UTC)
    return f"{day.day} {day:%B %Y}"


def _released(day: date | None, year: int) -> str:
    if day is not None:
        return f"released {day.day} {day:%B %Y}"
    return f"released in {year}" if year else ""


def _first_seen(data: Dataset) -> np.ndarray:
    latest = int(np.iinfo(np.int64).max)
    first = np.full(len(data.items), latest, np.int64)
    if data.has_times:
        np.minimum.at(first, data.histories.numbers, data.histories.time)
    return np.where(first == latest, NO_TIME, first)

"""What viewers do says what they think: the one function from events to strengths.

`interactions` gives what stands at a moment, `statements` how it came to stand. What a viewer
*says* of a film (a rating, like, dislike, not interested) beats what the viewer *does*; of several
sayings the latest stands. Without a saying the strength is a sum, cut to [-1, 1]:

    watched(share) + rewatch · rewatches + pause · pauses + skip · (ended by a skip)
    + listed · (on the list) + opened · openings + stayed · minutes on the film's page
    + searched · searches + ignored · times it was shown and passed by

Each count is cut (`Signals`), so that no amount of browsing outweighs watching.
"""

from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from matinee.dataset.evidence import OF_OPINION, PAIR, evidence
from matinee.errors import InputError
from matinee.schema import INTERACTIONS, RatingScale

# The statements of a log: a film that only runs says nothing yet.
STATING = ("skip", "stop", "complete", *OF_OPINION, "seen_elsewhere")


@dataclass(frozen=True, slots=True)
class Signals:
    """What each thing that a viewer does adds to a strength.

    The defaults are judgements, not fits: a film watched whole is a like, one left at once nearly a
    dislike, and an evening of browsing less than either.
    """

    like: float = 1.0
    dislike: float = -1.0
    not_interested: float = -1.0
    whole: float = 0.9  # share of a film from which it was watched whole, which is worth 1
    neutral: float = 0.5  # share that says nothing; between the two it rises straight
    left: float = -0.4  # a film that was left at its beginning; rises straight to 0 at `neutral`
    rewatch: float = 0.2  # each time it was watched whole again, at most 3
    pause: float = -0.02  # each, at most 5
    skip: float = -0.3  # left for another film, on top of how much was watched
    listed: float = 0.3
    opened: float = 0.05  # each time its page was opened, at most 3
    stayed: float = 0.1  # each minute on its page, at most 1 an opening and 3 in all
    searched: float = 0.2  # each time it was found by searching, at most 2
    ignored: float = -0.02  # each page that showed it without anything following, at most 10
    patience_s: int = 3_600  # how long after being shown something may still follow

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not np.isfinite(value):
                raise InputError(f"signals: expected {field.name} as a number, got {value!r}")
        for name in ("like", "dislike", "not_interested"):
            if not -1 <= getattr(self, name) <= 1:
                raise InputError(
                    f"signals: expected {name} from -1 to 1, got {getattr(self, name)}"
                )
        if not 0 < self.neutral < self.whole <= 1:
            raise InputError(
                f"signals: expected 0 < neutral < whole <= 1, got {self.neutral} and {self.whole}"
            )
        if self.patience_s < 0:
            raise InputError(f"signals: expected patience_s from 0, got {self.patience_s}")


def interactions(
    events: pl.DataFrame,
    scale: RatingScale,
    weights: Signals = Signals(),
    *,
    runtimes: pl.DataFrame | None = None,
    as_of: int | None = None,
) -> pl.DataFrame:
    """INTERACTIONS: what each viewer thinks of each film, by user_id and item_id.

    `events` are EVENTS in any order; repeats (of an event_id) count once, and what was retracted
    does not count. `runtimes` has item_id and runtime (minutes): without it, of a film that was
    stopped nobody knows how much was watched, and that adds nothing. Nothing later than `as_of`
    (by default the latest event) is known. `timestamp` is that of the pair's last evidence.
    """
    table = evidence(events, scale, weights.patience_s, runtimes, as_of)
    table = table.group_by(PAIR, maintain_order=True).last()
    return _with_strength(table, weights).select(list(INTERACTIONS))


def statements(
    events: pl.DataFrame,
    scale: RatingScale,
    weights: Signals = Signals(),
    *,
    runtimes: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """INTERACTIONS: what stood of a pair when a film ended or something was said of it, by time.

    A pair has a row for each such moment. `rating` is the rating of that event alone. Events that
    are retracted later are not there, as if they had never been.
    """
    table = evidence(events, scale, weights.patience_s, runtimes, None)
    rates = pl.col("kind") == "rate"
    says = pl.col("kind").is_in(STATING) & ~(rates & pl.col("value").is_null())
    table = table.filter(says).sort("timestamp", maintain_order=True)
    table = table.with_columns(rating=pl.when(rates).then("rating"))
    return _with_strength(table, weights).select(list(INTERACTIONS))


def _with_strength(table: pl.DataFrame, weights: Signals) -> pl.DataFrame:
    share, last = pl.col("share"), pl.col("last")
    above = (share - weights.neutral) / (weights.whole - weights.neutral)
    below = weights.left * (1 - share / weights.neutral)
    # A film that runs, or is paused, has not been left.
    ended = last.is_in(["skip", "stop"]).fill_null(False)
    watched = (
        pl.when(share >= weights.neutral).then(above.clip(0, 1)).when(ended).then(below)
    ).fill_null(0.0)
    done = (
        watched
        + weights.rewatch * (pl.col("wholes") - 1).clip(0, 3)
        + weights.pause * pl.col("pauses").clip(0, 5)
        + weights.skip * (last == "skip").fill_null(False).cast(pl.Float64)
        + weights.listed * pl.col("listed")
        + weights.opened * pl.col("openings").clip(0, 3)
        + weights.stayed * pl.col("minutes").clip(0, 3)
        + weights.searched * pl.col("searches").clip(0, 2)
        + weights.ignored * pl.col("ignored").clip(0, 10)
    )
    opinions = {name: getattr(weights, name) for name in ("like", "dislike", "not_interested")}
    said = pl.col("opinion").replace_strict(opinions, default=None, return_dtype=pl.Float64)
    by_stars = pl.when(pl.col("opinion") == "rate").then("stars")
    strength = pl.coalesce(by_stars, said, done.clip(-1, 1)).cast(pl.Float32)
    return table.with_columns(strength=strength)

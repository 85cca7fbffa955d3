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

from matinee.dataset.strength import strength_of_ratings
from matinee.errors import InputError
from matinee.schema import EVENTS, INTERACTIONS, KINDS, RatingScale

# Lists leave a film out once a viewer did one of these: it is known, or not wanted.
_OF_WATCHING = ("play", "pause", "resume", "skip", "stop", "complete")
_OF_OPINION = ("rate", "like", "dislike", "not_interested")
LEAVING_OUT = (*_OF_WATCHING, *_OF_OPINION, "seen_elsewhere")
# The statements of a log: a film that only runs says nothing yet.
STATING = ("skip", "stop", "complete", *_OF_OPINION, "seen_elsewhere")
_IGNORED = "ignored"  # an impression that nothing followed
_PAIR = ("user_id", "item_id")
_LONGEST_STAY_S = 60.0


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
    weights: Signals = Signals(),  # noqa: B008  frozen
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
    table = _evidence(events, scale, weights, runtimes, as_of)
    table = table.group_by(_PAIR, maintain_order=True).last()
    return _with_strength(table, weights).select(list(INTERACTIONS))


def statements(
    events: pl.DataFrame,
    scale: RatingScale,
    weights: Signals = Signals(),  # noqa: B008  frozen
    *,
    runtimes: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """INTERACTIONS: what stood of a pair when a film ended or something was said of it, by time.

    A pair has a row for each such moment. `rating` is the rating of that event alone. Events that
    are retracted later are not there, as if they had never been.
    """
    table = _evidence(events, scale, weights, runtimes, None)
    table = table.filter(pl.col("kind").is_in(STATING)).sort("timestamp", maintain_order=True)
    table = table.with_columns(rating=pl.when(pl.col("kind") == "rate").then("rating"))
    return _with_strength(table, weights).select(list(INTERACTIONS))


def _evidence(
    events: pl.DataFrame,
    scale: RatingScale,
    weights: Signals,
    runtimes: pl.DataFrame | None,
    as_of: int | None,
) -> pl.DataFrame:
    """Of each event of a pair, in order, the counts and states of the pair up to it."""
    table = _standing(events, as_of)
    as_of = table["timestamp"].max() if as_of is None else as_of  # type: ignore[assignment]
    table = table.with_columns(_seconds_stayed())
    table = table.drop_nulls("item_id")
    impressions = table.filter(pl.col("kind") == "impression")
    others = table.filter(pl.col("kind") != "impression")
    ignored = _ignored(impressions, others, weights.patience_s, as_of or 0)
    # An impression that nothing followed is known as such at the end of the patience.
    table = pl.concat([others, ignored]).sort(*_ORDER, maintain_order=True)
    return _accumulated(_with_shares(table, runtimes), scale, weights)


_ORDER = ("user_id", "item_id", "timestamp", "order", "event_id")


def _standing(events: pl.DataFrame, as_of: int | None) -> pl.DataFrame:
    """Events known at `as_of`, each once, without those retracted, by viewer and time."""
    missing = {name: pl.lit(None, EVENTS[name]).alias(name) for name in EVENTS}
    table = events.with_columns(*(missing[name] for name in missing if name not in events.columns))
    table = table.select(pl.col(name).cast(dtype) for name, dtype in EVENTS.items())
    if as_of is not None:
        table = table.filter(pl.col("timestamp") <= as_of)
    order = pl.col("kind").replace_strict(
        {kind: number for number, kind in enumerate(KINDS)}, default=None, return_dtype=pl.Int8
    )
    table = table.with_columns(order=order).drop_nulls("order")
    rest = [name for name in EVENTS if name not in (*_ORDER, "kind")]
    table = table.sort("user_id", "timestamp", "order", "item_id", "event_id", *rest)
    named = table.filter(pl.col("event_id").is_not_null())
    # A file without event ids: equal rows are one event.
    nameless = table.filter(pl.col("event_id").is_null()).unique(maintain_order=True)
    named = named.unique("event_id", keep="first", maintain_order=True)
    taken_back = named.select("user_id", event_id="retracts").drop_nulls()
    named = named.join(taken_back, on=["user_id", "event_id"], how="anti", maintain_order="left")
    both = pl.concat([named, nameless]).filter(pl.col("kind") != "retract")
    return both.sort("user_id", "timestamp", "order", "item_id", "event_id", *rest)


def _seconds_stayed() -> pl.Expr:
    """On an opened page: as the sender says in `value`, or until the viewer's next event."""
    until_next = pl.col("timestamp").shift(-1).over("user_id") - pl.col("timestamp")
    seconds = pl.coalesce("value", until_next, 0.0).clip(0, _LONGEST_STAY_S)
    return pl.when(pl.col("kind") == "open").then(seconds).otherwise(0.0).alias("seconds")


def _ignored(
    impressions: pl.DataFrame, others: pl.DataFrame, patience_s: int, as_of: int
) -> pl.DataFrame:
    """Pages that showed a film to a viewer who did nothing with it until the patience's end."""
    page = pl.coalesce("page_id", "event_id", pl.col("timestamp").cast(pl.String))
    shown = impressions.with_columns(page=page)
    shown = shown.unique([*_PAIR, "page"], keep="first", maintain_order=True).drop("page")
    done = others.select(*_PAIR, "timestamp", followed="timestamp").sort("timestamp")
    shown = shown.sort("timestamp", maintain_order=True).join_asof(
        done, on="timestamp", by=list(_PAIR), strategy="forward", check_sortedness=False
    )
    end = pl.col("timestamp") + patience_s
    passed_by = pl.col("followed").is_null() | (pl.col("followed") > end)
    return (
        shown.filter(passed_by & (end <= as_of))
        .with_columns(timestamp=end, kind=pl.lit(_IGNORED))
        .select(others.columns)
    )


def _with_shares(table: pl.DataFrame, runtimes: pl.DataFrame | None) -> pl.DataFrame:
    """How much of the film lies before the event's position; 1 where it is complete."""
    share = pl.lit(None, pl.Float64)
    if runtimes is not None:
        known = runtimes.select(pl.col("item_id").cast(pl.String), "runtime")
        known = known.filter(pl.col("runtime") > 0)
        table = table.join(known, on="item_id", how="left", maintain_order="left")
        share = (pl.col("position_s") / (60 * pl.col("runtime"))).clip(0, 1)
    watching = pl.col("kind").is_in(_OF_WATCHING)
    complete = pl.col("kind") == "complete"
    return table.with_columns(share=pl.when(complete).then(1.0).when(watching).then(share))


def _accumulated(table: pl.DataFrame, scale: RatingScale, weights: Signals) -> pl.DataFrame:
    kind, pair = pl.col("kind"), _PAIR

    def count(name: str) -> pl.Expr:
        return (kind == name).cast(pl.Int64).cum_sum().over(pair)

    stars = table.select(pl.when(kind == "rate").then("value").cast(pl.Float32)).to_series()
    says = pl.Series(strength_of_ratings(stars.fill_null(float("nan")).to_numpy(), scale))
    opinion = (
        pl.when(stars.is_not_null())
        .then(says)
        .when(kind.is_in(["like", "dislike", "not_interested"]))
        .then(
            kind.replace_strict(
                {name: getattr(weights, name) for name in ("like", "dislike", "not_interested")},
                default=None,
                return_dtype=pl.Float64,
            )
        )
    )
    listed = pl.when(kind == "add_to_list").then(1).when(kind == "remove_from_list").then(0)
    running = ("play", "resume", "skip", "stop", "complete")
    return table.with_columns(
        rating=stars.alias("rating"),
    ).with_columns(
        rating=pl.col("rating").forward_fill().over(pair),
        opinion=opinion.forward_fill().over(pair),
        share=pl.col("share").cum_max().forward_fill().over(pair),
        last=pl.when(kind.is_in(running)).then(kind).forward_fill().over(pair),
        wholes=count("complete"),
        pauses=count("pause"),
        listed=listed.forward_fill().fill_null(0).over(pair),
        openings=count("open"),
        minutes=(pl.col("seconds") / 60).cum_sum().over(pair),
        searches=count("search"),
        ignored=count(_IGNORED),
        leave_out=kind.is_in(LEAVING_OUT).cum_max().over(pair),
    )


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
    strength = pl.coalesce("opinion", done.clip(-1, 1)).cast(pl.Float32)
    return table.with_columns(strength=strength)

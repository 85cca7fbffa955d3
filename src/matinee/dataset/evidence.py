"""What is known of each viewer and film, event by event: the counts that signals weigh."""

import polars as pl

from matinee.dataset.strength import strength_of_ratings
from matinee.schema import EVENTS, KINDS, RatingScale

# Lists leave a film out once a viewer did one of these: it is known, or not wanted.
OF_WATCHING = ("play", "pause", "resume", "skip", "stop", "complete")
OF_OPINION = ("rate", "like", "dislike", "not_interested")
LEAVING_OUT = (*OF_WATCHING, *OF_OPINION, "seen_elsewhere")
_IGNORED = "ignored"  # an impression that nothing followed
PAIR = ("user_id", "item_id")
LONGEST_STAY_S = 60.0
_ORDER = ("user_id", "item_id", "timestamp", "order", "event_id")


def evidence(
    events: pl.DataFrame,
    scale: RatingScale,
    patience_s: int,
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
    ignored = _ignored(impressions, others, patience_s, as_of or 0)
    # An impression that nothing followed is known as such at the end of the patience.
    table = pl.concat([others, ignored]).sort(*_ORDER, maintain_order=True)
    return _accumulated(_with_shares(table, runtimes), scale)


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
    seconds = pl.coalesce("value", until_next, 0.0).clip(0, LONGEST_STAY_S)
    return pl.when(pl.col("kind") == "open").then(seconds).otherwise(0.0).alias("seconds")


def _ignored(
    impressions: pl.DataFrame, others: pl.DataFrame, patience_s: int, as_of: int
) -> pl.DataFrame:
    """Pages that showed a film to a viewer who did nothing with it until the patience's end."""
    page = pl.coalesce("page_id", "event_id", pl.col("timestamp").cast(pl.String))
    shown = impressions.with_columns(page=page)
    shown = shown.unique([*PAIR, "page"], keep="first", maintain_order=True).drop("page")
    done = others.select(*PAIR, "timestamp", followed="timestamp").sort("timestamp")
    shown = shown.sort("timestamp", maintain_order=True).join_asof(
        done, on="timestamp", by=list(PAIR), strategy="forward", check_sortedness=False
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
    watching = pl.col("kind").is_in(OF_WATCHING)
    complete = pl.col("kind") == "complete"
    return table.with_columns(share=pl.when(complete).then(1.0).when(watching).then(share))


def _accumulated(table: pl.DataFrame, scale: RatingScale) -> pl.DataFrame:
    kind, pair = pl.col("kind"), PAIR

    def count(name: str) -> pl.Expr:
        return (kind == name).cast(pl.Int64).cum_sum().over(pair)

    said = pl.when(kind == "rate").then("value").cast(pl.Float32).fill_nan(None)
    table = table.with_columns(rating=said)
    stars = table["rating"].fill_null(float("nan")).to_numpy()
    table = table.with_columns(stars=pl.Series(strength_of_ratings(stars, scale)))
    rated = pl.col("rating").is_not_null()
    opinion = pl.when(rated | kind.is_in(["like", "dislike", "not_interested"])).then(kind)
    listed = pl.when(kind == "add_to_list").then(1).when(kind == "remove_from_list").then(0)
    running = ("play", "resume", "skip", "stop", "complete")
    return table.with_columns(
        rating=pl.col("rating").forward_fill().over(pair),
        stars=pl.when(rated).then("stars").forward_fill().over(pair),
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

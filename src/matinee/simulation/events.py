"""The event log of the simulated viewers, from what they did."""

import numpy as np
import polars as pl

from matinee.schema import Schema
from matinee.simulation.log import COMPLETE, ROWS, SKIP, SLOTS, STOP, Pages, Plays
from matinee.simulation.tables import item_id, user_id

KINDS = pl.Enum(
    ["impression", "search", "open", "play", "pause", "resume", "skip", "stop", "complete", "rate"]
)
ENDINGS = {SKIP: "skip", STOP: "stop", COMPLETE: "complete"}

EVENTS: Schema = {
    "event_id": pl.String(),
    "user_id": pl.String(),
    "item_id": pl.String(),
    "kind": pl.String(),
    "value": pl.Float32(),  # the stars of a rate; else null
    "position_s": pl.Int32(),  # where in the film; null where none runs
    "timestamp": pl.Int64(),  # UTC seconds
    "received_at": pl.Int64(),  # the simulated network takes no time
    "session_id": pl.String(),
    "page_id": pl.String(),
    "row": pl.Int8(),  # of the page, from 0; null for a film that was searched for
    "slot": pl.Int8(),
    "retracts": pl.String(),  # nothing is retracted
}

# The same in numbers, without what follows from the other columns: this is what ships.
NUMBERED: Schema = {
    "user": pl.UInt32(),
    "evening": pl.UInt16(),
    "timestamp": pl.Int64(),
    "kind": KINDS,
    "item": pl.UInt16(),
    "row": pl.Int8(),
    "slot": pl.Int8(),
    "position_s": pl.Int32(),
    "value": pl.Float32(),
}


def numbered_events(pages: Pages, plays: Plays) -> pl.DataFrame:
    """Every event as `NUMBERED`, by viewer and time; at one moment in the order of `KINDS`."""
    table = pl.concat([_of_pages(pages), *_of_plays(pages, plays)])
    return table.sort("user", "timestamp", "kind", "row", "slot", "position_s")


def named_events(numbered: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The same events as `EVENTS`, with the ids that the viewers' devices would have given.

    An event's id is a UUID of version 8: the viewer, the world's seed, the viewer's event number.
    """
    viewer = pl.col("user").cast(pl.String).str.zfill(8)
    count = pl.int_range(pl.len()).over("user").cast(pl.String).str.zfill(12)
    evening = (pl.col("evening") + 1).cast(pl.String).str.zfill(3)
    table = numbered.with_columns(
        event_id=pl.format("{}-0000-8000-8{}-{}", viewer, pl.lit(f"{seed % 1000:03d}"), count),
        evening_id=evening,
        user_id=user_id("user"),
        item_id=item_id("item"),
        kind=pl.col("kind").cast(pl.String),
        received_at="timestamp",
        retracts=pl.lit(None, pl.String),
    )
    return table.with_columns(
        session_id=pl.format("{}-s{}", "user_id", "evening_id"),
        page_id=pl.format("{}-p{}", "user_id", "evening_id"),
    ).select(list(EVENTS))


def _of_pages(pages: Pages) -> pl.DataFrame:
    """Impressions as the page appears; what was opened, two seconds a place later."""
    page, place = np.divmod(np.arange(pages.items.size), ROWS * SLOTS)
    item = pages.items.ravel()
    shown = _numbered(pages, page, pages.time[page], "impression", item, place)
    opened = np.flatnonzero(pages.opened.ravel())
    page, place = page[opened], place[opened]
    looked_at = pages.time[page] + 4 + 2 * place
    return pl.concat([shown, _numbered(pages, page, looked_at, "open", item[opened], place)])


def _of_plays(pages: Pages, plays: Plays) -> list[pl.DataFrame]:
    """Searches, plays, pauses, endings and ratings."""

    def events(
        rows: np.ndarray,
        time: np.ndarray,
        kind: str | pl.Series,
        position: np.ndarray | None = None,
        value: np.ndarray | None = None,
    ) -> pl.DataFrame:
        page, item, place = plays.page[rows], plays.item[rows], plays.place[rows]
        return _numbered(pages, page, time, kind, item, place, position=position, value=value)

    every = np.arange(len(plays.user))
    searched, rated = np.flatnonzero(plays.place < 0), np.flatnonzero(~np.isnan(plays.rating))
    endings = pl.Series(list(ENDINGS.values()))[plays.ended.astype(np.int64)]
    parts = [
        events(searched, plays.time[searched] - 20, "search"),
        events(every, plays.time, "play", np.zeros(len(every), np.int32)),
        events(every, plays.ended_at, endings, plays.watched),
        events(rated, plays.rated_at[rated], "rate", value=plays.rating[rated]),
    ]
    position, length = plays.pauses[:, :, 0], plays.pauses[:, :, 1]
    began = plays.time[:, None] + position + np.cumsum(length, axis=1) - length
    rows, pause = np.nonzero(length)
    at, stood = began[rows, pause], position[rows, pause]
    parts.append(events(rows, at, "pause", stood))
    parts.append(events(rows, at + length[rows, pause], "resume", stood))
    return parts


def _numbered(
    pages: Pages,
    page: np.ndarray,
    time: np.ndarray,
    kind: str | pl.Series,
    item: np.ndarray,
    place: np.ndarray,
    *,
    position: np.ndarray | None = None,
    value: np.ndarray | None = None,
) -> pl.DataFrame:
    table = pl.DataFrame(
        {
            "user": pages.user[page],
            "evening": pages.evening[page],
            "timestamp": time,
            "item": item,
            "place": place,
        }
    )
    on_page = pl.when(pl.col("place") >= 0)
    return table.with_columns(
        kind=pl.lit(kind) if isinstance(kind, str) else kind,
        row=on_page.then(pl.col("place") // SLOTS),
        slot=on_page.then(pl.col("place") % SLOTS),
        position_s=pl.lit(None) if position is None else pl.Series(position),
        value=pl.lit(None) if value is None else pl.Series(value),
    ).select(pl.col(name).cast(dtype) for name, dtype in NUMBERED.items())

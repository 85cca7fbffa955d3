"""Films that a viewer has begun and not finished, from the events of playing."""

import polars as pl

_ENDS = ("pause", "stop", "skip", "complete")
_LEAST, _MOST = 0.05, 0.9  # shares of a film: before it is hardly begun, after it is over
_DAYS = 60  # after which a film that was not gone on with is given up
_FILMS = 20


def begun(events: pl.DataFrame, user_id: str, movies: pl.DataFrame, as_of: int) -> dict[str, float]:
    """The share watched of each film that the viewer paused or stopped last, most recent first.

    `events` has user_id, item_id, kind, position_s and timestamp; of `movies` item_id and runtime,
    minutes. Films that were skipped or completed since, that stopped in the first twentieth or the
    last tenth, or more than 60 days before `as_of` are left out; so are those of unknown length.
    """
    last = (
        events.filter(
            (pl.col("user_id") == user_id)
            & pl.col("kind").is_in(_ENDS)
            & (pl.col("timestamp") <= as_of)
        )
        .sort("timestamp", maintain_order=True)
        .group_by("item_id", maintain_order=True)
        .last()
        .filter(pl.col("kind").is_in(["pause", "stop"]))
        .join(movies.select("item_id", "runtime"), on="item_id", maintain_order="left")
        .with_columns(share=pl.col("position_s") / (60 * pl.col("runtime")))
        .filter(pl.col("share").is_between(_LEAST, _MOST))
        .filter(pl.col("timestamp") >= as_of - 86_400 * _DAYS)
        .sort(["timestamp", "item_id"], descending=[True, False])
        .head(_FILMS)
    )
    return dict(last.select("item_id", "share").iter_rows())

"""Pictures of demand against supply."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt
import polars as pl

from matinee.exploration.picture import Picture, picture
from matinee.exploration.wording import percent

_MOST: Final = 16
_SIDES: Final = ("liked more than offered", "offered more than liked")
_SHARE: Final = alt.Axis(format="%")


def gap_picture(segment: Mapping[str, Any]) -> Picture | None:
    """The cells whose demand and supply lie farthest apart: a dot with its interval, and a tick."""
    if not segment["cells"]:
        return None
    cells = _told(segment["cells"])
    apart = cells.sort((pl.col("demand") - pl.col("supply")).abs(), descending=True).head(_MOST)
    apart = apart.sort(pl.col("demand") - pl.col("supply"), descending=True)
    base = alt.Chart(apart).encode(y=alt.Y("cell:N", title=None, sort=None), tooltip=_TOLD)
    span = base.mark_rule(strokeWidth=3, opacity=0.45).encode(
        x=alt.X("low:Q", title="Share", axis=_SHARE), x2="high:Q"
    )
    dot = base.mark_point(filled=True, size=70, opacity=1).encode(x="demand:Q")
    tick = base.mark_tick(style="accent", thickness=3, size=14).encode(x="supply:Q")
    chart = (span + dot + tick).properties(height=24 * apart.height)
    first = apart.row(0, named=True)
    sentence = (
        f"Of what {_whom(segment)} like, {percent(first['demand'])} is {first['cell']} (dot, with "
        f"its interval); of the films offered {percent(first['supply'])} are (tick)."
    )
    return picture("gaps", "Farthest apart", sentence, chart)


def map_picture(segment: Mapping[str, Any]) -> Picture | None:
    """Genres by decades: which side is ahead by colour, how far by strength."""
    if not segment["cells"]:
        return None
    cells = _told(segment["cells"])
    ahead = (pl.col("demand") / pl.col("supply").clip(1e-6)).log(2.0)
    cells = cells.with_columns(
        side=pl.when(ahead >= 0).then(pl.lit(_SIDES[0])).otherwise(pl.lit(_SIDES[1])),
        strength=ahead.abs().clip(0.0, 2.0),
    )
    more = int((cells["side"] == _SIDES[0]).sum())
    sentence = (
        f"Of {cells.height} genres in decades with enough viewers, {more} are liked more than they "
        f"are offered; full colour: four times or more."
    )
    chart = (
        alt.Chart(cells)
        .mark_rect(stroke=None)
        .encode(
            x=alt.X("decade:O", title=None, axis=alt.Axis(labelExpr="datum.label + 's'")),
            y=alt.Y("genre:N", title=None),
            color=alt.Color("side:N", title=None, scale=alt.Scale(domain=list(_SIDES))),
            opacity=alt.Opacity(
                "strength:Q", legend=None, scale=alt.Scale(domain=[0, 2], range=[0.06, 1])
            ),
            tooltip=_TOLD,
        )
        .properties(height=22 * cells["genre"].n_unique())
    )
    return picture("map", "Genres by decades", sentence, chart)


def sentence_of(segment: Mapping[str, Any]) -> str:
    """Where to buy for these viewers, in a plain sentence."""
    wanted: Sequence[Mapping[str, Any]] = segment["wanting"]
    if not wanted:
        return "Nothing is surely liked more than it is offered."
    named = "; ".join(
        f"{cell_name(one)} ({percent(one['demand'])} of the likes, {percent(one['supply'])} of the "
        f"films: {one['demand'] / max(one['supply'], 1e-6):.1f} times)"
        for one in wanted[:3]
    )
    return f"Buy {named}."


def cell_name(cell: Mapping[str, Any]) -> str:
    """A genre in a decade.

    >>> cell_name({"genre": "Horror", "decade": 1970})
    'Horror of the 1970s'
    """
    return f"{cell['genre']} of the {cell['decade']}s"


def _told(cells: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(cells).with_columns(
        cell=pl.format("{} of the {}s", "genre", "decade"),
        times=pl.col("demand") / pl.col("supply").clip(1e-6),
    )


def _whom(segment: Mapping[str, Any]) -> str:
    return "viewers" if segment["name"] == "Everybody" else "these viewers"


_TOLD: Final = [
    alt.Tooltip("cell:N", title="films"),
    alt.Tooltip("demand:Q", format=".1%", title="of the likes"),
    alt.Tooltip("low:Q", format=".1%", title="at least"),
    alt.Tooltip("high:Q", format=".1%", title="at most"),
    alt.Tooltip("supply:Q", format=".1%", title="of the films"),
    alt.Tooltip("times:Q", format=".2f", title="times"),
    alt.Tooltip("viewers:Q", format=",", title="viewers"),
]

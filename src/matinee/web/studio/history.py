"""The history of training: versions, how each compared with the one that ran, what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import polars as pl

from matinee.exploration.picture import Picture, picture
from matinee.store.index import CHECK
from matinee.store.served import Served as Kept
from matinee.web.studio.board import Span, span
from matinee.web.studio.words import moment

HISTORY: Final = "history"  # the name of its picture
_WORDS = {
    "live": "serves",
    "retired": "served before",
    "candidate": "never served",
    "refused": "refused",
}


@dataclass(frozen=True, slots=True)
class Check:
    """The paired comparison with the version that ran, and where it is drawn."""

    metric: str
    own: str
    running: str
    viewers: str
    span: Span
    zero: float  # of 100
    threshold: float  # of 100: the lower end must lie right of it
    passed: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the index."""

    artefact_id: str
    name: str
    kind: str
    state: str
    told: str  # the state in words
    made: str
    learnt: str
    against: str | None
    check: Check | None
    reason: str
    may_serve: bool
    forced: bool  # the check refused it: it may serve by force


def versions_of(found: Sequence[Kept]) -> list[Version]:
    """In the order given; intervals of all are on one scale."""
    checks = [each.metrics.get("check") or {} for each in found]
    ends = [abs(check[key]) for check in checks if _decided(check) for key in ("low", "high")]
    ends += [abs(check["threshold"]) for check in checks if _decided(check)]
    most = 1.1 * max(ends, default=1.0)
    return [_version(each, check, most) for each, check in zip(found, checks, strict=True)]


def history_picture(found: Sequence[Kept]) -> Picture | None:
    """The metric of each version, oldest first; None for fewer than two that were compared."""
    compared = [each for each in reversed(found) if _decided(each.metrics.get("check") or {})]
    rows = [
        {
            "made": f"{number} · {moment(each.made_at)[5:10]}",
            "value": each.metrics["check"]["candidate"],
            "state": _WORDS[each.state],
            "version": each.artefact_id,
        }
        for number, each in enumerate(compared, 1)
    ]
    if len(rows) < 2:
        return None
    first, last = rows[0]["value"], rows[-1]["value"]
    sentence = (
        f"On viewers that no version learns from NDCG@10 went from {first:.4f} to {last:.4f} over "
        f"{len(rows)} versions. Each was asked on the day it was made: whether a step is real is "
        "said by the intervals of the versions below."
    )
    base = alt.Chart(pl.DataFrame(rows)).encode(
        x=alt.X(
            "made:O",
            title="Version and day",
            sort=[row["made"] for row in rows],
            axis=alt.Axis(labelAngle=0, labelOverlap=True),
        ),
        y=alt.Y("value:Q", title="NDCG@10", scale=alt.Scale(zero=False)),
        tooltip=["version:N", alt.Tooltip("value:Q", format=".4f", title="NDCG@10"), "state:N"],
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        shape=alt.Shape("state:N", title=None)
    )
    chart = alt.LayerChart(layer=[base.mark_line(), points]).properties(height=240)
    return picture(HISTORY, "Accuracy over versions", sentence, chart)


def _version(found: Kept, check: Mapping[str, Any], most: float) -> Version:
    metrics = found.metrics
    refused = metrics.get("refused") or {}
    data = metrics.get("data") or {}
    learnt = [f"{data[key]:,} {word}" for key, word in _LEARNT if key in data]
    return Version(
        found.artefact_id,
        str(metrics.get("name") or found.artefact_id),
        str(metrics.get("kind") or "model"),
        found.state,
        _WORDS[found.state],
        moment(found.made_at),
        " · ".join(learnt),
        metrics.get("against"),
        _check(check, most) if _decided(check) else None,
        _reason(refused, check),
        found.state in ("candidate", "retired"),
        found.state == "refused" and refused.get("by") == CHECK,
    )


def _reason(refused: Mapping[str, Any], check: Mapping[str, Any]) -> str:
    """Why it may not serve or could not be compared; figures stand in the check already."""
    if refused.get("by") == CHECK and _decided(check):
        return f"refused: its interval reaches below {-check['threshold']:+.4f}"
    return str(refused.get("reason") or ("" if _decided(check) else check.get("reason") or ""))


_LEARNT = (("users", "viewers"), ("films", "films"), ("interactions", "interactions"))


def _decided(check: Mapping[str, Any]) -> bool:
    names = ("running", "candidate", "difference", "low", "high")
    return all(check.get(name) is not None for name in names)


def _check(check: Mapping[str, Any], most: float) -> Check:
    drawn = span({**check, "value": check["difference"]}, -most, most)
    told = Span(
        f"{check['difference']:+.4f}",
        f"{check['low']:+.4f} to {check['high']:+.4f}",
        drawn.at,
        drawn.start,
        drawn.end,
    )
    return Check(
        str(check.get("metric", "ndcg@10")).upper(),
        f"{check['candidate']:.4f}",
        f"{check['running']:.4f}",
        f"{check['viewers']:,}",
        told,
        50.0,
        round(50 * (1 - check["threshold"] / most), 2),
        bool(check["passed"]),
    )

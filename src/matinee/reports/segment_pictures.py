"""For whom lists are better, and which genres and directors stand higher for whom."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from matinee.errors import listed
from matinee.exploration.picture import Picture, picture
from matinee.reports.interval_charts import interval_chart, tiles

_ALL = "all viewers"


def quality_pictures(quality: Mapping[str, Any]) -> list[Picture]:
    """NDCG@10 of the policy beside other rankers, and by kind of viewer."""
    overall = pl.DataFrame(quality["overall"], infer_schema_length=None)
    own = quality["overall"][0]
    gap = quality["against_first_stage"][own["name"]]
    sentence = f"{own['name']} has {own['value']:.3f}."
    if gap["low"] is not None:
        sentence += (
            f" Against the first stage alone that is {gap['difference']:+.4f} "
            f"({gap['low']:+.4f} to {gap['high']:+.4f}, paired by viewer)."
        )
    ordered = overall.sort("value", descending=True)
    chart = interval_chart(ordered, "NDCG@10")
    found = [picture("quality", "Quality", sentence, chart)]
    rows = [
        {"name": f"{one['by']}: {one['segment']}", **one["value"]} for one in quality["segments"]
    ]
    if rows:
        sure = [
            f"{one['segment']} ({one['difference']['value']:+.3f})"
            for one in quality["segments"]
            if one["difference"]["low"] is not None
            and (one["difference"]["low"] > 0 or one["difference"]["high"] < 0)
        ]
        sentence = (
            f"Differs from all other viewers beyond chance: {listed(sure)}."
            if sure
            else "No kind of viewer differs from all others beyond chance."
        )
        frame = pl.DataFrame(rows, infer_schema_length=None)
        chart = interval_chart(frame, "NDCG@10")
        found.append(picture("segments", "Quality by kind of viewer", sentence, chart))
    return found


def effect_pictures(effects: list[dict[str, Any]], kind: str) -> list[Picture]:
    """Of genres, or of directors: for all viewers with intervals, and by kind of viewer."""
    rows = [one for one in effects if one["kind"] == kind]
    whole = [one for one in rows if one["segment"] == _ALL]
    if not whole:
        return []
    whole.sort(key=lambda one: -one["score"]["value"])
    frame = pl.DataFrame(
        [{"name": one["name"], **one["score"]} for one in whole], infer_schema_length=None
    )
    up = [one["name"] for one in whole if (one["score"]["low"] or 0) > 0]
    down = [one["name"] for one in whole if (one["score"]["high"] or 0) < 0][::-1]
    sentence = f"Higher than other candidates: {listed(up[:4]) or 'none for sure'}; "
    sentence += f"lower: {listed(down[:4]) or 'none for sure'}."
    title = "Standard deviations above the viewer's other candidates"
    chart = interval_chart(frame, title, "+.2f")
    found = [picture(f"{kind}-effects", f"{kind.capitalize()}s", sentence, chart)]
    names = [one["name"] for one in whole]
    segments = list(dict.fromkeys(one["segment"] for one in rows))
    cells = pl.DataFrame(
        [{"x": one["segment"], "y": one["name"], "value": one["score"]["value"]} for one in rows],
        infer_schema_length=None,
    )
    if len(segments) > 1:
        widest = _widest(rows)
        chart = tiles(cells, segments, names, "standard deviations")
        title = f"{kind.capitalize()}s by kind of viewer"
        found.append(picture(f"{kind}-segments", title, widest, chart))
    return found


def _widest(rows: list[dict[str, Any]]) -> str:
    """Which level differs most between kinds of viewers."""
    values: dict[str, list[tuple[float, str]]] = {}
    for one in rows:
        if one["segment"] != _ALL:
            values.setdefault(one["name"], []).append((one["score"]["value"], one["segment"]))
    gaps = {name: max(each)[0] - min(each)[0] for name, each in values.items()}
    name = max(gaps, key=lambda key: gaps[key])
    high, low = max(values[name]), min(values[name])
    return (
        f"{name} differs most between kinds of viewers: {high[0]:+.2f} for {high[1]}, "
        f"{low[0]:+.2f} for {low[1]}."
    )

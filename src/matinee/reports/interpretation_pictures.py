"""Pictures of what a ranker goes by, and of how true its chances and reasons are."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from matinee.errors import listed
from matinee.exploration.picture import Picture, picture
from matinee.exploration.wording import percent
from matinee.reports.interval_charts import bar_chart, interval_chart

_SHOWN = 15


def importance_pictures(importance: list[dict[str, Any]]) -> list[Picture]:
    """By permutation, by mean contribution, and by gain where the ranker has any."""
    lost = pl.DataFrame(
        [{"name": one["feature"], **one["lost"]} for one in importance[:_SHOWN]],
        infer_schema_length=None,
    )
    sure = [one["feature"] for one in importance if (one["lost"]["low"] or 0) > 0]
    told = listed(sure[:3]) if sure else "no feature"
    sentence = (
        f"Without {told} the list loses NDCG@10 for sure: the interval is above 0 for "
        f"{len(sure)} of {len(importance)} features."
        if sure
        else f"Of none of the {len(importance)} features alone is it sure that its loss would be "
        "felt: others say the same, or the viewers are too few."
    )
    chart = interval_chart(lost, "NDCG@10 lost when the feature is permuted", ".4f")
    found = [picture("importance-permuted", "Permuted features", sentence, chart)]
    for key, title, axis in (
        ("mean_contribution", "Contributions", "Mean |contribution| within a viewer's candidates"),
        ("gain", "Gain", "Share of the gain of all splits"),
    ):
        rows = [
            {"name": one["feature"], "value": one[key]}
            for one in importance
            if one[key] is not None
        ]
        if not rows:
            continue
        frame = pl.DataFrame(rows).sort("value", descending=True).head(_SHOWN)
        total = sum(row["value"] for row in rows) or 1.0
        share = frame["value"][0] / total
        words = f"{frame['name'][0]} has {percent(share)} of the whole."
        name = f"importance-{key.replace('_', '-')}"
        found.append(picture(name, title, words, bar_chart(frame, axis)))
    return found


def curve_picture(curve: Mapping[str, Any], number: int) -> Picture:
    """Partial dependence with its interval, and ALE."""
    partial = pl.DataFrame(curve["partial"], infer_schema_length=None)
    ale = pl.DataFrame(curve["ale"], infer_schema_length=None)
    both = pl.concat(
        [
            partial.select("x", "value", curve=pl.lit("partial dependence")),
            ale.select("x", "value", curve=pl.lit("accumulated local effects")),
        ],
        how="vertical_relaxed",
    )
    names = [f"{one['feature']} ({one['rho']:+.2f})" for one in curve["goes_with"][:3]]
    rise = partial["value"][-1] - partial["value"][0]
    way = "rises" if rise > 0 else "falls"
    first, last = partial["x"][0], partial["x"][-1]
    sentence = f"From {first:.3g} to {last:.3g} the mean score {way} by {abs(rise):.3g}."
    if names:
        sentence += f" It goes with {listed(names)}: read the accumulated local effects."
    x = alt.X("x:Q", title=curve["feature"], scale=alt.Scale(zero=False))
    line = (
        alt.Chart(both)
        .mark_line(point=True)
        .encode(
            x=x,
            y=alt.Y("value:Q", title="Score, less its mean"),
            color=alt.Color("curve:N", title=None),
            strokeDash=alt.StrokeDash("curve:N", title=None),
            tooltip=[
                "curve:N",
                alt.Tooltip("x:Q", format=".3g"),
                alt.Tooltip("value:Q", format=".3f"),
            ],
        )
    )
    band = alt.Chart(partial).mark_area(opacity=0.15).encode(x=x, y="low:Q", y2="high:Q")
    chart = alt.LayerChart(layer=[band, line]).properties(height=260)
    return picture(f"curve-{number}", curve["feature"], sentence, chart)


def calibration_picture(calibration: list[dict[str, Any]]) -> Picture:
    """Predicted chances against shares that were liked, tenth by tenth."""
    rows = pl.DataFrame(
        [
            {"ranker": one["ranker"], "predicted": each["predicted"], **each["observed"]}
            for one in calibration
            for each in one["bins"]
        ],
        infer_schema_length=None,
    )
    last = calibration[0]["bins"][-1]
    sentence = (
        f"{calibration[0]['ranker']}: of the tenth of the candidates with the best chances "
        f"{percent(last['observed']['value'])} were liked where {percent(last['predicted'])} was "
        "predicted."
    )
    most = max(float(v) for v in [*rows["high"].drop_nulls(), *rows["predicted"]])
    scale = alt.Scale(type="sqrt", domain=[0, most])
    axis = alt.Axis(format=".1%")
    ends = pl.DataFrame({"at": [0.0, most]})
    truth = alt.Chart(ends).mark_line(style="quiet").encode(x="at:Q", y="at:Q")
    base = alt.Chart(rows).encode(
        x=alt.X("predicted:Q", title="Predicted chance of a like", scale=scale, axis=axis),
        color=alt.Color("ranker:N", title=None),
        tooltip=[
            "ranker:N",
            alt.Tooltip("predicted:Q", format=".2%"),
            alt.Tooltip("value:Q", format=".2%", title="liked"),
        ],
    )
    y = alt.Y("low:Q", title="Share that was liked", scale=scale, axis=axis)
    layers = [
        truth,
        base.mark_rule().encode(y=y, y2="high:Q"),
        base.mark_line(point=True).encode(y="value:Q"),
    ]
    chart = alt.LayerChart(layer=layers).properties(height=360)
    return picture("calibration", "Predicted against observed enjoyment", sentence, chart)


def deletion_picture(reasons: Mapping[str, Any]) -> Picture:
    """Places lost without the named films, and without as many at random."""
    rows = pl.DataFrame(
        [
            {"films": one["count"], "which": which, **one[key]}
            for one in reasons["curve"]
            for key, which in (("named", "named as reasons"), ("drawn", "drawn at random"))
        ],
        infer_schema_length=None,
    )
    three = next((c for c in reasons["curve"] if c["count"] == 3), reasons["curve"][-1])
    sentence = (
        f"Without the {three['count']} films that add most a recommendation falls "
        f"{three['named']['value']:.1f} places on average, without as many others "
        f"{three['drawn']['value']:.2f}."
    )
    if three["ratio"]["value"] is not None and (three["drawn"]["low"] or 0) > 0:
        ratio = three["ratio"]
        sentence += (
            f" The ratio is {ratio['value']:.0f} ({ratio['low']:.0f} to {ratio['high']:.0f})."
        )
    base = alt.Chart(rows).encode(
        x=alt.X("films:O", title="Films taken out of the history", axis=alt.Axis(labelAngle=0)),
        color=alt.Color("which:N", title=None),
        tooltip=["which:N", "films:O", alt.Tooltip("value:Q", format=".2f", title="places")],
    )
    y = alt.Y("low:Q", title="Places that it falls, with 95 % interval")
    layers = [
        base.mark_rule(strokeWidth=2).encode(y=y, y2="high:Q"),
        base.mark_line(point=True).encode(y="value:Q"),
    ]
    chart = alt.LayerChart(layer=layers).properties(height=300)
    return picture("deletion", "Taking reasons away", sentence, chart)

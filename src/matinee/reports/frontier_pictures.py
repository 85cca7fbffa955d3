"""Pictures of what re-ranking gives and takes."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from matinee.exploration.picture import Picture, picture
from matinee.exploration.wording import percent

# Gained against paid; what each pair is to show.
TRADES = (
    ("diversity@10", "ndcg@10", "accuracy-diversity", "Accuracy against diversity"),
    ("novelty@10", "ndcg@10", "accuracy-novelty", "Accuracy against novelty"),
    ("coverage@20", "recall@20", "accuracy-coverage", "Accuracy against coverage"),
)
_TITLES = {
    "diversity@10": "Diversity: mean distance of two films of the first ten",
    "novelty@10": "Novelty of the first ten, bits: the more, the less known",
    "coverage@20": "Coverage: share of films in anyone's first twenty",
    "ndcg@10": "NDCG@10",
    "recall@20": "Recall@20",
}
_GROUPS = ["several", "diversity", "calibration", "exploration"]
_WORDS = {"several": "several knobs", "as ranked": "as ranked"} | {
    name: f"{name} alone" for name in _GROUPS[1:]
}


def frontier_pictures(document: Mapping[str, Any]) -> list[Picture]:
    """Each setting as a point on the validation part; what was chosen and the start are named.

    `document` is what `frontier --json` prints.
    """
    settings = pl.DataFrame(
        [
            {
                "setting": words(one["knobs"]),
                "group": _WORDS[one["group"]],
                "named": _name(one, document),
                **one["metrics"],
            }
            for one in document["validation"]
        ],
        infer_schema_length=None,
    )
    return [
        _trade(document, settings, gained, paid, name, title)
        for gained, paid, name, title in TRADES
        if settings[gained].null_count() < settings.height
    ]


def words(knobs: Mapping[str, float]) -> str:
    """The knobs that are not 0, as a policy writes them; "as ranked" if all are."""
    turned = {
        name: value
        for name, value in knobs.items()
        if value and (name != "reach" or knobs["exploration"])
    }
    return ", ".join(f"{name} {value:g}" for name, value in turned.items()) or "as ranked"


def change(new: float | None, old: float | None) -> str:
    """The change in per cent of the old value, with its sign.

    >>> change(0.11, 0.1), change(0.099, 0.1), change(None, 0.1), change(0.3, 0.1)
    ('+10.0 %', '-1.0 %', '–', '3.00 times')
    """
    if new is None or not old:
        return "–"
    if new / old >= 2:
        return f"{new / old:.2f} times"
    return f"{100 * (new / old - 1):+.1f} %"


def _name(one: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    if one["group"] == "as ranked":
        return "as ranked"
    return "chosen" if one == document["chosen"] else ""


def _trade(
    document: Mapping[str, Any],
    settings: pl.DataFrame,
    gained: str,
    paid: str,
    name: str,
    title: str,
) -> Picture:
    start, chosen = document["validation"][0]["metrics"], document["chosen"]["metrics"]
    gain, price = (change(chosen[metric], start[metric]) for metric in (gained, paid))
    sentence = (
        f"On the validation part the chosen setting ({words(document['chosen']['knobs'])}) has "
        f"{_said(gained, chosen[gained])} of {_short(gained)} ({gain} against the lists as ranked) "
        f"at {paid.upper()} {chosen[paid]:.4f} ({price})."
    )
    present = [_WORDS[g] for g in _GROUPS if _WORDS[g] in settings["group"].to_list()]
    x = alt.X(
        f"{gained}:Q",
        title=_TITLES[gained],
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(format="%") if gained.startswith("coverage") else alt.Axis(),
    )
    y = alt.Y(f"{paid}:Q", title=_TITLES[paid], scale=alt.Scale(zero=False, nice=True))
    shown: Sequence[str] = ("ndcg@10", "recall@20", "diversity@10", "novelty@10", "coverage@20")
    base = alt.Chart(settings).encode(
        x=x,
        y=y,
        tooltip=[alt.Tooltip("setting:N")]
        + [alt.Tooltip(f"{metric}:Q", format=".4f") for metric in shown],
    )
    points = (
        base.transform_filter(alt.datum.named == "")
        .mark_point(filled=True, size=45, opacity=0.65)
        .encode(color=alt.Color("group:N", title=None, scale=alt.Scale(domain=present)))
    )
    lines = (
        base.transform_filter(alt.FieldOneOfPredicate("group", present[1:]))
        .mark_line(strokeWidth=1, opacity=0.5)
        .encode(color=alt.Color("group:N", title=None), order=f"{gained}:Q")
    )
    named = base.transform_filter(alt.datum.named != "")
    marks = named.mark_point(filled=True, size=150, opacity=1, shape="diamond", style="accent")
    labels = named.mark_text(align="left", dx=11, dy=-11, style="label").encode(text="named:N")
    chart = alt.LayerChart(layer=[lines, points, marks, labels]).properties(height=340)
    return picture(name, title, sentence, chart)


def _short(metric: str) -> str:
    return {"diversity@10": "diversity", "novelty@10": "novelty", "coverage@20": "coverage"}[metric]


def _said(metric: str, value: float) -> str:
    if metric.startswith("coverage"):
        return percent(value)
    return f"{value:.2f} bits" if metric.startswith("novelty") else f"{value:.3f}"

"""Pictures of a search for settings."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from matinee.exploration.picture import Picture, picture


def search_picture(model: Mapping[str, Any]) -> Picture | None:
    """Each trial's figure and the best so far, beside the default's.

    `model` is one of the `models` of the document that `tune --json` prints.
    """
    trials = _trials(model)
    if trials.height < 2:
        return None
    metric, lower = model["metric"], model["lower_is_better"]
    running = pl.col("value").cum_min() if lower else pl.col("value").cum_max()
    trials = trials.with_columns(best=running)
    default, best = trials["value"][0], trials["best"][-1]
    first = int(trials.filter(pl.col("value") == best)["trial"][0])
    sentence = (
        f"Of {trials.height:,} trials the best, number {first}, has a {metric} of {best:.4f} on "
        f"the validation part; the default has {default:.4f}."
    )
    if first == 0:
        sentence = f"None of {trials.height - 1:,} other settings beats the default, {default:.4f}."
    scale = alt.Scale(zero=False, nice=True)
    base = alt.Chart(trials).encode(x=alt.X("trial:Q", title="trial", axis=alt.Axis(tickMinStep=1)))
    points = base.mark_point(filled=True, size=45, opacity=0.6).encode(
        y=alt.Y("value:Q", title=f"{metric} on the validation part", scale=scale),
        tooltip=_tooltip(metric),
    )
    line = base.mark_line(interpolate="step-after", style="accent", fillOpacity=0).encode(
        y=alt.Y("best:Q", scale=scale)
    )
    rule = (
        alt.Chart(pl.DataFrame({"value": [default]})).mark_rule(style="quiet").encode(y="value:Q")
    )
    title = f"{model['name']}: the search"
    return picture(f"{model['name']}-search", title, sentence, rule + points + line)


def setting_pictures(model: Mapping[str, Any]) -> list[Picture]:
    """The figure of the trials against each setting; the default is marked."""
    trials = _trials(model)
    fields = list(model["trials"][0]["settings"])
    drawn = [_setting_picture(model, trials, field) for field in fields]
    return [one for one in drawn if one]


def _setting_picture(model: Mapping[str, Any], trials: pl.DataFrame, field: str) -> Picture | None:
    valued = [trial for trial in model["trials"] if trial["value"] is not None]
    values = [trial["settings"][field] for trial in valued]
    if len(set(values)) < 2:
        return None
    shown = trials.with_columns(setting=pl.Series(values))
    sign = 1 if model["lower_is_better"] else -1
    best = sorted(range(len(valued)), key=lambda k: sign * valued[k]["value"])
    if all(isinstance(value, int | float) for value in values):
        top = [values[k] for k in best[: max(3, len(best) // 5)]]
        sentence = f"The best fifth of the trials has {field} from {min(top):g} to {max(top):g}."
        log = 0 < 20 * min(values) < max(values)
        scale = alt.Scale(type="log" if log else "linear", zero=False)
        x = alt.X("setting:Q", title=field, scale=scale)
    else:
        sentence = f"The best trial has {field} {values[best[0]]}."
        x = alt.X("setting:N", title=field)
    figure = f"{model['metric']} on the validation part"
    y = alt.Y("value:Q", title=figure, scale=alt.Scale(zero=False))
    points, default = (
        alt.Chart(table).encode(x=x, y=y, tooltip=_tooltip(model["metric"]))
        for table in (shown, shown.head(1))
    )
    chart = points.mark_point(filled=True, size=45, opacity=0.6) + default.mark_point(
        filled=True, size=110, opacity=1, shape="diamond", style="accent"
    )
    name = model["name"]
    sentence += " The diamond is the default."
    return picture(f"{name}-{field}", f"{name}: {field}", sentence, chart)


def _trials(model: Mapping[str, Any]) -> pl.DataFrame:
    """trial, value, recipe: those that could be fitted."""
    return pl.DataFrame(
        [
            (trial["number"], trial["value"], trial["recipe"], trial["seconds"])
            for trial in model["trials"]
            if trial["value"] is not None
        ],
        schema={"trial": pl.Int64, "value": pl.Float64, "recipe": pl.String, "seconds": pl.Float64},
        orient="row",
    )


def _tooltip(metric: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("trial:Q"),
        alt.Tooltip("recipe:N"),
        alt.Tooltip("value:Q", format=".4f", title=metric),
        alt.Tooltip("seconds:Q", format=".1f", title="seconds"),
    ]

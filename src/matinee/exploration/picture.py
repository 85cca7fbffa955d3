"""A picture and how pictures look: colours that the colour-blind tell apart, on light and dark."""

from dataclasses import dataclass
from typing import Any

import altair as alt

Chart = alt.Chart | alt.LayerChart

WIDTH = 640  # of a picture that stands alone; a page sets its own

# Okabe and Ito's palette, without its yellow; on dark the lighter of each pair.
_ON_LIGHT = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#666666"]
_ON_DARK = ["#56B4E9", "#E69F00", "#2FC79A", "#E39AC3", "#8CCBF0", "#F0B73F", "#AAAAAA"]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A chart of aggregated values and one sentence, computed from the data, that it shows."""

    name: str  # for file names
    title: str
    sentence: str
    chart: Chart


def picture(name: str, title: str, sentence: str, chart: Chart) -> Picture:
    """The picture in the common look, its sentence read out by screen readers."""
    dressed = chart.properties(width=WIDTH, description=sentence).configure(**look())
    return Picture(name, title, sentence, dressed)


def look(dark: bool = False) -> dict[str, Any]:
    """The Vega-Lite configuration; marks take their colours from it, so a page can change it.

    Mark styles: "accent" (the second colour), "quiet" (reference lines), "label" (text).
    """
    ink, faint, grid = ("#e6e6e6", "#b4b8bf", "#34383f") if dark else ("#222", "#555", "#e4e4e4")
    palette = _ON_DARK if dark else _ON_LIGHT
    line = {"strokeWidth": 2, "color": palette[0]}
    return {
        "background": "transparent" if dark else "white",
        "font": "Roboto, Helvetica, Arial, sans-serif",
        "view": {"stroke": None},
        "axis": {
            "labelColor": faint,
            "titleColor": ink,
            "gridColor": grid,
            "domainColor": faint,
            "tickColor": faint,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "titlePadding": 8,
        },
        "legend": {"labelColor": faint, "titleColor": ink, "labelFontSize": 12, "orient": "top"},
        "mark": {"color": palette[0], "tooltip": True},
        "line": line,
        "area": {"color": palette[0], "opacity": 0.25},
        "rule": {"color": palette[0]},
        "text": {"color": ink, "fontSize": 11},
        "range": {"category": palette},
        "style": {
            "accent": {"color": palette[1], "stroke": palette[1], "fill": palette[1]},
            "quiet": {"color": faint, "strokeDash": [4, 4], "strokeWidth": 1},
            "label": {"color": ink, "fill": ink, "fontSize": 11},
        },
    }


def zoomable(chart: alt.Chart) -> alt.Chart:
    """Drag to pan, ctrl + wheel (or pinch) to zoom, double-click to reset; plain wheel scrolls."""
    scales = alt.selection_interval(bind="scales", zoom="wheel![event.ctrlKey]")
    return chart.add_params(scales)

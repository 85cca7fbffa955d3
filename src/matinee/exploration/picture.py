"""A picture and how pictures look: colours that the colour-blind tell apart, on light and dark."""

from dataclasses import dataclass
from typing import Any

import altair as alt

Chart = alt.Chart | alt.LayerChart

WIDTH = 640  # of a picture that stands alone; a page sets its own


@dataclass(frozen=True, slots=True)
class Colours:
    """What a chart is drawn in; each one is any colour that SVG takes."""

    ground: str
    ink: str
    faint: str
    grid: str
    series: tuple[str, ...]  # the first is that of a chart with one


# Okabe and Ito's palette, without its yellow; on dark the lighter of each pair.
LIGHT = Colours(
    *("white", "#222", "#555", "#e4e4e4"),
    ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#666666"),
)
DARK = Colours(
    *("transparent", "#e6e6e6", "#b4b8bf", "#34383f"),
    ("#56B4E9", "#E69F00", "#2FC79A", "#E39AC3", "#8CCBF0", "#F0B73F", "#AAAAAA"),
)


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


def look(colours: Colours = LIGHT) -> dict[str, Any]:
    """The Vega-Lite configuration; marks take their colours from it, so a page can change it.

    Mark styles: "accent" (the second colour), "quiet" (reference lines), "label" (text).
    """
    ink, faint, series = colours.ink, colours.faint, colours.series
    return {
        "background": colours.ground,
        "font": "Roboto, Helvetica, Arial, sans-serif",
        "view": {"stroke": None},
        "axis": {
            "labelColor": faint,
            "titleColor": ink,
            "gridColor": colours.grid,
            "domainColor": faint,
            "tickColor": faint,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "titlePadding": 8,
        },
        "legend": {"labelColor": faint, "titleColor": ink, "labelFontSize": 12, "orient": "top"},
        "mark": {"color": series[0], "tooltip": True},
        "line": {"strokeWidth": 2, "color": series[0]},
        "area": {"color": series[0], "opacity": 0.25},
        "rule": {"color": series[0]},
        "text": {"color": ink, "fontSize": 11},
        "range": {"category": list(series)},
        "style": {
            "accent": {"color": series[1], "stroke": series[1], "fill": series[1]},
            "quiet": {"color": faint, "strokeDash": [4, 4], "strokeWidth": 1},
            "label": {"color": ink, "fill": ink, "fontSize": 11},
        },
    }


def zoomable(chart: alt.Chart) -> alt.Chart:
    """Drag to pan, ctrl + wheel (or pinch) to zoom, double-click to reset; plain wheel scrolls."""
    scales = alt.selection_interval(bind="scales", zoom="wheel![event.ctrlKey]")
    return chart.add_params(scales)

"""One self-contained HTML page with interactive charts, and its pictures as files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from matinee.exploration.picture import DARK, Picture, look
from matinee.exploration.wording import percent, size_of


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as the page shows it: its texts and its Vega-Lite specification."""

    name: str
    title: str
    sentence: str
    spec: Mapping[str, Any]
    zoomable: bool

    @classmethod
    def of(cls, picture: Picture) -> "Figure":
        """The figure of a picture; colours are left to the page (light or dark)."""
        spec = picture.chart.to_dict()
        for part in ("config", "$schema"):
            spec.pop(part, None)
        zoomable = any(one.get("bind") == "scales" for one in spec.get("params", []))
        return cls(picture.name, picture.title, picture.sentence, spec, zoomable)


def write_page(
    folder: Path,
    file: str,
    template: str,
    pictures: Sequence[Picture],
    **context: object,
) -> Path:
    """Write `folder/file` and `folder/pictures/NAME.svg|png`; the path of the page.

    The page holds the drawing libraries once (0.9 MB) and asks the network for nothing.
    """
    write_pictures(pictures, folder / "pictures")
    figures = {picture.name: Figure.of(picture) for picture in pictures}
    html = (
        _environment()
        .get_template(template)
        .render(
            specs={name: figure.spec for name, figure in figures.items()},
            looks={"light": look() | {"background": "transparent"}, "dark": look(DARK)},
            bundle=Markup(_inline(drawing_library())),  # the drawing libraries, not data
            version=version("matinee"),
            **context,
        )
    )
    path = folder / file
    path.write_text(html, encoding="utf-8")
    return path


def write_pictures(pictures: Sequence[Picture], folder: Path) -> list[Path]:
    """Each picture as NAME.svg and, twice as fine for paper and slides, NAME.png."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for picture in pictures:
        spec = picture.chart.to_dict()
        svg, png = folder / f"{picture.name}.svg", folder / f"{picture.name}.png"
        svg.write_text(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]), encoding="utf-8")
        png.write_bytes(vl_convert.vegalite_to_png(spec, scale=2, allowed_base_urls=[]))
        paths += [svg, png]
    return paths


def cell(value: object, most: int = 60) -> str:
    """A value as a table shows it, cut after `most` characters; what is unknown is a dash.

    Thousands are grouped from 10,000: a year stays a year.

    >>> cell(1920), cell(29045039.9), cell(6.0921715), cell(0.000123), cell(None), cell(["a", "b"])
    ('1920', '29,045,040', '6.092', '0.000123', '–', 'a, b')
    """
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return "–"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}" if abs(value) >= 1e4 else str(value)
    if isinstance(value, float):
        if abs(value) >= 1e5:
            return f"{value:,.0f}"
        if abs(value) >= 1e3:
            return f"{value:,.1f}" if abs(value) >= 1e4 else f"{value:.1f}"
        return f"{value:.4g}"
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _long(value: object) -> bool:
    return isinstance(value, str | list) and len(cell(value, 10**9)) > 60


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("matinee.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"cell": cell, "share": percent, "size": size_of}
    environment.tests["long"] = _long
    return environment


def _inline(script: str) -> str:
    """The script, safe inside a script element."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def drawing_library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script (0.9 MB), put together in some 3 s."""
    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))

"""Pictures of the studio, drawn in the colours of its pages."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import vl_convert
from fastapi import Response

from matinee.exploration.picture import DARK, LIGHT, Picture, look
from matinee.service.problems import Problem

_ACCENT: Final = {False: "#c98300", True: "#f4b731"}


def svg_response(pictures: Sequence[Picture], name: str, dark: bool) -> Response:
    """The picture of this name as SVG; a problem where there is none."""
    for one in pictures:
        if one.name == name:
            spec = json.dumps(one.chart.to_dict())
            drawn = _drawn(spec, dark)
            headers = {"Cache-Control": "private"}
            return Response(drawn, media_type="image/svg+xml", headers=headers)
    raise Problem(404, "unknown_path", f"name: expected a picture of this page, got {name!r}")


@lru_cache(maxsize=64)
def _drawn(spec: str, dark: bool) -> str:
    document: dict[str, Any] = json.loads(spec)
    shown = look(DARK if dark else LIGHT) | {"background": "transparent"}
    for mark in ("mark", "line", "area", "rule"):
        shown[mark] = shown[mark] | {"color": _ACCENT[dark]}
    document["config"] = shown
    return str(vl_convert.vegalite_to_svg(document, allowed_base_urls=[]))

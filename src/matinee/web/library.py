"""GET static/charts-VERSION.js: what draws charts in a browser, put together when asked for."""

import gzip
import hashlib
from functools import cache
from importlib.metadata import version as version_of

from fastapi import APIRouter, Request, Response

from matinee.service.problems import Problem
from matinee.web.assets import FOREVER

router = APIRouter(include_in_schema=False)


def library() -> str:
    """The address of the drawing library; of another version it is another one."""
    return f"/static/charts-{_version()}.js"


@router.get("/static/charts-{version}.js")
def drawing(request: Request, version: str) -> Response:
    """Vega, Vega-Lite and Vega-Embed, as vl-convert ships them."""
    if version != _version():
        raise Problem(404, "unknown_path", "path: expected the drawing library that is used now")
    script, compressed = _script()
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    headers["X-Content-Type-Options"] = "nosniff"
    if "gzip" in request.headers.get("accept-encoding", ""):
        script, headers["Content-Encoding"] = compressed, "gzip"
    return Response(script, media_type="text/javascript; charset=utf-8", headers=headers)


@cache
def _version() -> str:
    # vl-convert holds the libraries in itself: its version says what is in them.
    return hashlib.sha256(version_of("vl-convert-python").encode()).hexdigest()[:12]


@cache
def _script() -> tuple[bytes, bytes]:
    from matinee.reports.page import drawing_library  # noqa: PLC0415  40 MB that few workers need

    script = drawing_library().encode()
    return script, gzip.compress(script, 9, mtime=0)

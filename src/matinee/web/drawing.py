"""GET art: posters, drawn when they are first asked for."""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from matinee.service.documents import Id
from matinee.service.problems import Problem
from matinee.service.worker import WorkerParam
from matinee.web.art import Sleeve, poster, wide
from matinee.web.assets import FOREVER
from matinee.web.shelf import shelf_of

router = APIRouter(include_in_schema=False)
_DRAWN: Final = 4_096  # posters that are remembered, some 2 kB each


@router.get("/art/{shape}.svg")
async def art(
    request: Request, shape: str, worker: WorkerParam, film: Annotated[Id, Query()], v: str = ""
) -> Response:
    """A film's poster, or its picture alone as wide as a screen."""
    kinds: dict[str, Callable[[Sleeve], str]] = {"poster": poster, "wide": wide}
    known = shelf_of(worker.live.served).film(film)
    if known is None or shape not in kinds:
        raise Problem(404, "unknown_film", f"film: expected one of the catalogue, got {film!r}")
    address = known.art if shape == "poster" else known.art_wide
    tag = f'"{address.rpartition("v=")[2]}"'
    headers = {
        "Cache-Control": FOREVER if address.endswith(f"v={v}") else "public, max-age=300",
        "Content-Security-Policy": "default-src 'none'",
        "ETag": tag,
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(_drawn(kinds[shape], known.sleeve), media_type="image/svg+xml", headers=headers)


@lru_cache(maxsize=_DRAWN)
def _drawn(draw: Callable[[Sleeve], str], sleeve: Sleeve) -> bytes:
    return draw(sleeve).encode()

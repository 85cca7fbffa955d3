"""Stylesheets, scripts and the mark: read once, named by what is in them, kept by browsers."""

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from fastapi import APIRouter, Request, Response

from matinee.service.problems import Problem

router = APIRouter(include_in_schema=False)
FOREVER: Final = "public, max-age=31536000, immutable"
_TYPES: Final[Mapping[str, str]] = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@cache
def _files() -> Mapping[str, tuple[bytes, bytes]]:
    """Each file and its compressed form."""
    folder = resources.files(__package__) / "static"
    found = {
        file.name: file.read_bytes() for file in sorted(folder.iterdir(), key=lambda f: f.name)
    }
    return {name: (text, gzip.compress(text, 9, mtime=0)) for name, text in found.items()}


@cache
def _version() -> str:
    """A digest of all files: scripts name each other, so they change together."""
    digest = hashlib.sha256()
    for name, (text, _) in _files().items():
        digest.update(name.encode() + b"\0" + text)
    return digest.hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file."""
    if name not in _files():
        raise KeyError(name)
    return f"/static/{_version()}/{name}"


@router.get("/static/{version}/{name}")
async def static(request: Request, version: str, name: str) -> Response:
    """A file; of another version than is served now it is not kept."""
    if name not in _files():
        raise Problem(404, "unknown_path", f"path: expected a file of the pages, got {name!r}")
    text, compressed = _files()[name]
    headers = {"Cache-Control": FOREVER if version == _version() else "no-cache"}
    headers |= {"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        text, headers["Content-Encoding"] = compressed, "gzip"
    return Response(text, media_type=_TYPES[name.rpartition(".")[2]], headers=headers)


@router.get("/static/events.js")
async def events_module(request: Request) -> Response:
    """The module for pages of others: at one address, which pages of any origin may import."""
    answer = await static(request, "", "events.js")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@router.get("/favicon.ico")
async def favicon(request: Request) -> Response:
    """The mark, for browsers that ask by this name."""
    return await static(request, _version(), "mark.svg")

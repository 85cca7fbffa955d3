"""Answers that a client may keep: their tag, and 304 where it has them already."""

import hashlib
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

# Kept by the client alone, and asked for again each time: the catalogue changes when it changes.
_HEADERS = {"Cache-Control": "private, no-cache"}


UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "As it was: If-None-Match has its tag"}
}


def tagged(request: Request, document: BaseModel) -> Response:
    """The document with an ETag of its bytes; 304 where If-None-Match has that (RFC 9110, 13.1)."""
    body = document.model_dump_json().encode()
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    known = {each.strip().removeprefix("W/") for each in _given(request).split(",")}
    headers = _HEADERS | {"ETag": tag}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _given(request: Request) -> str:
    return request.headers.get("if-none-match", "")

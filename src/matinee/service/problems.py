"""Errors as a client sees them: application/problem+json (RFC 9457) with a code and a sentence."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from matinee.errors import ErasedViewer, InputError, MatineeError, StoreError, UnknownId

MEDIA_TYPE = "application/problem+json"
RETRY_S = 5
_SHOWN = 80  # characters of a value that was sent
_MOST = 10  # problems of one request that are told
_CODES = {404: "unknown_path", 405: "method_not_allowed", 413: "too_large"}
_DETAILS = {
    404: "path: expected one of those in /docs, got another",
    405: "method: expected one of those in the header Allow, got another",
}


class Problem(Exception):
    """An answer that is an error; raised anywhere below an endpoint."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        field: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        errors: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.field = status, code, detail, field
        self.headers, self.errors = dict(headers or {}), errors


def answer(problem: Problem, request_id: str | None) -> JSONResponse:
    """The problem as a response."""
    document: dict[str, Any] = {
        "type": f"urn:matinee:problem:{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "field": problem.field,
        "code": problem.code,
        "request_id": request_id,
    }
    if problem.errors:
        document["errors"] = problem.errors
    return JSONResponse(document, problem.status, problem.headers, MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """What a client is told of an error; nothing of the inside for one that nobody foresaw."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, UnknownId):
        return Problem(404, "unknown_id", str(error), _place(error))
    if isinstance(error, ErasedViewer):
        return Problem(410, "erased", str(error), _place(error))
    if isinstance(error, InputError):
        return Problem(422, "invalid", str(error), _place(error))
    if isinstance(error, StoreError):
        detail = "database: expected an answer, got none; nothing was kept, so send it again"
        headers = {"Retry-After": str(RETRY_S)}
        return Problem(503, "store_unavailable", detail, headers=headers)
    if isinstance(error, RequestValidationError):
        return _of_validation(error)
    if isinstance(error, HTTPException):
        if error.status_code == 400:  # FastAPI's own: a body too deep, or not in UTF-8
            detail = "body: expected JSON in UTF-8, not deeply nested, got something else"
            return Problem(400, "malformed_json", detail, "body")
        code = _CODES.get(error.status_code, "refused")
        detail = _DETAILS.get(error.status_code, str(error.detail))
        return Problem(error.status_code, code, detail, headers=error.headers)
    detail = "the service failed; its log has more under the request id"
    return Problem(500, "internal", detail)


def add_handlers(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Have every error answered as a problem; `routes` tell which methods a path has."""

    async def handle(request: Request, error: Exception) -> JSONResponse:
        problem = problem_of(error)
        if problem.status == 405:  # Starlette names those of one route; a path may have several
            own = [each for each in routes if isinstance(each, Route) and _is_at(each, request)]
            methods = {method for route in own for method in route.methods or ()}
            problem.headers["Allow"] = ", ".join(sorted(methods)) or problem.headers["Allow"]
        return answer(problem, request.scope.get("request_id"))

    for kind in (Problem, MatineeError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)


def _is_at(route: Route, request: Request) -> bool:
    return route.path_regex.match(request.url.path) is not None


def _place(error: Exception) -> str | None:
    """The place that messages of matinee begin with, if it is one word."""
    place, colon, _ = str(error).partition(":")
    return place if colon and place.isidentifier() else None


def _of_validation(error: RequestValidationError) -> Problem:
    if any(isinstance(each.get("input"), bytes) for each in error.errors()):
        detail = "Content-Type: expected application/json, got none or another"
        return Problem(415, "not_json", detail, "Content-Type")
    found = [_told(each) for each in error.errors()[:_MOST]]
    first = found[0]
    code = "malformed_json" if error.errors()[0]["type"] == "json_invalid" else "invalid"
    status = 400 if code == "malformed_json" else 422
    return Problem(status, code, first["detail"], first["field"], errors=found)


def _told(error: Mapping[str, Any]) -> dict[str, str]:
    """One complaint of Pydantic as field: expected X, got Y."""
    location = [str(part) for part in error["loc"]]
    field = ".".join(location[1:]) or location[0]
    field = field.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair
    if error["type"] == "json_invalid":
        return {"field": "body", "detail": f"body: expected JSON, got {error['ctx']['error']}"}
    if error["type"] == "missing":
        return {"field": field, "detail": f"{field}: expected a value, got none"}
    if error["type"] == "extra_forbidden":
        return {"field": field, "detail": f"{field}: expected no such field, got it"}
    said = str(error["msg"])
    said = said.removeprefix("Input should be ").removeprefix("Value error, ")
    got = repr(error.get("input"))
    got = got if len(got) <= _SHOWN else f"{got[: _SHOWN - 3]}..."
    return {"field": field, "detail": f"{field}: expected {said[:1].lower()}{said[1:]}, got {got}"}

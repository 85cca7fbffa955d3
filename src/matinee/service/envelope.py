"""Around every request: its id, the limit of its body, its line in the log, its measurement."""

import json
import logging
import re
import time
import traceback
import uuid
from typing import Any

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matinee.service.metrics import Metrics
from matinee.service.problems import Problem, answer, problem_of

_log = logging.getLogger("matinee.access")
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Envelope:
    """ASGI middleware. The log names routes and keys, never paths, queries or viewers."""

    def __init__(self, app: ASGIApp, metrics: Metrics, body_limit: int) -> None:
        self.app, self.metrics, self.body_limit = app, metrics, body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, whatever happens below."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        scope["request_id"] = request_id
        status = 0
        failure: str | None = None

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            length = headers.get("content-length", "0")
            if length.isdecimal() and int(length) > self.body_limit:
                raise self._too_large(length)
            if (coded := headers.get("content-encoding", "identity")) != "identity":
                detail = f"Content-Encoding: expected a body as it is, got one of {coded!r}"
                raise Problem(415, "encoded_body", detail, "Content-Encoding")
            await self.app(scope, self._limited(receive), sending)
        except Exception as error:
            failure = None if isinstance(error, HTTPException) else _frames(error)
            if status:  # half an answer is out already: the server ends the connection
                raise
            await answer(problem_of(error), request_id)(scope, receive, sending)
        finally:
            self._record(scope, request_id, status, time.perf_counter() - started, failure)

    def _limited(self, receive: Receive) -> Receive:
        total = 0

        async def receiving() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > self.body_limit:
                raise self._too_large(f"more than {self.body_limit}")
            return message

        return receiving

    def _too_large(self, got: str) -> HTTPException:
        detail = f"body: expected at most {self.body_limit} bytes, got {got}"
        return HTTPException(413, detail)  # FastAPI lets this kind alone through from a body

    def _record(
        self, scope: Scope, request_id: str, status: int, seconds: float, failure: str | None
    ) -> None:
        route = getattr(scope.get("route"), "path", "unknown").replace(":path}", "}")
        method = scope["method"] if route != "unknown" else "any"
        self.metrics.seconds.labels(route, method).observe(seconds)
        self.metrics.requests.labels(route, method, str(status)).inc()
        line = {
            "request_id": request_id,
            "method": scope["method"],
            "route": route,
            "status": status,
            "ms": round(1000 * seconds, 2),
            "key": scope.get("key_name"),
        }
        if failure is not None:
            line["failure"] = failure
        _log.log(logging.ERROR if failure else logging.INFO, "request", extra={"line": line})


class JsonLines(logging.Formatter):
    """One JSON document a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Of our own records what they carry, of others the message."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
        }
        line |= getattr(record, "line", None) or {"message": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            line["failure"] = _frames(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _frames(error: BaseException) -> str:
    """Where it failed, without its words: those may hold what a viewer did."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno}" for frame in frames[-8:]]
    return f"{type(error).__name__} at {' < '.join(reversed(places))}"

"""Who may ask for what: API keys and their scopes."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Literal

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from matinee.errors import StoreError
from matinee.service.guard import Guard
from matinee.service.limits import whole_seconds
from matinee.service.problems import Problem
from matinee.store.access import Scope, make_api_key, read_api_keys, scope_of
from matinee.store.database import Database
from matinee.store.viewer_tokens import START, viewer_of_token

KNOWN_S = 5.0  # for so long a worker believes what it found: a revoked key goes no further
LAST_S = 3_600.0  # and for so long where the database does not answer
_MOST = 1_000
_bearer = HTTPBearer(auto_error=False, description="an API key: matinee keys add")
_Known = dict[bytes, tuple[float, tuple[str, Scope] | None]]


class Keys:
    """The keys of a database as one worker knows them."""

    def __init__(self, database: Database, guard: Guard) -> None:
        self._database, self._guard = database, guard
        self._known: _Known = {}

    def of(self, api_key: str) -> tuple[str, Scope] | None:
        """The name and the scope of a key; None where it lets nobody in.

        Found by digest, so that no comparison takes longer the nearer a guess is.
        """
        digest, now = hashlib.sha256(api_key.encode()).digest(), time.monotonic()
        found = self._known.get(digest)
        if found is not None and now < found[0] + KNOWN_S:
            return found[1]
        try:
            owner = self._guard.ask(lambda: scope_of(self._database, api_key, int(time.time())))
        except StoreError:
            if found is None or now > found[0] + LAST_S:
                raise
            return found[1]
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[digest] = now, owner
        return owner

    def fresh(self, api_key: str) -> bool:
        """Whether `of` answers without asking the database."""
        found = self._known.get(hashlib.sha256(api_key.encode()).digest())
        return found is not None and time.monotonic() < found[0] + KNOWN_S


def needs(scope: Scope, *, tokens: bool = True) -> Callable[..., Awaitable[None]]:
    """A dependency that lets keys of this scope in, those of admin, and viewers' tokens.

    A token lets in where the viewer of the path or the query is its own, never for admin.
    """

    async def check(
        request: Request,
        sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> None:
        challenge = {"WWW-Authenticate": "Bearer"}
        if sent is None:
            detail = "Authorization: expected 'Bearer KEY', got none; matinee keys add makes one"
            raise Problem(401, "no_key", detail, "Authorization", headers=challenge)
        keys, key = request.app.state.worker.keys, sent.credentials
        if key.startswith(START):
            if scope == "admin" or not tokens:
                detail = f"Authorization: expected a key of scope {scope}, got a viewer's token"
                raise Problem(403, "wrong_scope", detail, "Authorization")
            viewer = _hold_to_viewer(request, key)
            hold_to_rate(request, "viewer", viewer)
            return
        found = keys.of(key) if keys.fresh(key) else await run_in_threadpool(keys.of, key)
        if found is None:
            await hold_to_address(request)
            detail = "Authorization: expected a key of this service, got another or a revoked one"
            raise Problem(401, "wrong_key", detail, "Authorization", headers=challenge)
        request.scope["key_name"] = found[0]
        hold_to_rate(request, "key", found[0])
        if found[1] not in (scope, "admin"):
            detail = f"Authorization: expected a key of scope {scope}, got one of {found[1]}"
            raise Problem(403, "wrong_scope", detail, "Authorization")

    return check


async def hold_to_address(request: Request) -> None:
    """429 where somebody without a key asked too often of late, by where they ask from."""
    hold_to_rate(request, "address", request.client.host if request.client else "")


def hold_to_rate(request: Request, asker: Literal["key", "viewer", "address"], name: str) -> None:
    """429 where this one asked too often of late; on the thread of the event loop."""
    worker = request.app.state.worker
    limit = worker.key_limit if asker == "key" else worker.viewer_limit
    wait_s = limit.wait_s(f"{asker} {name}", time.monotonic())
    if not wait_s:
        return
    worker.metrics.limited.labels(asker).inc()
    detail = f"{asker}: expected at most {limit.per_s:g} requests a second, got more"
    headers = {"Retry-After": whole_seconds(wait_s)}
    raise Problem(429, "too_many_requests", detail, headers=headers)


def _hold_to_viewer(request: Request, token: str) -> str:
    """Let a token in for its own viewer, who is returned and left in the request's scope."""
    key = request.app.state.worker.store.key
    viewer = viewer_of_token(key, token, int(time.time()))
    if viewer is None:
        detail = "Authorization: expected a token that is in force, got another or an old one"
        headers = {"WWW-Authenticate": "Bearer"}
        raise Problem(401, "wrong_token", detail, "Authorization", headers=headers)
    asked = request.query_params
    claimed = [*asked.getlist("user_id"), *(f"session:{s}" for s in asked.getlist("session_id"))]
    if "user_id" in request.path_params:
        claimed.append(request.path_params["user_id"])
    hold_to_own(viewer, claimed)
    request.scope["key_name"], request.scope["viewer"] = "viewer", viewer
    return viewer


def hold_to_own(viewer: str, claimed: Iterable[object]) -> None:
    """403 where a token's viewer asks for somebody else."""
    if any(each != viewer for each in claimed):
        detail = "user_id: expected the viewer of the token, got another"
        raise Problem(403, "other_viewer", detail, "user_id")


def development_key(database: Database, now: int) -> str | None:
    """A key for all scopes where there has never been any, to be shown once; else None."""
    if read_api_keys(database):
        return None
    return make_api_key(database, "development", "admin", now)

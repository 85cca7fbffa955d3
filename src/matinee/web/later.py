"""Pages that are imported when the first of them is asked for."""

from collections.abc import Callable

from anyio import Lock, to_thread
from fastapi import FastAPI
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send


class Later(BaseRoute):
    """Stands for all routes at and below a path until it has been asked for one of them.

    Then `load` imports them, in a thread, and what it returns includes them in the application: a
    worker that starts has no seconds for what hardly anybody asks it, and most need no memory for
    it.
    """

    def __init__(self, app: FastAPI, path: str, load: Callable[[], Callable[[], None]]) -> None:
        self._app, self._path, self._load = app, path, load
        self._lock = Lock()
        self._there = False

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the path is the one, or below it."""
        own = scope["type"] == "http" and f"{scope['path']}/".startswith(f"{self._path}/")
        return (Match.FULL if own and not self._there else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the routes there, then begin again."""
        async with self._lock:
            if not self._there:
                include = await to_thread.run_sync(self._load)
                include()
                self._there = True
        await self._app.router(scope, receive, send)

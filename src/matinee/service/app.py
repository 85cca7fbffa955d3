"""The application: what is put together when a worker starts."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from matinee.service import choices, erasing, events, films, health, models, pages, tokens
from matinee.service.appender import Appender
from matinee.service.documents import Problem
from matinee.service.envelope import Envelope
from matinee.service.erasing import Hearing
from matinee.service.guard import Guard
from matinee.service.keys import Keys
from matinee.service.limits import Limit
from matinee.service.live import Live
from matinee.service.metrics import Metrics
from matinee.service.page_log import PageLog
from matinee.service.problems import MEDIA_TYPE, add_handlers
from matinee.service.recent import Recent
from matinee.service.worker import Worker
from matinee.settings import Settings, read_settings
from matinee.store.artefacts import versions
from matinee.store.opening import open_store
from matinee.store.retention import Retention
from matinee.store.workspace import Workspace

_TURN_S = 0.001  # for so long a thread computes while another waits
_THREADS = 12  # requests at once; fewer than the database's connections
_TOLD = {
    400: "The body is no JSON",
    401: "No key, a wrong or a revoked one",
    403: "A key of another scope",
    404: "No such film",
    405: "Another method; the header Allow has those that there are",
    409: "A version that may not serve",
    410: "A viewer who was erased",
    413: "The body is too large",
    415: "The body is not said to be JSON, or is encoded",
    422: "Something in the request is wrong",
    429: "Too many requests; Retry-After says when to try again",
    500: "The service failed; its log has more under the request id",
    503: "The database does not answer; Retry-After says when to try again",
}


def create_app(settings: Settings) -> FastAPI:
    """The service of a workspace and its database; they are opened when it starts."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        sys.setswitchinterval(_TURN_S)
        to_thread.current_default_thread_limiter().total_tokens = _THREADS
        worker = await to_thread.run_sync(_worker, settings, metrics)
        app.state.worker, app.state.settings = worker, settings
        hearing = Hearing(worker, Retention.of(settings))
        hearing.start()
        try:
            yield
        finally:
            await to_thread.run_sync(hearing.stop)
            await to_thread.run_sync(worker.close)

    content = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    app = FastAPI(
        title="matinee",
        version=versions()["matinee"],
        description="Films for viewers, with reasons that are true.",
        lifespan=lifespan,
        redirect_slashes=False,
        responses={code: {"description": text, "content": content} for code, text in _TOLD.items()},
    )
    routers = (
        pages.router,
        films.router,
        events.router,
        choices.router,
        models.router,
        erasing.router,
        tokens.router,
        health.router,
    )
    for router in routers:
        app.include_router(router)
    add_handlers(app, [route for router in routers for route in router.routes])
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-Request-ID"],
            expose_headers=["X-Request-ID"],
        )
    app.add_middleware(Envelope, metrics=metrics, body_limit=settings.body_limit)
    return app


def app_of_settings() -> FastAPI:
    """The application of this process' environment, as each worker makes it."""
    return create_app(read_settings())


def _worker(settings: Settings, metrics: Metrics) -> Worker:
    store = open_store(settings)
    try:
        live = Live.of(store, Workspace(settings.home))
    except BaseException:
        store.database.close()
        raise
    live.start()
    pages_log = PageLog(store.database, store.key, metrics)
    guard, appender = Guard(), Appender(lambda: live.served.log)
    keys = Keys(store.database, guard)
    burst_s = settings.rate_burst
    limits = Limit(settings.rate_limit, burst_s), Limit(settings.viewer_rate_limit, burst_s)
    recent = Recent(metrics)
    recent.start()
    return Worker(store, live, keys, pages_log, metrics, guard, appender, *limits, recent)

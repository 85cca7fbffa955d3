"""The server: uvicorn around the application, its logs as JSON lines."""

import os
import signal
import socket
import sys
import tempfile
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from matinee.service.metrics import SHARED

_GRACE_S = 10  # for requests that are being answered when it is told to stop


def run(application: str, host: str, port: int, workers: int) -> None:
    """Serve an application ("module:function") until told to stop (SIGINT, SIGTERM).

    Requests that have begun are answered.
    """
    # uvicorn stops gracefully, then raises the signal again: that is to end us, not to kill us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="matinee-metrics-") as folder:
        if workers > 1:
            os.environ.setdefault(SHARED, folder)  # read by prometheus_client in the workers
        config = uvicorn.Config(
            application,
            factory=True,
            host=host,
            port=port,
            workers=workers,
            access_log=False,  # our own, which names no viewer
            log_config=_LOGS,
            timeout_graceful_shutdown=_GRACE_S,
            server_header=False,
        )
        server = uvicorn.Server(config)
        if workers == 1:
            server.run()
            return
        with listening(config) as place:
            Multiprocess(config, sockets=[place]).run()


def listening(config: uvicorn.Config) -> socket.socket:
    """A socket that workers share, whose connections send what they have at once.

    asyncio sees to that on sockets that know their protocol, which uvicorn's does not: the end of
    each answer would wait 40 ms for a word of the other side.
    """
    place = config.bind_socket()
    place.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # connections inherit it
    return place


_LOGS: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "matinee.service.envelope.JsonLines"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "lines",
            "stream": "ext://sys.stderr",
        }
    },
    "loggers": {
        name: {"handlers": ["stderr"], "level": "INFO", "propagate": False}
        for name in ("matinee", "uvicorn", "uvicorn.error")
    },
}

"""The server: uvicorn around the application, its logs as JSON lines."""

import logging
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
# Connections inherit it: each answer is sent whole at once. asyncio sees to that on sockets that
# know their protocol, which uvicorn's do not: an answer's end would wait 40 ms for the other side.
_AT_ONCE = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


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
    """The address that all workers answer at.

    On Linux each listens on a socket of its own, among which the system spreads connections: on one
    that they share, whoever wakes first accepts all that wait, and the others have nothing to do.
    """
    if sys.platform != "linux":
        place = config.bind_socket()
        place.setsockopt(*_AT_ONCE)
        return place
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        return Place.bound(family, (config.host, config.port))
    except OSError as error:
        logging.getLogger("uvicorn.error").error(error)
        sys.exit(1)


class Place(socket.socket):
    """A bound address that another process, to which it is handed, binds once more for itself."""

    @classmethod
    def bound(cls, family: int, address: tuple[str, int]) -> "Place":
        """Bound to this address, beside those who are already."""
        place = cls(family, socket.SOCK_STREAM)
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        place.setsockopt(*_AT_ONCE)
        place.bind(address)
        place.set_inheritable(True)
        return place

    def __reduce__(self) -> tuple[Any, ...]:
        """For the worker's process: not this socket, but one more of this address."""
        return Place.bound, (int(self.family), self.getsockname()[:2])


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

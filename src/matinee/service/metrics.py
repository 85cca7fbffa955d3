"""What Prometheus reads: requests, events, pages, degradations."""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own: a folder that workers share
_SECONDS = (0.002, 0.005, 0.01, 0.015, 0.025, 0.04, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.seconds = Histogram(
            "matinee_request_seconds",
            "Time to answer",
            ["route", "method"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.requests = self._counter("requests", "Answers", "route", "method", "status")
        self.events = self._counter("events", "Events received, by what became of them", "state")
        self.degraded = self._counter("degraded", "Answers with less than everything", "reason")
        self.limited = self._counter(
            "limited", "Requests beyond the rate of whoever asked", "asker"
        )
        self.pages = self._counter("pages_logged", "Pages written to the log", "state")

    def text(self) -> bytes:
        """All of them, in Prometheus' format; of all workers where there are several."""
        if SHARED not in os.environ:
            return generate_latest(self._registry)
        everybody = CollectorRegistry()
        MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
        return generate_latest(everybody)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"matinee_{name}", about, labels, registry=self._registry)

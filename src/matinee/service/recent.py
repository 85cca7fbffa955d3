"""The last hours of the counters: a ring of what they stood at, of all workers together."""

import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

from matinee.service.metrics import Metrics

EVERY_S: Final = 15.0
_MOST: Final = 960  # four hours
_log = logging.getLogger("matinee.service")


@dataclass(frozen=True, slots=True)
class Sample:
    """What the counters stood at; each only grows, but where a worker started anew."""

    at: float  # UTC seconds
    buckets: Mapping[float, float]  # seconds -> answers that took no longer
    failed: float  # answers of 500 and above
    degraded: float
    events: Mapping[str, float]  # by what became of them


class Recent:
    """A thread that looks at the counters every quarter of a minute."""

    def __init__(self, metrics: Metrics, clock: Callable[[], float] = time.time) -> None:
        self._metrics, self._clock = metrics, clock
        self._samples: deque[Sample] = deque(maxlen=_MOST)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="matinee-recent", daemon=True)

    def start(self) -> None:
        """Begin, with what they stand at now."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def look(self) -> None:
        """Keep what they stand at now."""
        self._samples.append(self._sample())

    def samples(self) -> Sequence[Sample]:
        """The oldest first, and what they stand at this moment."""
        return [*tuple(self._samples), self._sample()]

    def _sample(self) -> Sample:
        return sample(self._metrics.text().decode(), self._clock())

    def _watch(self) -> None:
        while not self._stop.wait(EVERY_S):
            try:
                self.look()
            except (OSError, ValueError) as error:  # a worker's file that is being written
                _log.warning("counters not read: %s", error)


def sample(text: str, at: float) -> Sample:
    """What a text of Prometheus says of all routes together."""
    buckets: dict[float, float] = defaultdict(float)
    events: dict[str, float] = defaultdict(float)
    failed = degraded = 0.0
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            if one.name == "matinee_request_seconds_bucket":
                buckets[float(one.labels["le"])] += one.value
            elif one.name == "matinee_requests_total" and one.labels["status"] >= "500":
                failed += one.value
            elif one.name == "matinee_degraded_total":
                degraded += one.value
            elif one.name == "matinee_events_total":
                events[one.labels["state"]] += one.value
    return Sample(at, dict(buckets), failed, degraded, dict(events))

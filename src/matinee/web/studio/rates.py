"""How the service answered lately: rates and times between two looks at its counters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from matinee.service.recent import Sample

_POINTS: Final = 60  # of a chart
_Buckets = Mapping[float, float]


@dataclass(frozen=True, slots=True)
class Span:
    """Between two looks."""

    start: float  # UTC seconds
    end: float
    answers: float
    failed: float
    degraded: float
    median: float | None  # ms, as the buckets tell it; None without an answer
    slowest: float | None  # of a hundred, the second slowest; ms
    events: Mapping[str, float]

    @property
    def a_minute(self) -> float:
        """Answers a minute."""
        return 60 * self.answers / max(self.end - self.start, 1e-9)


def spans(samples: Sequence[Sample], since: float) -> Sequence[Span]:
    """At most some sixty spans of about the same length from a moment on, the oldest first."""
    seen = [one for one in samples if one.at >= since] or list(samples[-2:])
    step = max(1, -(-(len(seen) - 1) // _POINTS))
    kept = seen[::-1][::step][::-1]  # the last one is always there
    return [_between(one, other) for one, other in pairwise(kept)]


def whole(samples: Sequence[Sample], since: float) -> Span | None:
    """All of it as one span; None where there was one look alone."""
    seen = [one for one in samples if one.at >= since]
    return _between(seen[0], seen[-1]) if len(seen) > 1 else None


def within(buckets: _Buckets, share: float) -> float | None:
    """Seconds within which that share of the answers lay, evenly within the bucket.

    >>> within({1.0: 5, 2.0: 10, float("inf"): 10}, 0.75)
    1.5
    >>> within({0.01: 5, float("inf"): 10}, 0.99)
    0.01
    >>> within({float("inf"): 0}, 0.5) is None
    True
    """
    bounds = sorted(buckets)
    total = buckets[bounds[-1]] if bounds else 0.0
    if not total:
        return None
    low = below = 0.0
    for bound in bounds:
        if buckets[bound] >= share * total and bound != float("inf"):
            inside = buckets[bound] - below
            return low + (bound - low) * (share * total - below) / inside if inside else bound
        if bound != float("inf"):
            low, below = bound, buckets[bound]
    return low  # the last bound: it took longer than the buckets know


def _between(one: Sample, other: Sample) -> Span:
    """What was added; counters that went down were begun anew."""
    buckets = {k: max(v - one.buckets.get(k, 0.0), 0.0) for k, v in other.buckets.items()}
    median, slowest = within(buckets, 0.5), within(buckets, 0.99)
    return Span(
        one.at,
        other.at,
        buckets.get(float("inf"), 0.0),
        max(other.failed - one.failed, 0.0),
        max(other.degraded - one.degraded, 0.0),
        None if median is None else 1000 * median,
        None if slowest is None else 1000 * slowest,
        {k: max(v - one.events.get(k, 0.0), 0.0) for k, v in other.events.items()},
    )

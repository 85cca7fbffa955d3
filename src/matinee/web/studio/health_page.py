"""GET studio/health: how the service answers, from the counters that Prometheus reads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from prometheus_client.parser import text_string_to_metric_families

from matinee.service.worker import WorkerParam
from matinee.web.rendering import page as render
from matinee.web.route import PageRoute
from matinee.web.studio.access import INSIDERS

router = APIRouter(include_in_schema=False, route_class=PageRoute, dependencies=INSIDERS)
_Buckets = Mapping[float, float]  # seconds -> answers that took no longer


@dataclass(frozen=True, slots=True)
class RouteHealth:
    """One route since the service started."""

    route: str
    count: int
    median: str
    slowest: str  # of a hundred, the second slowest
    failed: int
    width: float  # of its bar, per cent of the busiest


@router.get("/studio/health")
def health_page(request: Request, worker: WorkerParam) -> Response:
    """Answers, their times, what was degraded, what became of events and pages."""
    text = worker.metrics.text().decode()
    return render(
        request,
        "studio/health.html",
        routes=routes(text),
        events=labelled(text, "matinee_events_total", "state"),
        degraded=labelled(text, "matinee_degraded_total", "reason"),
        pages=labelled(text, "matinee_pages_logged_total", "state"),
    )


def routes(text: str) -> Sequence[RouteHealth]:
    """Each route of a text of Prometheus, the busiest first."""
    buckets: dict[str, dict[float, float]] = defaultdict(lambda: defaultdict(float))
    failed: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "matinee_request_seconds_bucket":
                buckets[sample.labels["route"]][float(sample.labels["le"])] += sample.value
            elif sample.name == "matinee_requests_total" and sample.labels["status"] >= "500":
                failed[sample.labels["route"]] += sample.value
    counts = {route: int(max(found.values())) for route, found in buckets.items()}
    busiest = max(counts.values(), default=1)
    return [
        RouteHealth(
            route,
            count,
            within(buckets[route], 0.5),
            within(buckets[route], 0.99),
            int(failed[route]),
            100 * count / busiest,
        )
        for route, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        if count
    ]


def within(buckets: _Buckets, share: float) -> str:
    """The bound of the first bucket in which that share of the answers lies.

    >>> within({0.01: 5, 0.1: 9, float("inf"): 10}, 0.5)
    '≤ 10 ms'
    >>> within({0.01: 5, 0.1: 9, float("inf"): 10}, 0.99)
    '> 100 ms'
    """
    bounds = sorted(buckets)
    wanted = share * buckets[bounds[-1]]
    last = 0.0
    for bound in bounds:
        if buckets[bound] >= wanted and bound != float("inf"):
            return f"≤ {1000 * bound:g} ms"
        if bound != float("inf"):
            last = bound
    return f"> {1000 * last:g} ms"


def labelled(text: str, name: str, label: str) -> Sequence[tuple[str, int]]:
    """The values of a counter by one of its labels, the largest first."""
    found: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name:
                found[sample.labels[label]] += sample.value
    return sorted(((k, int(v)) for k, v in found.items()), key=lambda pair: -pair[1])

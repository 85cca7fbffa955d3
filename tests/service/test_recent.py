"""The last hours of the counters."""

from matinee.service.metrics import Metrics
from matinee.service.recent import Recent, sample
from matinee.web.studio.rates import spans, whole


def told(metrics, seconds, status="200", times=1):
    for _ in range(times):
        metrics.seconds.labels("/", "GET").observe(seconds)
        metrics.requests.labels("/", "GET", status).inc()


def test_what_came_between_two_looks_is_told_apart():
    metrics, times = Metrics(), iter([100.0, 115.0, 130.0, 140.0])
    recent = Recent(metrics, lambda: next(times))
    told(metrics, 0.001, times=7)
    recent.look()
    told(metrics, 0.03, times=10)
    metrics.degraded.labels("no model").inc(3)
    recent.look()
    told(metrics, 0.2, "503", times=2)
    recent.look()
    first, second, third = spans(recent.samples(), 0.0)
    assert (first.answers, first.failed, first.degraded) == (10, 0, 3)
    assert 25 < first.median < 40
    assert (second.answers, second.failed) == (2, 2)
    assert second.a_minute == 8
    assert 100 < second.slowest <= 250
    assert (third.answers, third.median) == (0, None)
    assert whole(recent._samples, 110.0).answers == 2


def test_many_looks_make_some_sixty_spans_that_miss_nothing():
    metrics = Metrics()
    seen = []
    for k in range(200):
        told(metrics, 0.001)
        seen.append(sample(metrics.text().decode(), 15.0 * k))
    found = spans(seen, 0.0)
    assert len(found) <= 60
    assert sum(one.answers for one in found) >= 195
    assert found[-1].end == 15.0 * 199


def test_counters_that_began_anew_give_no_negative_rates():
    metrics = Metrics()
    told(metrics, 0.001, times=9)
    before = sample(metrics.text().decode(), 0.0)
    after = sample(Metrics().text().decode(), 15.0)
    (found,) = spans([before, after], -1.0)
    assert (found.answers, found.median) == (0, None)


def test_one_look_alone_is_no_span():
    assert spans([sample("", 0.0)], 0.0) == []
    assert whole([sample("", 0.0)], 0.0) is None

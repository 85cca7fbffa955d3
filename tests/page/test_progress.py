import polars as pl

from matinee.dataset import Doings
from matinee.page.progress import begun
from matinee.page.standing import runtimes
from matinee.schema import EVENTS as COLUMNS

MOVIES = pl.DataFrame({"item_id": list("abcdefg"), "runtime": [100, 100, 100, 100, None, 100, 100]})
DAY = 86_400
EVENTS = pl.DataFrame(
    [
        ("v", "a", "stop", 3000, 90 * DAY),
        ("v", "a", "pause", 4500, 95 * DAY),
        ("v", "b", "stop", 3000, 90 * DAY),
        ("v", "b", "complete", 6000, 91 * DAY),
        ("v", "c", "pause", 60, 92 * DAY),  # hardly begun
        ("v", "d", "stop", 1200, 98 * DAY),
        ("v", "e", "stop", 1200, 98 * DAY),  # of unknown length
        ("v", "f", "stop", 1200, 9 * DAY),  # given up
        ("v", "g", "skip", 1200, 98 * DAY),
        ("w", "b", "stop", 1200, 98 * DAY),
        ("v", "d", "stop", 2400, 101 * DAY),  # later than the page
    ],
    schema=["user_id", "item_id", "kind", "position_s", "timestamp"],
    orient="row",
)


def of(user_id: str) -> dict[str, float]:
    own = EVENTS.filter(user_id=user_id)
    missing = [pl.lit(None, kind).alias(name) for name, kind in COLUMNS.items()]
    own = own.with_columns(one for one in missing if one.meta.output_name() not in own.columns)
    events = own.with_columns(event_id=pl.int_range(pl.len()).cast(pl.String))
    return begun(Doings.of_table(events), runtimes(MOVIES), 100 * DAY)


def test_begun_films_are_those_stopped_in_the_middle_lately_and_not_finished() -> None:
    assert of("v") == {"d": 0.2, "a": 0.75}
    assert list(of("v")) == ["d", "a"]


def test_a_viewer_without_events_has_begun_nothing() -> None:
    assert of("nobody") == {}

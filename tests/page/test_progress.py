import polars as pl

from matinee.page.progress import begun

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


def test_begun_films_are_those_stopped_in_the_middle_lately_and_not_finished() -> None:
    assert begun(EVENTS, "v", MOVIES, 100 * DAY) == {"d": 0.2, "a": 0.75}
    assert list(begun(EVENTS, "v", MOVIES, 100 * DAY)) == ["d", "a"]


def test_a_viewer_without_events_has_begun_nothing() -> None:
    assert begun(EVENTS, "nobody", MOVIES, 100 * DAY) == {}

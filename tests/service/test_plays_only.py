"""A service whose viewers play and skip and never rate has all its rows."""

import time
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest
from tests.conftest import tables
from tests.service.conftest import Service, event

from matinee.schema import Tables


@pytest.fixture
def lately() -> Tables:
    """A catalogue without votes, of two likings, and nobody in it."""
    found = tables(items=60)
    votes = [pl.lit(None, found.movies.schema[c]).alias(c) for c in ("vote_average", "vote_count")]
    likings = pl.Series([[["Drama"], ["Comedy"]][k % 2] for k in range(60)])
    movies = found.movies.with_columns(*votes, genres=likings)
    return replace(found, movies=movies, ratings=found.ratings.clear())


def _watch(service: Service) -> None:
    """Each of thirty viewers watches twelve films of one liking and leaves two of the other."""
    films, now = service.tables.movies["item_id"].to_list(), int(time.time())
    for k in range(30):
        own, other = films[k % 2 :: 2], films[1 - k % 2 :: 2]
        watched = [own[(k // 2 + 2 * j) % len(own)] for j in range(12)]
        service.send(
            *(
                event("complete", film, user_id=f"w{k}", timestamp=now - 9_000 + 60 * j)
                for j, film in enumerate(watched)
            ),
            *(
                event("skip", film, user_id=f"w{k}", position_s=30, timestamp=now - 500 + j)
                for j, film in enumerate(other[:2])
            ),
        )


def test_plays_alone_make_what_trends_and_themes(serve: Callable[..., Service]) -> None:
    service = serve(model=None)
    _watch(service)
    worker = service.client.app.state.worker  # type: ignore[attr-defined]
    worker.live.reread()
    maker = worker.live.served.maker
    page = service.page("w0", rows=12, cards=6)
    rows = {row["kind"]: row for row in page["rows"]}
    assert {"trending", "theme"} <= rows.keys()
    said = [
        reason["text"]
        for card in rows["trending"]["cards"]
        for reason in card["reasons"]
        if "liked by" in reason["text"]
    ]
    assert said
    number = worker.live.served.number(rows["trending"]["cards"][0]["item_id"])
    assert f"liked by {maker.trend.likers[number]:,} viewers in the last 7 days" in said[0]
    # Five watched the first film, and the fifteen viewers of the other liking left it.
    first = worker.live.served.number(service.tables.movies["item_id"][0])
    views = worker.live.served.data.histories.numbers
    assert (maker.trend.likers[first], (views == first).sum()) == (5, 20)
    assert maker.vectors.shape[1] > 48  # likeness of films is of who watched them too

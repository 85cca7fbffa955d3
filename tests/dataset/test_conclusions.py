"""One viewer's events on arrays say what `interactions` reads in tables."""

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.dataset import Doings, Signals, conclusions, interactions
from matinee.schema import DOING, EVENTS, KINDS, RatingScale

SCALE = RatingScale(0.5, 5, 0.5)
RUNTIMES = {"heat": 100.0, "big": 50.0}
T = 1_700_000_000
WEIGHTS = Signals(pause=-0.07, stayed=0.13, ignored=-0.03, patience_s=2_500)

happenings = st.lists(
    st.fixed_dictionaries(
        {
            "item_id": st.sampled_from(["heat", "big", "unknown"]),
            "kind": st.sampled_from(KINDS),
            "value": st.sampled_from([None, 0.5, 3.0, 5.0, 90.0]),
            "position_s": st.sampled_from([None, 0.0, 600.0, 3000.0, 9e6]),
            "timestamp": st.integers(0, 9).map(lambda step: T + step * 1000),
            "page_id": st.sampled_from([None, "p", "q"]),
            "retracts": st.integers(0, 30),
        }
    ),
    max_size=30,
)


def table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    full = []
    for place, row in enumerate(rows):
        retracts = f"{row['retracts']:032x}" if row["kind"] == "retract" else None
        named = {"event_id": f"{(7 * place) % 31:032x}", "user_id": "u", "retracts": retracts}
        film = {} if row["kind"] != "search" or row["value"] else {"item_id": None}
        full.append(dict.fromkeys(EVENTS) | row | named | film)
    return pl.DataFrame(full, schema=EVENTS)


def said(doings: Doings, as_of: int) -> list[tuple[Any, ...]]:
    known = doings.take(np.flatnonzero(doings.timestamp <= as_of)).standing()
    found = conclusions(known, RUNTIMES, SCALE, as_of, WEIGHTS)
    ratings = [None if np.isnan(rating) else rating for rating in found.rating.tolist()]
    columns = found.strength.tolist(), ratings, found.timestamp.tolist(), found.leave_out.tolist()
    films = [doings.films[film] for film in found.films.tolist()]
    return list(zip(films, *columns, strict=True))


@settings(max_examples=400, deadline=None)
@given(happenings, st.integers(-1, 14))
def test_arrays_of_one_viewer_say_what_a_table_says(rows: list[Any], step: int) -> None:
    events, as_of = table(rows), T + step * 1000 + 500
    runtimes = pl.DataFrame({"item_id": list(RUNTIMES), "runtime": list(RUNTIMES.values())})
    expected = interactions(events, SCALE, WEIGHTS, runtimes=runtimes, as_of=as_of)
    assert said(Doings.of_table(events), as_of) == expected.sort("item_id").drop("user_id").rows()


@settings(max_examples=60, deadline=None)
@given(happenings, st.data())
def test_events_that_come_in_parts_are_those_that_come_at_once(
    rows: list[Any], data: st.DataObject
) -> None:
    numbered = table(rows).with_columns(seq=pl.int_range(pl.len()))
    whole = Doings.of_table(numbered)
    cut, again = (data.draw(st.integers(0, len(rows))) for _ in range(2))
    rest = numbered.select(DOING).rows()
    parts = Doings.of(rest[:cut]).after(Doings.of(rest[min(cut, again) :]), len(rows) or 1)
    assert parts.seq.tolist() == whole.seq.tolist()
    assert said(parts, T + 20_000) == said(whole, T + 20_000)
    few = max(1, len(rows) // 2)
    assert whole.after(Doings.of([]), few).seq.tolist() == whole.seq.tolist()[-few:]

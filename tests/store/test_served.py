"""Pages as they were shown, policies, and one artefact that all servers serve."""

import pytest

from matinee.errors import InputError, UnknownId
from matinee.store.database import Database
from matinee.store.key import Key
from matinee.store.served import (
    EXPOSURES,
    ServedPage,
    add_artefact,
    go_live,
    live_artefact,
    put_policy,
    read_artefacts,
    read_exposures,
    read_policies,
    record_pages,
    refuse,
)

KEY = Key(b"a key of these tests")


def test_a_page_is_read_card_by_card(database: Database) -> None:
    add_artefact(database, "first", "models/first", {}, 5)
    cards = [(0, 0, "heat", 0.25), (0, 1, "big", None), (2, 0, "cold", 1.0)]
    pages = [
        ServedPage("p1", "u", "default", 10, cards, "first"),
        ServedPage("p2", "v", "default", 20, cards[:1]),
        ServedPage("p3", "u", "other", 30, []),
    ]
    record_pages(database, KEY, pages)
    record_pages(database, KEY, [])
    found = read_exposures(database)
    assert dict(found.schema) == EXPOSURES
    assert found.rows() == [
        ("p1", "u", 0, 0, "heat", "default", 0.25, 10),
        ("p1", "u", 0, 1, "big", "default", None, 10),
        ("p1", "u", 2, 0, "cold", "default", 1.0, 10),
        ("p2", "v", 0, 0, "heat", "default", 0.25, 20),
    ]
    assert read_exposures(database, since=11)["page_id"].to_list() == ["p2"]
    assert read_exposures(database, user_id="v").height == 1
    with pytest.raises(InputError, match=r"pages: expected artefacts of the index, got \['none'\]"):
        record_pages(database, KEY, [ServedPage("p4", "u", "default", 40, cards, "none")])


def test_policies_are_kept_by_name(database: Database) -> None:
    put_policy(database, "b", "name = 'b'", 1)
    put_policy(database, "a", "name = 'a'", 2)
    put_policy(database, "b", "name = 'b' # new", 3)
    assert read_policies(database) == {"a": "name = 'a'", "b": "name = 'b' # new"}


def test_one_artefact_is_live_and_a_refused_one_never_again(database: Database) -> None:
    assert live_artefact(database) is None
    for made_at, name in enumerate(("first", "second", "third")):
        add_artefact(database, name, f"models/{name}", {"ndcg": made_at / 10}, made_at)
    go_live(database, "first")
    go_live(database, "second")
    live = live_artefact(database)
    assert live is not None
    assert (live.artefact_id, live.place, live.metrics) == (
        "second",
        "models/second",
        {"ndcg": 0.1},
    )
    go_live(database, "second")
    go_live(database, "first")  # rolled back
    refuse(database, "second")
    states = {artefact.artefact_id: artefact.state for artefact in read_artefacts(database)}
    assert states == {"third": "candidate", "second": "refused", "first": "live"}
    with pytest.raises(InputError, match="expected one that may serve, got 'second': refused"):
        go_live(database, "second")
    with pytest.raises(UnknownId, match="expected one of the index, got 'none'"):
        go_live(database, "none")
    with pytest.raises(UnknownId, match="expected one of the index, got 'none'"):
        refuse(database, "none")
    with pytest.raises(InputError, match="expected an id of its own, got 'first' again"):
        add_artefact(database, "first", "elsewhere", {}, 9)

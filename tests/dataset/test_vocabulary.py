"""Ids and numbers answer each other."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.dataset import Vocabulary
from matinee.errors import InputError, UnknownId

ids = st.lists(st.text("0123456789ab", min_size=1, max_size=4), max_size=30)


@settings(deadline=None, max_examples=40)
@given(ids, ids)
def test_the_number_of_an_id_leads_back_to_it(known: list[str], asked: list[str]) -> None:
    vocabulary = Vocabulary.of(known)
    assert set(vocabulary.ids) == set(known)
    for id_, number in zip(asked, vocabulary.numbers(asked), strict=True):
        assert number == -1 if id_ not in known else vocabulary.ids[int(number)] == id_


@settings(deadline=None, max_examples=40)
@given(ids, ids)
def test_an_enum_of_any_categories_gives_the_same_numbers(
    known: list[str], asked: list[str]
) -> None:
    vocabulary = Vocabulary.of(known)
    text = pl.Series(asked, dtype=pl.String)
    as_enum = text.cast(pl.Enum(text.unique().sort(descending=True)))
    assert vocabulary.numbers(as_enum).tolist() == vocabulary.numbers(text).tolist()
    own = pl.Series([*known, None], dtype=vocabulary.enum)
    assert vocabulary.numbers(own).tolist() == [*vocabulary.numbers(known), -1]


def test_whole_numbers_stand_in_numeric_order_and_other_ids_in_text_order() -> None:
    assert Vocabulary.of(["10", "9", "009"]).ids.to_list() == ["009", "9", "10"]
    assert Vocabulary.of(["10", "9", "x"]).ids.to_list() == ["10", "9", "x"]


def test_repeated_missing_or_other_ids_are_refused() -> None:
    with pytest.raises(InputError, match="expected 3 distinct ids, got 2"):
        Vocabulary(pl.Series(["a", "b", "a"]))
    with pytest.raises(InputError, match="distinct ids"):
        Vocabulary(pl.Series(["a", None]))
    with pytest.raises(InputError, match="expected ids as text, got Int64"):
        Vocabulary(pl.Series([1, 2]))


def test_an_unknown_id_is_named() -> None:
    with pytest.raises(UnknownId, match="got 'z'"):
        Vocabulary.of(["a", "b"]).number("z")

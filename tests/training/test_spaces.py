"""Every space is of a recipe, holds its default, and makes recipes that can be."""

from dataclasses import fields
from typing import Any

import pytest

from matinee.errors import InputError
from matinee.models import RECIPES
from matinee.training.spaces import RATED, SPACES, Choice, Range
from matinee.training.tuning import space_of


def ends(bounds: Range) -> tuple[Any, ...]:
    return bounds.values if isinstance(bounds, Choice) else (bounds.low, bounds.high)


@pytest.mark.parametrize("name", SPACES)
def test_the_fields_are_the_recipe_s_and_the_default_lies_within(name: str) -> None:
    default = RECIPES[name]()
    assert SPACES[name].keys() <= {field.name for field in fields(default)}
    for field, bounds in SPACES[name].items():
        value = getattr(default, field)
        if isinstance(bounds, Choice):
            assert value in bounds.values
        else:
            assert bounds.low <= value <= bounds.high
            assert bounds.low < bounds.high


@pytest.mark.parametrize("name", SPACES)
def test_the_ends_of_every_range_make_a_recipe(name: str) -> None:
    for field, bounds in SPACES[name].items():
        for value in ends(bounds):
            assert getattr(RECIPES[name](**{field: value}), field) == value


def test_models_of_ratings_have_a_space() -> None:
    assert set(SPACES) >= RATED


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("eese", "model: expected one of popularity"),
        ("soup", r"tune: expected a model with settings to search \(trending, .*got 'soup'"),
        ("ease:ridge=3", "tune: expected a model's name without settings, got 'ease:ridge=3'"),
    ],
)
def test_a_model_that_cannot_be_tuned_is_named(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        space_of(name)

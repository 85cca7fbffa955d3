"""Recipes as text that a person types and reads: "ease:ridge=100"."""

from dataclasses import fields, replace
from typing import Any

from matinee.errors import InputError
from matinee.models import RECIPES

_MOST = 2**31 - 1  # of a whole number: arrays and kernels count with 32 bits


def recipe_from_text(text: str) -> tuple[str, Any]:
    """The name and the recipe of "name" or "name:field=value,field=value".

    >>> recipe_from_text("ease:ridge=100")
    ('ease', Ease(ridge=100.0))
    """
    name, _, settings = text.partition(":")
    if name not in RECIPES:
        raise InputError(f"model: expected one of {', '.join(RECIPES)}, got {name!r}")
    recipe = RECIPES[name]()
    for setting in filter(None, settings.split(",")):
        recipe = _with(name, recipe, setting)
    return name, recipe


def describe(recipe: Any) -> str:
    """The text that `recipe_from_text` reads back.

    >>> describe(recipe_from_text("ease:ridge=100")[1])
    'ease:ridge=100.0'
    """
    settings = ",".join(f"{f.name}={getattr(recipe, f.name)}" for f in fields(recipe))
    return f"{name_of(recipe)}:{settings}" if settings else name_of(recipe)


def name_of(recipe: Any) -> str:
    """The name under which `models.RECIPES` has the recipe's type."""
    return next(name for name, kind in RECIPES.items() if type(recipe) is kind)


def _with(name: str, recipe: Any, setting: str) -> Any:
    key, equals, value = setting.partition("=")
    known = {f.name: type(getattr(recipe, f.name)) for f in fields(recipe)}
    if not equals or key not in known:
        choices = ", ".join(f"{k}=..." for k in known) or "no settings"
        raise InputError(f"model {name}: expected {choices}, got {setting!r}")
    try:
        parsed = known[key](value)
    except ValueError:
        what = {int: "a whole number", float: "a number"}.get(known[key], known[key].__name__)
        raise InputError(f"model {name}: expected {key} as {what}, got {value!r}") from None
    if isinstance(parsed, int) and abs(parsed) > _MOST:
        raise InputError(f"model {name}: expected {key} up to {_MOST:,}, got {value!r}")
    return replace(recipe, **{key: parsed})

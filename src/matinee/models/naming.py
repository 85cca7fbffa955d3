"""Recipes as text that a person types and reads: "ease:ridge=100"."""

import re
from dataclasses import fields, replace
from typing import Any

from matinee.errors import InputError
from matinee.models import RECIPES
from matinee.models.blend import ROOT, Blend

_BOOLS = {"True": True, "False": False}
_WANTED = {int: "a whole number", float: "a number", bool: "True or False"}
_MOST = 2**31 - 1  # of a whole number: arrays and kernels count with 32 bits


def recipe_from_text(text: str) -> tuple[str, Any]:
    """The name and the recipe of "name" or "name:field=value,field=value".

    A blend is "blend:part@weight+part@weight", each part the text of a recipe.

    >>> recipe_from_text("ease:ridge=100")
    ('ease', Ease(ridge=100.0, dtype='float64'))
    """
    name, _, settings = text.partition(":")
    if name not in RECIPES:
        raise InputError(f"model: expected one of {', '.join(RECIPES)}, got {name!r}")
    if name == "blend" and settings:
        return name, _blend(settings)
    usual = RECIPES[name]()
    # All at once: some settings are right only beside each other.
    found = dict(_parsed(name, usual, setting) for setting in filter(None, settings.split(",")))
    return name, replace(usual, **found)


def describe(recipe: Any, *, whole: bool = False) -> str:
    """The text that `recipe_from_text` reads back: what differs from the defaults.

    With `whole` every setting is named: for what is kept until defaults may have changed.

    >>> describe(recipe_from_text("ease:ridge=100")[1])
    'ease:ridge=100.0'
    >>> describe(recipe_from_text("ease:ridge=100")[1], whole=True)
    'ease:ridge=100.0,dtype=float64'
    """
    if isinstance(recipe, Blend):
        parts = [_part(part, whole) for part in recipe.parts]
        weighed = zip(parts, recipe.weights, strict=True)
        return "blend:" + "+".join(f"{part}@{weight:.4g}" for part, weight in weighed)
    usual = type(recipe)()
    settings = ",".join(
        f"{f.name}={getattr(recipe, f.name)}"
        for f in fields(recipe)
        if whole or getattr(recipe, f.name) != getattr(usual, f.name)
    )
    return f"{name_of(recipe)}:{settings}" if settings else name_of(recipe)


def _part(text: str, whole: bool) -> str:
    root = ROOT if text.startswith(ROOT) else ""
    return root + describe(recipe_from_text(text.removeprefix(ROOT))[1], whole=whole)


def name_of(recipe: Any) -> str:
    """The name under which `models.RECIPES` has the recipe's type."""
    return next(name for name, kind in RECIPES.items() if type(recipe) is kind)


def _blend(settings: str) -> Blend:
    parts, weights = [], []
    # A plus sign before a digit belongs to a number: 1e+05.
    for text in re.split(r"\+(?=[a-z])", settings):
        part, at, weight = text.rpartition("@")
        try:
            weights.append(float(weight))
        except ValueError:
            at = ""
        if not (part and at):
            raise InputError(
                f"model blend: expected part@weight+part@weight, such as linear@1+als@0.3, got "
                f"{text!r}"
            )
        parts.append(part)
    return Blend(tuple(parts), tuple(weights))


def _parsed(name: str, recipe: Any, setting: str) -> tuple[str, Any]:
    key, equals, value = setting.partition("=")
    known = {f.name: type(getattr(recipe, f.name)) for f in fields(recipe)}
    if not equals or key not in known:
        choices = ", ".join(f"{k}=..." for k in known) or "no settings"
        raise InputError(f"model {name}: expected {choices}, got {setting!r}")
    try:
        parsed = _BOOLS[value] if known[key] is bool else known[key](value)
    except (KeyError, ValueError):
        what = _WANTED.get(known[key], known[key].__name__)
        raise InputError(f"model {name}: expected {key} as {what}, got {value!r}") from None
    if isinstance(parsed, int) and abs(parsed) > _MOST:
        raise InputError(f"model {name}: expected {key} up to {_MOST:,}, got {value!r}")
    return key, parsed

"""What a request asks of films, as a mask over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from fastapi import Query

from matinee.errors import InputError, UnknownId, few
from matinee.service.documents import Id
from matinee.service.served import Served

_Words = Annotated[Sequence[str], Query(max_length=100)]
_Films = Annotated[Sequence[Id], Query(max_length=1_000)]
_Year = Annotated[int | None, Query(ge=1800, le=2200)]


@dataclass(frozen=True)
class Wanted:
    """Filters of a request, which hold together; a word may be given several times."""

    genre: _Words = ()  # films of any of these
    without_genre: _Words = ()  # of none of these
    language: _Words = ()
    year_from: _Year = None
    year_to: _Year = None
    include: _Films = ()  # of these films alone
    exclude: _Films = ()


def allowed(served: Served, wanted: Wanted) -> np.ndarray:
    """The films that pass, (films,) bool; InputError for a word, UnknownId for a film unknown.

    A film of which a filter cannot know does not pass it.
    """
    mask = np.ones(len(served.data.items), bool)
    genres, languages = served.masks["genre"], served.masks["language"]
    if wanted.genre:
        mask &= _any("genre", genres, wanted.genre)
    if wanted.without_genre:
        mask &= ~_any("without_genre", genres, wanted.without_genre)
    if wanted.language:
        mask &= _any("language", languages, wanted.language)
    if wanted.year_from is not None:
        mask &= served.years >= wanted.year_from
    if wanted.year_to is not None:
        mask &= served.years <= wanted.year_to
    if wanted.include:
        own = np.zeros(len(mask), bool)
        own[_numbers("include", served, wanted.include)] = True
        mask &= own
    if wanted.exclude:
        mask[_numbers("exclude", served, wanted.exclude)] = False
    return mask


def _any(name: str, masks: Mapping[str, np.ndarray], words: Sequence[str]) -> np.ndarray:
    if unknown := [word for word in words if word not in masks]:
        known = few(sorted(masks), 30) if masks else "none, as the catalogue tells none"
        raise InputError(f"{name}: expected some of {known}, got {few(unknown)}")
    found: np.ndarray = np.logical_or.reduce([masks[word] for word in words])
    return found


def _numbers(name: str, served: Served, ids: Sequence[str]) -> np.ndarray:
    numbers = served.data.items.numbers(list(ids))
    if unknown := [id_ for id_, number in zip(ids, numbers, strict=True) if number < 0]:
        raise UnknownId(f"{name}: expected films of the catalogue, got {few(unknown)}")
    return numbers

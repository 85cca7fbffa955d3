"""Reads data sets of any known kind, and joins what is given."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path

from matinee.errors import InputError, few
from matinee.intake.account import Account
from matinee.intake.joining import joined
from matinee.intake.movielens import CSV, DAT, TWEETS, read_family
from matinee.intake.movielens_100k import read_100k
from matinee.intake.movies_dataset import read_movies_dataset
from matinee.intake.moving import read_gorse, read_personalize
from matinee.intake.own import read_own
from matinee.intake.sources import Source, find_sources
from matinee.intake.tmdb import read_tmdb
from matinee.schema import MOVIES, RATINGS, Tables

Paths = str | PathLike[str] | Sequence[str | PathLike[str]]
_Reader = Callable[[Source, Account, Path], Tables]

_READERS: dict[str, _Reader] = {
    "tmdb": read_tmdb,
    "movielens": partial(read_family, dialect=CSV),
    "movielens dat": partial(read_family, dialect=DAT),
    "movielens 100k": read_100k,
    "movietweetings": partial(read_family, dialect=TWEETS),
    "the movies dataset": read_movies_dataset,
    "personalize": read_personalize,
    "gorse": read_gorse,
}


def read(paths: Paths, *, mapping: Mapping[str, str] | None = None, strict: bool = False) -> Tables:
    """The checked tables of one or several folders, files or zips, joined.

    What a file is, its content says, not its name. `mapping` gives our columns' names in a file
    of your own ({"user_id": "uid", "item_id": "film"}). Broken rows are set aside in
    `quarantine`, other changes counted in `changes`; strict = the first broken row of a file is
    an InputError. Ids of ratings are Enum. Several sources join as `joining.joined` says.
    """
    several = [paths] if isinstance(paths, str | PathLike) else paths
    given = [Path(path) for path in several]
    if not given:
        raise InputError("data: expected at least one path, got none")
    account = Account(strict)
    sources = find_sources(given, mapping or {}, account)
    _check_mapping(mapping or {}, sources)
    readers = _READERS | {"own": partial(read_own, mapping=mapping or {})}
    with tempfile.TemporaryDirectory(prefix="matinee-") as folder:
        tables = [readers[source.family](source, account, Path(folder)) for source in sources]
    whole = joined(tables, account)
    return replace(whole, changes=account.changes, quarantine=account.quarantine)


def _check_mapping(mapping: Mapping[str, str], sources: Sequence[Source]) -> None:
    """InputError for a column that is none of ours, or that no file of one's own has."""
    if unknown := sorted(mapping.keys() - MOVIES.keys() - RATINGS.keys()):
        ours = ", ".join(dict.fromkeys([*RATINGS, *MOVIES]))
        raise InputError(f"mapping: expected some of {ours}, got {few(unknown)}")
    columns = {
        column
        for source in sources
        if source.family == "own"
        for kind in source.found.values()
        for column in kind.found
    }
    if missing := sorted(set(mapping.values()) - columns):
        raise InputError(f"mapping: expected columns of a file, got {few(missing)}")

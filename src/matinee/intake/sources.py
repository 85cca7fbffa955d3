"""From paths to sources: which files belong together, and what they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from matinee.errors import InputError, few
from matinee.intake.account import Account
from matinee.intake.detection import KNOWN, Kind, detect
from matinee.intake.files import File, list_files, text_of

_TABULAR = {".csv", ".dat", ".tsv", ".parquet", ".data", ".item", ".user", ".genre"}


@dataclass(frozen=True, slots=True)
class Source:
    """The files of one data set, by their kind."""

    name: str
    family: str
    files: Mapping[str, File]
    found: Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class _Place:
    """What is looked through as a whole: a folder, a zip, or all files that are given singly."""

    name: str | None  # null = files given singly
    shown: str
    files: list[File]


def find_sources(
    paths: Sequence[Path], mapping: Mapping[str, str], account: Account
) -> list[Source]:
    """The data sets of all paths; files given singly belong together. InputError if none."""
    places: list[_Place] = []
    singles: list[File] = []
    for path in paths:
        files = list_files(path)
        if path.is_file() and len(files) == 1 and files[0].member is None:
            if not singles:
                places.append(_Place(None, "", singles))
            singles += files
        else:
            name = path.resolve().name if path.is_dir() else path.stem
            places.append(_Place(text_of(name), text_of(str(path)), files))
    return [source for place in places for source in _sorted_out(place, mapping, account)]


def _sorted_out(place: _Place, mapping: Mapping[str, str], account: Account) -> list[Source]:
    known: list[tuple[File, Kind]] = []
    near: list[tuple[File, Kind]] = []
    for file in place.files:
        tabular = place.name is None or PurePosixPath(file.place).suffix.lower() in _TABULAR
        if not file.size and tabular:
            raise InputError(f"{file.place}: expected a header and rows, got an empty file")
        kind = detect(file, mapping) if file.size else None
        if kind is not None:
            (near if kind.missing else known).append((file, kind))
        elif place.name is None:
            raise InputError(f"{file.place}: expected one of {KNOWN}, got {_beginning(file)}")
        elif tabular:
            account.change("files", "", f"not read, of no known kind: {file.place}", None)
    _complain(place, known, near)
    families: dict[str, list[tuple[File, Kind]]] = defaultdict(list)
    for file, kind in known:
        families[kind.family].append((file, kind))
    alone = len({file.group for file, _ in known}) == 1 or len(families) == 1
    return [
        source
        for family, files in families.items()
        for source in _of_family(place, family, files, alone, account)
    ]


def _complain(place: _Place, known: list[tuple[File, Kind]], near: list[tuple[File, Kind]]) -> None:
    """InputError if a table lacks a column, or if nothing is known."""
    whole = {(kind.family, kind.kind) for _, kind in known}
    families = {kind.family for _, kind in known}
    for file, kind in near:
        expected_here = kind.family in families or not known or place.name is None
        if (kind.family, kind.kind) not in whole and expected_here:
            raise InputError(
                f"{file.place}: expected columns {list(kind.missing)} ({kind.family} "
                f"{kind.kind}), got {list(kind.found)}"
            )
    if not known:
        names = few(file.place for file in place.files) if place.files else "nothing"
        raise InputError(f"{place.shown}: expected one of {KNOWN}, got {names}")


def _of_family(
    place: _Place, family: str, files: list[tuple[File, Kind]], alone: bool, account: Account
) -> list[Source]:
    """One source, or one a folder if a kind stands in several of them.

    If it is not alone in its place, it is named for its folder.
    """
    groups: dict[str, list[tuple[File, Kind]]] = defaultdict(list)
    for file, kind in files:
        groups[file.group].append((file, kind))
    own_group = next(iter(groups)) if len(groups) == 1 and not alone else ""
    kinds = [{kind.kind for _, kind in group} for group in groups.values()]
    if sum(map(len, kinds)) == len(set().union(*kinds)):
        groups = {own_group: files}
    return [
        Source(
            _name(place, group, members),
            family,
            _by_kind(place, members, account),
            {kind.kind: kind for _, kind in members},
        )
        for group, members in groups.items()
    ]


def _by_kind(place: _Place, members: list[tuple[File, Kind]], account: Account) -> dict[str, File]:
    """The largest file of each kind: samples and folds lie beside the whole (ml-100k's u1.base)."""
    chosen: dict[str, File] = {}
    for file, kind in sorted(members, key=lambda member: (-member[0].size, member[0].place)):
        if kind.kind not in chosen:
            chosen[kind.kind] = file
            continue
        larger = chosen[kind.kind].place
        if place.name is None:
            raise InputError(
                f"{file.place}: expected one file of {kind.family} {kind.kind}, got {larger} too"
            )
        account.change("files", "", f"not read, {larger} is larger: {file.place}", None)
    return chosen


def _name(place: _Place, group: str, members: list[tuple[File, Kind]]) -> str:
    if place.name is None:
        return "+".join(PurePosixPath(file.place).stem for file, _ in members)
    return f"{place.name}/{group}" if group and group != "." else place.name


def _beginning(file: File) -> str:
    line = file.head(200).decode("utf-8", "replace").splitlines()[0]
    return repr(line[:60])

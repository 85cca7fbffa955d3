"""Artefact folders: arrays and a manifest, written whole or not at all, checked when read."""

import hashlib
import json
import os
import platform
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
import polars as pl
from numpy.lib import format as npy

from matinee.errors import ArtefactError, few
from matinee.store.checked_files import Seen
from matinee.store.folders import current, previous, replaced

FORMAT = "matinee artefact"
VERSION = 1  # of the format; a change that old programs cannot read raises it

_MANIFEST, _ITEMS = "manifest.json", "items.json"
_ARRAY_FILE = re.compile(r"[a-z][a-z0-9_]*\.npy")


def versions() -> dict[str, str]:
    """This program, and what it computed with."""
    try:
        own = version("matinee")
    except PackageNotFoundError:
        own = "unknown"
    return {"matinee": own, "python": platform.python_version(), "numpy": np.__version__}


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """What an artefact is; all but the item ids are plain JSON values."""

    kind: str  # the name under which `models` finds `from_arrays`
    recipe: Mapping[str, Any]  # hyper-parameters by name
    item_ids: pl.Series  # in the order of the model's columns
    data: Mapping[str, Any]  # what it was learnt from: name, fingerprint, counts
    metrics: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=versions)


def write(folder: Path, manifest: Manifest, arrays: Mapping[str, np.ndarray]) -> None:
    """Write `folder`, in place of what is there; a reader sees the old or the new, never a mix.

    Everything goes into a temporary folder beside it, which is renamed at the end. A writer that
    dies before that leaves the old artefact as it was. Array names are lower-case words.
    ArtefactError if an array cannot be stored without pickle, or the disk refuses.
    """
    for name, array in arrays.items():
        if not _ARRAY_FILE.fullmatch(f"{name}.npy") or array.dtype.kind not in "biufU":
            raise ArtefactError(
                f"{folder}: expected arrays of plain values named in lower case, got {name!r} "
                f"of {array.dtype}"
            )
    try:
        with replaced(folder) as temporary:
            _write_files(temporary, manifest, arrays)
    except OSError as error:
        raise ArtefactError(
            f"{folder}: expected to write it, got {error.strerror or error}"
        ) from error


def exists(folder: Path) -> bool:
    """Whether `read` would find an artefact there, sound or not."""
    return (current(folder) / _MANIFEST).is_file()


def read(folder: Path) -> tuple[Manifest, dict[str, np.ndarray]]:
    """The manifest and the arrays, mapped read-only; every byte is checked by its SHA-256.

    A large file that was checked before and has not been written to since is not read again: a
    service that starts has no time for gigabytes.

    ArtefactError names the folder and the file that is damaged, missing, foreign or newer, what
    was expected and what was found. If a writer replaces the folder meanwhile, the new one is read.
    """
    folder = folder.absolute()
    while True:
        place = current(folder)
        before, text = _identity(place), _manifest_bytes(place)
        try:
            return _read_files(place, text)
        except ArtefactError:
            # Another writer may have put back the same text meanwhile: the file is another one.
            if current(folder) == place and _identity(place) == before:
                raise


def data_of(folder: Path) -> dict[str, Any]:
    """What the manifest says of the data, without reading the arrays; nothing if it is damaged."""
    text = _manifest_bytes(current(folder))
    try:
        return dict(_document(folder, text or b"")["data"])
    except (ArtefactError, KeyError, TypeError, ValueError):
        return {}


def manifest_of(folder: Path) -> Manifest:
    """The manifest alone, without item ids; ArtefactError as `read`."""
    place = current(folder)
    text = _manifest_bytes(place)
    if text is None:
        raise ArtefactError(f"{folder}: expected {_MANIFEST}, got none")
    document = _document(place, text)
    try:
        rest = {name: dict(document[name]) for name in ("recipe", "data", "metrics", "versions")}
        return Manifest(str(document["kind"]), item_ids=pl.Series([], dtype=pl.String), **rest)
    except (KeyError, TypeError, ValueError) as error:
        raise ArtefactError(
            f"{place / _MANIFEST}: expected the fields of format version {VERSION}, got {error!r}"
        ) from error


def remove(folder: Path) -> None:
    """Have no artefact there any more."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(previous(folder), ignore_errors=True)


def _write_files(folder: Path, manifest: Manifest, arrays: Mapping[str, np.ndarray]) -> None:
    files: dict[str, dict[str, Any]] = {}
    ids = manifest.item_ids.cast(pl.String).to_list()
    (folder / _ITEMS).write_bytes(json.dumps(ids, ensure_ascii=False).encode())
    files[_ITEMS] = {"count": len(ids)}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
        files[f"{name}.npy"] = {"dtype": array.dtype.str, "shape": list(array.shape)}
    for name, entry in files.items():
        entry |= {"bytes": (folder / name).stat().st_size, "sha256": _sha256(folder / name)}
    document = {
        "format": FORMAT,
        "version": VERSION,
        "kind": manifest.kind,
        "recipe": dict(manifest.recipe),
        "data": dict(manifest.data),
        "metrics": dict(manifest.metrics),
        "versions": dict(manifest.versions),
        "files": files,
    }
    (folder / _MANIFEST).write_bytes(_sealed(document))


def _sealed(document: Mapping[str, Any]) -> bytes:
    """The JSON text of the document with its own checksum as the last field."""
    digest = hashlib.sha256(_text(document).encode()).hexdigest()
    return _text({**document, "sha256": digest}).encode()


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _identity(folder: Path) -> tuple[int, int, int] | None:
    """Another one after each writing; None where there is no manifest."""
    try:
        found = (folder / _MANIFEST).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns


def _manifest_bytes(folder: Path) -> bytes | None:
    """None where there is none."""
    try:
        return (folder / _MANIFEST).read_bytes()
    except OSError:
        return None


def _read_files(folder: Path, text: bytes | None) -> tuple[Manifest, dict[str, np.ndarray]]:
    if text is None:
        if not folder.is_dir():
            raise ArtefactError(f"{folder}: expected an artefact folder, got none")
        found = few(sorted(path.name for path in folder.iterdir()))
        raise ArtefactError(f"{folder}: expected {_MANIFEST}, got {found}")
    document = _document(folder, text)
    try:
        files = dict(document["files"])
        _check_nothing_else(folder, files)
        listed = files.pop(_ITEMS)
        with _checked(folder / _ITEMS, listed) as file:
            ids = pl.Series("item_id", json.load(file), dtype=pl.String)
        arrays = {
            name.removesuffix(".npy"): _array(folder, name, entry) for name, entry in files.items()
        }
        fields = ("recipe", "data", "metrics", "versions")
        rest = {name: dict(document[name]) for name in fields}
        return Manifest(kind=str(document["kind"]), item_ids=ids, **rest), arrays
    except OSError as error:
        raise ArtefactError(f"{folder}: expected to read it, got {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ArtefactError(
            f"{folder / _MANIFEST}: expected the fields of format version {VERSION}, got {error!r}"
        ) from error


def _document(folder: Path, text: bytes) -> dict[str, Any]:
    """The manifest as JSON, once it is known to be ours, not newer, and as it was written."""
    path = folder / _MANIFEST
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ArtefactError(f"{path}: expected JSON, got {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        found = document.get("format") if isinstance(document, dict) else type(document).__name__
        raise ArtefactError(f"{path}: expected the format {FORMAT!r}, got {found!r}")
    if document.get("version") != VERSION:
        raise ArtefactError(
            f"{path}: expected format version {VERSION}, got {document.get('version')!r}, written "
            f"by {document.get('versions')}; a newer matinee may read it"
        )
    given = document.pop("sha256", None)
    if _sealed(document) != text:
        raise ArtefactError(
            f"{path}: expected the text that was written (sha256 {given!r}), got a changed one"
        )
    return document


def _checked(path: Path, entry: Mapping[str, Any]) -> BinaryIO:
    """The file at its start, when its bytes are the ones that were written.

    It is opened once: should the folder be replaced now, what was checked is what is read.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        found = error.strerror
        raise ArtefactError(f"{path}: expected {entry['bytes']} bytes, got {found}") from None
    size = os.fstat(file.fileno()).st_size
    if size == entry["bytes"] and Seen.of(file).before(path, entry["sha256"]):
        return file
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    if size != entry["bytes"] or digest != entry["sha256"]:
        file.close()
        raise ArtefactError(
            f"{path}: expected {entry['bytes']} bytes of sha256 {entry['sha256']}, got {size} of "
            f"{digest}"
        )
    Seen.of(file).keep(path, digest)
    file.seek(0)
    return file


def _check_nothing_else(folder: Path, files: Mapping[str, Any]) -> None:
    """Hidden files (a file browser's, say) are let be."""
    found = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    if unlisted := sorted(found - files.keys() - {_MANIFEST}):
        raise ArtefactError(
            f"{folder}: expected the files of {_MANIFEST}, got also {few(unlisted)}"
        )


def _array(folder: Path, name: str, entry: Mapping[str, Any]) -> np.ndarray:
    """The array mapped from its file; nothing in it is executed, whatever it holds."""
    if not _ARRAY_FILE.fullmatch(name):
        raise ArtefactError(f"{folder / _MANIFEST}: expected names of .npy files, got {name!r}")
    path = folder / name
    with _checked(path, entry) as file:
        try:
            if (magic := npy.read_magic(file)) != (1, 0):
                raise ValueError(f"npy version {magic}")
            shape, by_columns, dtype = npy.read_array_header_1_0(file)
        except ValueError as error:
            raise ArtefactError(f"{path}: expected a .npy file of version 1, got {error}") from None
        if dtype.hasobject or dtype.str != entry["dtype"] or list(shape) != entry["shape"]:
            raise ArtefactError(
                f"{path}: expected {entry['dtype']} of shape {tuple(entry['shape'])}, got "
                f"{dtype.str} of shape {shape}"
            )
        order: Literal["F", "C"] = "F" if by_columns else "C"
        return np.asarray(np.memmap(file, dtype, "r", file.tell(), shape, order))

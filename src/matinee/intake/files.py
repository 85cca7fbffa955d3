"""What a path holds: the files of a folder, the members of a zip, or the file itself."""

import io
import lzma
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from matinee.errors import InputError

# Generous: MovieLens 32M unpacks to 0.9 GB, four times its zip.
MOST_BYTES = 16 * 2**30
MOST_RATIO = 200
RATIO_COUNTS_FROM = 64 * 2**20
MOST_FILES = 10_000
IN_MEMORY = 64 * 2**20
DEEPEST = 4
HEAD = 2**16  # bytes that are looked at to find out what a file is

# What the zip module and its decompressors raise on damaged bytes: bzip2 says OSError or
# ValueError, a name that is not the UTF-8 it claims to be UnicodeDecodeError (a ValueError).
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    OSError,
    NotImplementedError,  # a version or a compression that is none, or that Python lacks
)


@dataclass(frozen=True, slots=True)
class File:
    """One file as it was found; `place` names it in messages, `group` what lies beside it."""

    path: Path
    size: int
    place: str
    group: str
    member: str | None = None  # its name inside the zip `path`

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Its bytes; InputError if the zip around them is damaged."""
        if self.member is None:
            with self.path.open("rb") as stream:
                yield stream
            return
        with (
            _archive(self.path, self.place) as archive,
            _member(archive, self) as member,
            io.BufferedReader(_Member(member, self.place)) as guarded,
        ):
            yield cast(IO[bytes], guarded)

    def head(self, size: int = HEAD) -> bytes:
        """Its first bytes."""
        with self.open() as stream:
            return stream.read(size)

    @contextmanager
    def local(self, folder: Path) -> Iterator[Path | bytes]:
        """A path on disk or the bytes: a large member of a zip is unpacked into `folder`."""
        if self.member is None:
            if text_of(str(self.path)) == str(self.path):
                yield self.path
                return
            link = folder / "file"  # Polars takes paths of UTF-8 alone
            link.symlink_to(self.path.absolute())
            try:
                yield link
            finally:
                link.unlink()
        elif self.size <= IN_MEMORY:
            with self.open() as stream:
                content = stream.read()
            yield content
        else:
            unpacked = folder / "member"  # never under the name that the zip gives it
            try:
                with self.open() as stream, unpacked.open("wb") as target:
                    shutil.copyfileobj(stream, target, 2**20)
                yield unpacked
            finally:
                unpacked.unlink(missing_ok=True)


def is_there(path: Path) -> bool:
    """Whether something is at the path; a text that cannot be a path is none."""
    try:
        return path.exists()
    except OSError:  # too long a name, or a folder on the way that may not be entered
        return False


def list_files(path: Path) -> list[File]:
    """The files that `path` is or holds, hidden ones left out; InputError if it is not there."""
    if not is_there(path):
        raise InputError(f"{path}: expected a file or a folder, got none")
    try:
        if path.is_dir():
            return _in_folder(path)
        if not path.is_file():  # a pipe would be waited for, a device has no end
            raise InputError(f"{path}: expected a file or a folder, got a pipe or a device")
        with path.open("rb") as stream:
            start = stream.read(4)
        if start in (b"PK\x03\x04", b"PK\x05\x06"):  # the latter: a zip of nothing
            return _in_zip(path)
        return [File(path, path.stat().st_size, text_of(path.name), "")]
    except OSError as error:
        place = error.filename or path
        raise InputError(f"{place}: expected to read it, got {error.strerror or error}") from None


def _in_folder(folder: Path) -> list[File]:
    found: list[File] = []
    waiting = [folder]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            inner = path.relative_to(folder)
            if path.name.startswith(".") or path.name == "__MACOSX":
                continue
            if path.is_dir() and not path.is_symlink() and len(inner.parts) < DEEPEST:
                waiting.append(path)
            elif path.is_file():
                place = text_of(f"{folder.name}/{inner.as_posix()}")
                group = text_of(inner.parent.as_posix())
                found.append(File(path, path.stat().st_size, place, group))
        if len(found) > MOST_FILES:
            raise InputError(f"{folder}: expected at most {MOST_FILES:,} files, got more")
    return sorted(found, key=lambda file: file.place)


def _in_zip(path: Path) -> list[File]:
    with _archive(path, text_of(path.name)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
    _refuse_bombs(path, members)
    found = []
    for member in members:
        inner = PurePosixPath(member.filename)
        if inner.is_absolute() or ".." in inner.parts or "\\" in member.filename:
            raise InputError(f"{path.name}: expected names inside the zip, got {member.filename!r}")
        if not any(part.startswith(".") or part == "__MACOSX" for part in inner.parts):
            place = f"{path.name}/{inner}"
            group = inner.parent.as_posix()
            found.append(File(path, member.file_size, place, group, member.filename))
    return found


def _refuse_bombs(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """By the declared sizes, which hold: zipfile never gives out more bytes than are declared."""
    if len(members) > MOST_FILES:
        raise InputError(
            f"{path.name}: expected at most {MOST_FILES:,} files, got {len(members):,}"
        )
    total = sum(member.file_size for member in members)
    ratio = total / max(path.stat().st_size, 1)
    if total > MOST_BYTES or (total > RATIO_COUNTS_FROM and ratio > MOST_RATIO):
        raise InputError(
            f"{path.name}: expected a zip that unpacks to at most {MOST_BYTES:,} bytes and "
            f"{MOST_RATIO} times its size, got {total:,} bytes, {ratio:.0f} times its size"
        )


class _Member(io.RawIOBase):
    """The bytes of a member; what its damage makes Python raise is an InputError."""

    def __init__(self, stream: IO[bytes], place: str) -> None:
        super().__init__()
        self._stream = stream
        self._place = place

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Fill the buffer as far as the member has bytes."""
        room = memoryview(buffer)
        try:
            content = self._stream.read(len(room))
        except _DAMAGED as error:
            raise _damaged(self._place, error) from None
        room[: len(content)] = content
        return len(content)


def _archive(path: Path, place: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise _damaged(place, error) from None


def _member(archive: zipfile.ZipFile, file: File) -> IO[bytes]:
    try:
        return archive.open(file.member or "")
    except _DAMAGED as error:
        raise _damaged(file.place, error) from None
    except RuntimeError as error:
        raise InputError(f"{file.place}: expected a zip without password, got {error}") from None


def text_of(name: str) -> str:
    """A file's name as text that can be kept and shown, even if its bytes are no UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _damaged(place: str, error: BaseException) -> InputError:
    return InputError(f"{place}: expected a whole zip, got a truncated or damaged one ({error})")

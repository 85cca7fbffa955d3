"""The public data sets that matinee knows by name, and how they are fetched and checked."""

import hashlib
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matinee.errors import DownloadError, InputError
from matinee.intake.transfer import WAITS, NotServed, Progress, download, small_text

_GROUPLENS = "https://files.grouplens.org/datasets/movielens"
_TWEETINGS = (
    "https://raw.githubusercontent.com/sidooms/MovieTweetings/"
    "4d8280a3f1ea83e3e23f13d1710d19f43564274f/snapshots/100K"
)
_SHARED_ALIKE = "GroupLens: research use, shared on under the same terms, not commercial"
_NOT_SHARED = "GroupLens: research use, not to be passed on, not commercial"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """One file at its publisher; without `sha256` the publisher's .md5 beside it is asked for."""

    url: str
    sha256: str | None = None

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.url.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class PublicData:
    """A data set: `file` is its name on disk; without sources it needs an account at `page`."""

    name: str
    about: str
    licence: str
    page: str
    file: str
    sources: tuple[Source, ...] = ()


def _movielens(name: str, about: str, licence: str, sha256: str | None = None) -> PublicData:
    source = Source(f"{_GROUPLENS}/{name}.zip", sha256)
    page = "https://grouplens.org/datasets/movielens/"
    return PublicData(name, about, licence, page, f"{name}.zip", (source,))


# Checksums: ml-latest-small and MovieTweetings from the files themselves, the others as
# TensorFlow Datasets lists them for the same addresses. Sets without one are checked by the
# publisher's own .md5. "ml-latest" is replaced from time to time, so it has none.
PUBLIC: dict[str, PublicData] = {
    data.name: data
    for data in (
        _movielens(
            "ml-latest-small",
            "100,836 ratings of 9,742 films by 610 viewers, 2018",
            _SHARED_ALIKE,
            "696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436",
        ),
        _movielens("ml-latest", "about 33 million ratings, replaced now and then", _SHARED_ALIKE),
        _movielens(
            "ml-100k",
            "100,000 ratings of 1,682 films by 943 viewers, 1998",
            _NOT_SHARED,
            "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
        ),
        _movielens(
            "ml-1m",
            "1,000,209 ratings by 6,040 viewers, 2000",
            _NOT_SHARED,
            "a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20",
        ),
        _movielens("ml-10m", "10 million ratings by 72,000 viewers, 2009", _NOT_SHARED),
        _movielens(
            "ml-20m",
            "20 million ratings by 138,000 viewers, 2015",
            _SHARED_ALIKE,
            "96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3",
        ),
        _movielens(
            "ml-25m",
            "25 million ratings by 162,000 viewers, 2019",
            _SHARED_ALIKE,
            "8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa",
        ),
        _movielens("ml-32m", "32 million ratings by 201,000 viewers, 2023", _SHARED_ALIKE),
        PublicData(
            "movietweetings",
            "100,000 ratings from tweets, February to September 2013",
            "MIT, (c) Simon Dooms",
            "https://github.com/sidooms/MovieTweetings",
            "movietweetings-100k.zip",
            (
                Source(
                    f"{_TWEETINGS}/ratings.dat",
                    "c0dd868c2632d10002ebc928ddc5345f33adeaa59eca52c2941c26a2c5e36fd6",
                ),
                Source(
                    f"{_TWEETINGS}/movies.dat",
                    "e63fb84bc734e3c574f135634a40d3cbafab22b8f94f5fc0b80f80d1d2076efc",
                ),
            ),
        ),
        PublicData(
            "tmdb-5000",
            "4,803 films with cast, crew, keywords, budget and revenue",
            "TMDB API terms: not to be passed on",
            "https://www.kaggle.com/datasets/tmdb/tmdb-movie-metadata",
            "tmdb-5000.zip",
        ),
        PublicData(
            "the-movies-dataset",
            "45,000 films of TMDB and 26 million ratings of MovieLens",
            "CC0 as published; TMDB API terms and GroupLens terms for its parts",
            "https://www.kaggle.com/datasets/rounakbanik/the-movies-dataset",
            "the-movies-dataset.zip",
        ),
    )
}


def get(
    name: str,
    folder: Path,
    look_in: Path | None = None,
    progress: Progress | None = None,
    *,
    url: str | None = None,
    say: Callable[[str], None] | None = None,
    waits: Sequence[float] = WAITS,
) -> Path:
    """The zip of a public data set: from `look_in`, else `folder`, else downloaded into `folder`.

    It grows as NAME.zip.part and gets its name only when checked; a later call goes on with it.
    `progress(done, total)` counts bytes (total 0 = unknown); `say` takes lines for people: the
    licence, and what was verified. `url` asks a mirror instead; the checksums stay the same.
    """
    if name not in PUBLIC:
        raise InputError(f"data set: expected one of {', '.join(PUBLIC)}, got {name!r}")
    data = PUBLIC[name]
    tell = say or (lambda _: None)
    tell(f"{name}: {data.about}; licence: {data.licence} ({data.page})")
    for place in (look_in, folder):
        if place is not None and (file := place / data.file).is_file():
            tell(f"{name}: {file} is there: {_check_copy(data, file)}")
            return file
    target = folder / data.file
    if not data.sources:
        raise DownloadError(
            f"{name}: its publisher asks for an account: fetch the zip from {data.page} "
            f"and save it as {target}, or as {data.file} in the folder of MATINEE_DATA"
        )
    parts = []
    for source in data.sources:
        address, part = _from_mirror(data, source, url), _part(data, source, folder)
        try:
            download(address, part, progress, waits)
        except NotServed as error:
            by_hand = f"{data.file} can also be fetched from {data.page} and saved as {target}"
            raise DownloadError(f"{error}; {by_hand}") from None
        tell(f"{name}: {_check(part, address, source.sha256)}")
        parts.append(part)
    if len(parts) > 1:
        _zip_together(data, parts, target)
    else:
        parts[0].replace(target)
    return target


def _part(data: PublicData, source: Source, folder: Path) -> Path:
    """Where a file grows: ml-1m.zip.part, or movietweetings-100k.zip.movies.dat.part."""
    inner = f".{source.name}" if len(data.sources) > 1 else ""
    return folder / f"{data.file}{inner}.part"


def _from_mirror(data: PublicData, source: Source, mirror: str | None) -> str:
    """The address to ask; a mirror of several files is their folder."""
    if mirror is None:
        return source.url
    return mirror if len(data.sources) == 1 else f"{mirror.rstrip('/')}/{source.name}"


def _check(file: Path, address: str, sha256: str | None) -> str:
    """What was verified of a fresh download; removes it and raises DownloadError if it is wrong."""
    kind, expected = "sha256", sha256
    if expected is None:
        kind, expected = "md5", _published_md5(f"{address}.md5")
    if expected is None:
        problem = _zip_problem(file)
        verified = "no checksum is published; the zip's own checks (CRC-32) hold"
    else:
        found = _digest(file, kind)
        problem = None if found == expected else f"expected {kind} {expected}, got {found}"
        verified = f"{kind} {expected} verified"
    if problem:
        file.unlink()
        raise DownloadError(
            f"{address}: {problem}; the file was removed: run the command again, and if that "
            "fails too, the publisher changed it or something on the way did"
        )
    return verified


def _check_copy(data: PublicData, file: Path) -> str:
    """What was verified of a file that was there already; nothing of it is removed."""
    if data.sources and len(data.sources) == 1 and (expected := data.sources[0].sha256):
        if (found := _digest(file, "sha256")) != expected:
            raise DownloadError(
                f"{file}: expected sha256 {expected}, got {found}; move it away and run the "
                "command again to download it"
            )
        return f"sha256 {expected} verified"
    if not zipfile.is_zipfile(file):
        raise DownloadError(
            f"{file}: expected a whole zip, got a truncated or damaged one; fetch it again"
        )
    return "no checksum is known, its list of files can be read"


def _published_md5(address: str) -> str | None:
    found = re.search(r"\b[0-9a-f]{32}\b", (small_text(address) or "").lower())
    return found[0] if found else None


def _digest(file: Path, kind: str) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, kind).hexdigest()


def _zip_problem(file: Path) -> str | None:
    try:
        with zipfile.ZipFile(file) as archive:
            wrong = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        return f"expected a whole zip, got a truncated or damaged one ({error})"
    return f"expected a whole zip, got a damaged {wrong!r} in it" if wrong else None


def _zip_together(data: PublicData, parts: Sequence[Path], target: Path) -> None:
    """The files of a data set in one zip, the same bytes each time; they are removed then."""
    whole = target.with_name(f"{target.name}.part")
    with zipfile.ZipFile(whole, "w") as archive:
        for source, part in zip(data.sources, parts, strict=True):
            member = zipfile.ZipInfo(f"{data.name}/{source.name}", _ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            with part.open("rb") as content, archive.open(member, "w") as inside:
                shutil.copyfileobj(content, inside, 2**20)
    whole.replace(target)
    for part in parts:
        part.unlink()

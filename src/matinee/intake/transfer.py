"""One file over HTTP, in several tries if need be."""

import errno
import re
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from matinee.errors import DownloadError

Progress = Callable[[int, int], None]  # bytes so far, of how many (0 = unknown)

# Seconds before each further try; counted anew whenever a try brought bytes.
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
_PIECE = 2**16
_PASSES_BY_ITSELF = {408, 425, 429, 500, 502, 503, 504}
_TIMEOUT = httpx.Timeout(30, connect=10)


class NotServed(DownloadError):
    """The server did not give the file, or not all of it."""


class _Interrupted(Exception):
    """A try that another may mend; its text says what happened."""


def download(
    url: str, part: Path, progress: Progress | None = None, waits: Sequence[float] = WAITS
) -> None:
    """Write what `url` holds to `part`, going on where an earlier call or try stopped.

    It goes on only if the server says (by If-Range) that the file is still the one it began with;
    if the file changed or the server knows no ranges, from zero. Returns when it is whole.
    """
    part.parent.mkdir(parents=True, exist_ok=True)
    left = list(waits)
    with httpx.Client(timeout=_TIMEOUT, follow_redirects=True) as client:
        while True:
            before = _size(part)
            try:
                _stream(client, url, part, progress)
                break
            except (httpx.TransportError, _Interrupted) as error:
                if _size(part) > before:
                    left = list(waits)
                if not left:
                    raise _gave_up(url, part, error) from None
                time.sleep(left.pop(0))
            except OSError as error:
                raise _not_written(part, error) from None
    _validator_file(part).unlink(missing_ok=True)


def small_text(url: str) -> str | None:
    """A small text file, such as a checksum; None where there is none."""
    try:
        response = httpx.get(url, timeout=_TIMEOUT, follow_redirects=True)
    except httpx.TransportError:
        return None
    return response.text[:10_000] if response.status_code == httpx.codes.OK else None


def _stream(client: httpx.Client, url: str, part: Path, progress: Progress | None) -> None:
    """One try: ask for the rest of `part`, or for all of it, and write what comes."""
    start, validator = _size(part), _validator(part)
    headers = {"Accept-Encoding": "identity"}
    if start and validator:
        headers |= {"Range": f"bytes={start}-", "If-Range": validator}
    with client.stream("GET", url, headers=headers) as response:
        start = _start_of(response, url, part, start, validator)
        length = response.headers.get("Content-Length")
        total = start + int(length) if length else 0
        if total and total - start > (free := shutil.disk_usage(part.parent).free):
            raise DownloadError(
                f"{part.parent}: expected {total - start:,} bytes free for {url}, got {free:,}; "
                "make room and run the command again"
            )
        with part.open("ab" if start else "wb") as file:
            if progress:
                progress(start, total)
            for piece in response.iter_raw(_PIECE):
                file.write(piece)
                start += len(piece)
                if progress:
                    progress(start, total)


def _start_of(
    response: httpx.Response, url: str, part: Path, size: int, validator: str | None
) -> int:
    """The byte at which this answer begins, or the error that its status means."""
    status = response.status_code
    if status == httpx.codes.PARTIAL_CONTENT:
        begins = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
        if begins and int(begins[1]) == size and _validator_of(response) in (validator, None):
            return size
        _forget(part)
        raise _Interrupted("the server went on with another file or at another place")
    if status == httpx.codes.OK:
        part.write_bytes(b"")  # before its version: an old part never meets a new version
        _validator_file(part).unlink(missing_ok=True)
        if validator := _validator_of(response):
            _validator_file(part).write_text(validator)
        return 0
    if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        _forget(part)
        raise _Interrupted("the part on disk is longer than the file")
    if status in _PASSES_BY_ITSELF:
        raise _Interrupted(f"the server answers {status} {response.reason_phrase}")
    moved = status in (httpx.codes.NOT_FOUND, httpx.codes.GONE)
    raise NotServed(
        f"{url}: expected a file, got {status} {response.reason_phrase}: "
        f"{'the publisher moved it' if moved else 'the server refuses it'}"
    )


def _validator_of(response: httpx.Response) -> str | None:
    """What names this version of the file; a weak ETag does not (RFC 9110, 13.1.5)."""
    etag: str | None = response.headers.get("ETag")
    if etag and not etag.startswith("W/"):
        return etag
    modified: str | None = response.headers.get("Last-Modified")
    return modified


def _validator_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.version")


def _validator(part: Path) -> str | None:
    file = _validator_file(part)
    return file.read_text() or None if file.exists() else None


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _validator_file(part).unlink(missing_ok=True)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _gave_up(url: str, part: Path, error: Exception) -> DownloadError:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return NotServed(f"{url}: expected an answer, got {error}; is this machine online?")
    return NotServed(
        f"{url}: expected the whole file, got {_size(part):,} bytes ({error}); "
        "run the command again to go on from there"
    )


def _not_written(part: Path, error: OSError) -> DownloadError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DownloadError(
            f"{part}: expected room on the disk, got none left; make room and run the command again"
        )
    return DownloadError(f"{part}: expected to write there, got {error.strerror or error}")

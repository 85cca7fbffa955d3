"""What the settings say, and whether what they point at is there and fit for use."""

import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from matinee.service.places_check import Word, bucket, database
from matinee.settings import Settings, Stated, settings_of, stated
from matinee.store.database import shown_url
from matinee.store.key import KEY_FILE, SHORTEST_SECRET

State = Literal["ok", "warning", "wrong"]
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")
_ORIGINS = ("cors_origins", "poster_origins")
_LITTLE, _TOO_LITTLE = 2_000_000_000, 200_000_000  # bytes that are free
_HIDDEN = "********"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check: a setting, or something that settings point at."""

    name: str
    value: str | None  # as people may see it; None: not set, or nothing that is set
    source: str | None  # default, environment or matinee.toml; None: not a setting
    state: State
    found: str = ""
    todo: str = ""


def check_settings() -> list[Finding]:
    """Every setting in its order, then names that are none; changes nothing.

    InputError where matinee.toml cannot be read at all.
    """
    told = stated()
    settings = settings_of(told)
    findings = []
    for each in told:
        if each.wrong is None:
            words = list(_words(each, settings)) or [Word("ok")]
        elif each.value is None and each.name not in Settings.model_fields:
            state: State = "warning" if each.source == "environment" else "wrong"
            words = [Word(state, each.wrong, "correct it or take it away: it sets nothing")]
        else:
            words = [Word("wrong", each.wrong, "correct it: no command begins with it")]
        for k, word in enumerate(words):
            name, value, source = each.name, _shown(each), str(each.source)
            said = word.state, word.found, word.todo
            findings.append(
                Finding(word.place or name, None, None, *said)
                if k
                else Finding(name, value, source, *said)
            )
    return findings


def _words(each: Stated, settings: Settings) -> Iterator[Word]:
    """What there is to say of a setting that is well-formed."""
    if each.name == "home":
        yield _writable(settings.home)
        yield _room(settings.home)
    elif each.name == "data" and settings.data is not None and not settings.data.is_dir():
        yield Word("warning", "no such folder", "data sets are downloaded into the workspace")
    elif each.name == "secret":
        yield _secret(settings, each)
    elif each.name == "database_url":
        yield from database(settings)
    elif each.name == "artefacts" and settings.artefacts is not None:
        yield bucket(settings.artefacts)
    elif each.name in _ORIGINS:
        yield from _origins(each.value)
    elif each.name == "simulated_viewers" and settings.simulated_viewers:
        found = "whoever looks at the pages may be any viewer"
        yield Word("warning", found, "for demonstrations only: take it away where viewers are real")


def _shown(each: Stated) -> str | None:
    value: Any = each.value
    if value is None or (each.wrong and each.name not in Settings.model_fields):
        return None
    if each.name == "database_url":
        return shown_url(value.get_secret_value())
    if isinstance(value, SecretStr):
        return _HIDDEN
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _writable(home: Path) -> Word:
    place = _nearest(home)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        found = f"{place} cannot be written to: {error.strerror}"
        return Word("wrong", found, "let this user write there, or name another folder")
    if place != home.absolute():
        return Word("ok", "not there yet: the first command makes it")
    return Word("ok", "can be written to")


def _room(home: Path) -> Word:
    free = shutil.disk_usage(_nearest(home)).free
    found = f"{free / 1e9:,.1f} GB free"
    if free >= _LITTLE:
        return Word("ok", found, place="disk room")
    state: State = "wrong" if free < _TOO_LITTLE else "warning"
    return Word(state, found, "make room: versions and the lake grow", place="disk room")


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    folder = folder.absolute()
    return next(place for place in (folder, *folder.parents) if place.exists())


def _secret(settings: Settings, each: Stated) -> Word:
    """Whether the key is long enough, and nobody else's to read."""
    if settings.secret is not None:
        if len(settings.secret.get_secret_value().encode()) < SHORTEST_SECRET:
            found = f"fewer than {SHORTEST_SECRET} characters"
            return Word("wrong", found, "openssl rand -hex 32 makes one")
        return _mode(Path("matinee.toml")) if each.source == "matinee.toml" else Word("ok")
    path = settings.home / KEY_FILE
    if not path.exists():
        return Word("ok", f"no {path} yet: made at random by the first command that needs it")
    return _mode(path)


def _mode(path: Path) -> Word:
    mode = stat.S_IMODE(path.stat().st_mode)
    found = f"{path} has mode {mode:04o}"
    todo = f"chmod 600 {path}"
    if mode & 0o007:
        return Word("wrong", f"{found}: every user of this machine reads it", todo)
    if mode & 0o070:
        return Word("warning", f"{found}: its group reads it", todo)
    return Word("ok", found)


def _origins(origins: tuple[str, ...]) -> Iterator[Word]:
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            found = f"expected such as https://films.example, got {origin!r}"
            yield Word("wrong", found, "scheme, host and perhaps port: no path, no slash, no *")
        elif origin.startswith("http://") and not re.search(r"//(localhost|127\.)", origin):
            found = f"{origin} is not encrypted"
            yield Word("warning", found, "use https: tokens of viewers travel over it")

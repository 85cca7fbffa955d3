"""What the database, the bucket and the live version are like: looked at, nothing changed."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from matinee.dataset import Dataset
from matinee.errors import ArtefactError, InputError, MatineeError
from matinee.schema import RATINGS, Tables, empty
from matinee.service.served import DATABASE
from matinee.settings import Settings
from matinee.store.buckets import reach, version_places
from matinee.store.catalogue import rating_scale, read_films
from matinee.store.database import Database, connect, sqlite_url
from matinee.store.key import KEY_FILE, Key, used_with
from matinee.store.served import live_artefact
from matinee.store.upgrading import HEAD, known_revisions, revision
from matinee.training.version_folders import hold_to, load_version

_VERSION = "live version"


@dataclass(frozen=True, slots=True)
class Word:
    """What was found, and what to do about it."""

    state: Literal["ok", "warning", "wrong"]
    found: str = ""
    todo: str = ""
    place: str = ""  # of what it is said, where not of the setting itself


def bucket(artefacts: str) -> Word:
    """Whether the bucket of versions answers."""
    try:
        reach(artefacts)
    except InputError as error:
        return Word("wrong", str(error), "s3://bucket/folder; matinee[s3] installed")
    except ArtefactError as error:
        todo = "check its name, AWS_ENDPOINT_URL, region and credentials (boto3's own)"
        return Word("wrong", str(error), todo)
    return Word("ok", "the bucket answers")


def database(settings: Settings) -> Iterator[Word]:
    """Whether it answers, is of this program and of this key, and what it serves."""
    url = settings.database_url
    text = url.get_secret_value() if url else sqlite_url(settings.home)
    try:
        file = _file(text)
        if file is not None and not file.exists():
            yield _not_made(file)
            return
        opened = connect(text)
    except MatineeError as error:
        yield Word("wrong", str(error), "correct the address")
        return
    try:
        yield from _opened(opened, settings, file)
    except MatineeError as error:
        todo = "start it, or correct address, user and password"
        yield Word("wrong", str(error), todo, "database")
    finally:
        opened.close()


def _opened(opened: Database, settings: Settings, file: Path | None) -> Iterator[Word]:
    with opened.reading() as connection:
        found = revision(connection)
    yield _revision(found)
    if file is not None and (mode := stat.S_IMODE(file.stat().st_mode)) & 0o077:
        words = f"{file} has mode {mode:04o}: others read what viewers did"
        yield Word("warning", words, f"chmod 600 {file}", "database file")
    if found is None:
        return
    yield _key(opened, settings)
    if found == HEAD:
        yield _live(opened, settings)


def _file(url: str) -> Path | None:
    """The file of a SQLite database; None for a server, or for what `connect` will refuse."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None
    kind = parsed.get_backend_name()
    return Path(parsed.database) if kind == "sqlite" and parsed.database else None


def _not_made(file: Path) -> Word:
    if file.parent.exists() and not file.parent.is_dir():
        return Word("wrong", f"{file.parent} is not a folder", "correct the address")
    return Word(
        "warning",
        f"{file} is not there yet",
        "'matinee database import --data NAME' makes it and puts films in",
    )


def _revision(found: str | None) -> Word:
    if found == HEAD:
        return Word("ok", f"answers, tables of this version (revision {HEAD})")
    if found is None:
        return Word("warning", "answers, without tables", "'matinee database upgrade' makes them")
    if found in known_revisions():
        words = f"answers, tables of an older version (revision {found}, this is {HEAD})"
        return Word("warning", words, "back up, then 'matinee database upgrade'")
    words = f"tables of a newer matinee (revision {found!r}, this knows up to {HEAD})"
    return Word("wrong", words, "install that version, or restore a backup of before")


def _key(opened: Database, settings: Settings) -> Word:
    """Whether the database knows the key: with another, erased viewers would be strangers."""
    secret = settings.secret.get_secret_value().encode() if settings.secret else None
    path = settings.home / KEY_FILE
    if secret is None and path.is_file():
        secret = path.read_bytes()
    todo = f"set MATINEE_SECRET to the key of the first, or bring its {KEY_FILE} into the workspace"
    if secret is None:
        if used_with(opened, None):
            return Word("ok", "the database has had no key yet", place="key of the database")
        words = "the database was used with a key that this workspace has not"
        return Word("wrong", words, todo, "key of the database")
    if used_with(opened, Key(secret)):
        return Word("ok", "is this one", place="key of the database")
    return Word("wrong", "the database was used with another", todo, "key of the database")


def _live(opened: Database, settings: Settings) -> Word:
    """Whether the version that the index calls live can be read, and names films of this one."""
    live = live_artefact(opened)
    if live is None:
        todo = "'matinee train --data database --live' makes one"
        return Word("warning", "none: pages are of what was kept last", todo, _VERSION)
    films = read_films(opened)
    data = Dataset.from_tables(Tables(DATABASE, films, empty(RATINGS), rating_scale(opened)))
    try:
        places = version_places(settings.home, settings.artefacts)
        fitted = load_version(places.fetch(live.artefact_id, live.place), data)
        hold_to(data, fitted, live.place)
    except (ArtefactError, InputError) as error:
        todo = "'matinee models rollback', or 'matinee train --data database --live --force'"
        return Word("wrong", str(error), todo, _VERSION)
    return Word("ok", f"{live.artefact_id} can be read, and is of this database", place=_VERSION)

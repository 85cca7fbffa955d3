"""The store as the settings name it: the database, its key, its log of events, its lake."""

from dataclasses import dataclass, replace
from pathlib import Path

from matinee.settings import Settings
from matinee.store.buckets import version_places
from matinee.store.catalogue import rating_scale
from matinee.store.database import Database, open_database, sqlite_url
from matinee.store.events import EventLog
from matinee.store.key import Key, hold_to_key, read_key
from matinee.store.version_places import VersionPlaces


@dataclass(frozen=True, slots=True)
class Store:
    """What a program that serves needs of the database."""

    database: Database
    key: Key
    lake: Path
    versions: VersionPlaces

    @property
    def log(self) -> EventLog:
        """The log of events, with the scale that ratings have now."""
        return EventLog(self.database, self.key, rating_scale(self.database))


def open_store(settings: Settings) -> Store:
    """The database of MATINEE_DATABASE_URL, or matinee.db of the workspace; made where needed.

    Errors are those of `open_database`, `read_key` and `hold_to_key`.
    """
    secret = settings.secret.get_secret_value() if settings.secret else None
    key = read_key(settings.home, secret)
    places = version_places(settings.home, settings.artefacts)
    url = settings.database_url
    database = open_database(url.get_secret_value() if url else sqlite_url(settings.home))
    try:
        hold_to_key(database, key)
    except BaseException:
        database.close()
        raise
    database = replace(database, consented=frozenset(settings.consent_default))
    return Store(database, key, settings.home / "lake", places)

"""Bring a database to the tables of this program: Alembic's migrations, inside the package."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from matinee.errors import StoreError
from matinee.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0002"  # the newest revision in migrations/versions; a test compares
_LOCK = 0x6D6174696E6502  # PostgreSQL: one upgrade at a time


def revision(connection: Connection) -> str | None:
    """The revision that a database is at; None where matinee was never here."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(database: Database) -> str:
    """Bring the tables to HEAD, and say where they were: "none" or a revision.

    Two programs that open an empty database at once take turns. StoreError where the database is
    at a revision that this program does not know.
    """
    with database.reading() as connection:
        found = revision(connection)
    if found != HEAD:
        with database.writing() as connection:
            if database.postgres:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            found = revision(connection)
            _migrate(database, connection, found)
    return found or "none"


def _migrate(database: Database, connection: Connection, found: str | None) -> None:
    # Alembic takes a fifth of a second to import, and is needed once in a database's life.
    from alembic import command  # noqa: PLC0415

    config = migrations()
    if found is not None and found not in known_revisions():
        raise StoreError(
            f"database {database.name}: expected a revision up to {HEAD}, got {found!r}, which a "
            "newer matinee wrote; install that one, or restore a backup of before"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def known_revisions() -> set[str]:
    """The revisions that this program can bring to HEAD, and that."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return {each.revision for each in ScriptDirectory.from_config(migrations()).walk_revisions()}


def migrations() -> "Config":
    """Alembic's configuration, without a file: where the migrations are."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config

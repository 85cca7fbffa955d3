"""The tables of the database: one schema for SQLite and PostgreSQL.

Ratings and lists have no tables: they are events (`rate`, `add_to_list`), so that there is one
truth to read, to retract and to erase. An account is the id that its profiles share.
"""

from typing import Any

import polars as pl
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.types import TypeEngine

from matinee.schema import MOVIES, Schema

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "pk": "%(table_name)s_key",
        "uq": "%(table_name)s_%(column_0_N_name)s_once",
        "fk": "%(table_name)s_%(column_0_N_name)s_from",
    }
)

SECONDS = BigInteger  # moments are UTC seconds
# SQLite numbers rows by itself in a column of type INTEGER alone.
NUMBER = BigInteger().with_variant(Integer, "sqlite")
UUID = Uuid(as_uuid=False)
_TYPES: dict[pl.DataType, TypeEngine[Any]] = {
    pl.String(): Text(),
    pl.Int32(): Integer(),
    pl.Int64(): BigInteger(),
    pl.Float64(): Double(),
    pl.Date(): Date(),
    pl.List(pl.String()): JSON(none_as_null=True),
}


def _columns(schema: Schema) -> list[Column[Any]]:
    return [
        Column(name, _TYPES[dtype], primary_key=name == "item_id", nullable=name != "item_id")
        for name, dtype in schema.items()
    ]


films = Table(
    "films",
    metadata,
    *_columns(MOVIES),
    Column("withdrawn", Boolean, nullable=False),  # known, and never recommended
    Column("changed_at", SECONDS, nullable=False),
)

events = Table(
    "events",
    metadata,
    # Ascending in the order of commits for readers that go through `sequence.settled`.
    Column("seq", NUMBER, primary_key=True, autoincrement=True),
    Column("event_id", UUID, nullable=False, unique=True),
    Column("user_id", Text, nullable=False),
    Column("item_id", Text),
    Column("kind", Text, nullable=False),
    Column("value", Double),
    Column("position_s", Double),
    Column("timestamp", SECONDS, nullable=False),
    Column("received_at", SECONDS, nullable=False),
    Column("session_id", Text),
    Column("page_id", Text),
    Column("row", Integer),
    Column("slot", Integer),
    Column("retracts", UUID),
    Index(None, "user_id", "timestamp"),
    sqlite_autoincrement=True,  # a number is never given twice, also after an erasure
)
_retracting = events.c.retracts.is_not(None)
Index(None, events.c.retracts, sqlite_where=_retracting, postgresql_where=_retracting)

profiles = Table(
    "profiles",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("account_id", Text, index=True),  # null: an account of its own
    Column("maturity_limit", Integer),  # years; null: none
    Column("created_at", SECONDS, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("granted", Boolean, nullable=False),
    Column("changed_at", SECONDS, nullable=False),
)

taken_out = Table(
    "taken_out",  # films that are to have no part in a viewer's taste; their events stay
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("changed_at", SECONDS, nullable=False),
)

pages = Table(
    "pages",
    metadata,
    Column("page_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("artefact_id", Text, ForeignKey("artefacts.artefact_id")),  # null: no model served it
    Column("timestamp", SECONDS, nullable=False),
    Column("cards", JSON, nullable=False),  # [[row, slot, item_id, propensity], ...]
    Index(None, "user_id", "timestamp"),
)

policies = Table(
    "policies",
    metadata,
    Column("name", Text, primary_key=True),
    Column("toml", Text, nullable=False),
    Column("changed_at", SECONDS, nullable=False),
)

artefacts = Table(
    "artefacts",
    metadata,
    Column("artefact_id", Text, primary_key=True),
    Column("place", Text, nullable=False),  # a folder, or an address in a bucket
    Column("metrics", JSON, nullable=False),
    Column("made_at", SECONDS, nullable=False),
    Column("state", Text, nullable=False),  # candidate, live, retired, refused
)
Index(
    "artefacts_one_live",
    artefacts.c.state,
    unique=True,
    sqlite_where=text("state = 'live'"),
    postgresql_where=text("state = 'live'"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("digest", Text, primary_key=True),  # SHA-256 of a key of 256 random bits
    Column("name", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("created_at", SECONDS, nullable=False),
    Column("revoked_at", SECONDS),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", NUMBER, primary_key=True, autoincrement=True),
    Column("timestamp", SECONDS, nullable=False),
    Column("actor", Text, nullable=False),  # the name of an API key, or "viewer"
    Column("action", Text, nullable=False),
    Column("subject", Text),  # a pseudonym, never the id of a viewer
    sqlite_autoincrement=True,
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("digest", Text, primary_key=True),  # keyed hash of an erased viewer's id
    Column("erased_at", SECONDS, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("number", Text, primary_key=True),  # random: that of the certificate
    Column("erased_at", SECONDS, nullable=False),
    Column("due_at", SECONDS, nullable=False),
    Column("settled_at", SECONDS),  # null: an artefact that learnt from the viewer is left
)

facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
)

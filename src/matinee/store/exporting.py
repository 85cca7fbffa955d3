"""Everything that the database knows of a viewer, as one ZIP file of CSV and JSON."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import polars as pl
from sqlalchemy import select

from matinee.schema import EVENTS
from matinee.store.choices import choices_of
from matinee.store.database import Database
from matinee.store.people import consent_of, profile_of
from matinee.store.served import read_exposures
from matinee.store.tables import events

_README = """\
What is known of one viewer. Moments are seconds since 1970 (UTC).

events.csv     everything that was done or said, as it was received, with what was taken back
ratings.csv    the ratings among it, list.csv what was put on the list or taken off it
pages.csv      what was shown: page, row, slot, film, what made the page, and how likely it was to
consent.json   what was allowed and forbidden, by purpose; null: nothing was said
profile.json   the account and the limit of age, and films taken out of the taste
taste.json     what is believed, where the service that wrote this file could tell
"""


def export(database: Database, user_id: str, more: Mapping[str, Any] | None = None) -> bytes:
    """The ZIP file of one viewer; `more` are JSON documents by their file's name."""
    query = select(*(events.c[name] for name in EVENTS)).where(events.c.user_id == user_id)
    with database.reading() as connection:
        rows = connection.execute(query.order_by(events.c.timestamp, events.c.seq)).all()
    done = pl.DataFrame([tuple(row) for row in rows], schema=EVENTS, orient="row")
    profile = profile_of(database, user_id)
    about = {
        "user_id": user_id,
        "account_id": profile.account_id,
        "maturity_limit": profile.maturity_limit,
        "taken_out": sorted(choices_of(database, user_id).taken_out),
    }
    files = {
        "README.txt": _README,
        "events.csv": done.write_csv(),
        "ratings.csv": done.filter(pl.col("kind") == "rate").write_csv(),
        "list.csv": done.filter(pl.col("kind").str.ends_with("_list")).write_csv(),
        "pages.csv": read_exposures(database, user_id=user_id).write_csv(),
    }
    documents = {"consent.json": consent_of(database, user_id), "profile.json": about}
    for name, document in {**documents, **(more or {})}.items():
        files[name] = json.dumps(document, indent=1, ensure_ascii=False)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return written.getvalue()

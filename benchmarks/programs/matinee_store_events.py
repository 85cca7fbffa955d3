"""Events a second into the store, and one viewer's events out of it: "sqlite" or a database URL.

matinee_store_events.py sqlite [FOLDER]
matinee_store_events.py postgresql://postgres@127.0.0.1:5432/postgres

PostgreSQL: a database of its own is made beside the one named, and dropped. Beforehand the log
holds EARLIER events of VIEWERS viewers, since an empty one is quick. Beside it stands what the disk
allows: the milliseconds of one 4 kB append with fsync.
"""

import os
import sys
import tempfile
import time
import uuid
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from clock import report, timed
from sqlalchemy import create_engine, make_url, text

from matinee.schema import RatingScale
from matinee.store.database import open_database, sqlite_url
from matinee.store.events import EventLog
from matinee.store.key import Key

EARLIER, VIEWERS, FILMS, BATCH, ROUNDS, BATCHES = 200_000, 50_000, 20_000, 100, 5, 100
NOW = 1_750_000_000
KINDS = ("impression", "open", "play", "pause", "resume", "stop", "rate")


def batches(count: int, size: int, rng: np.random.Generator) -> list[list[dict[str, Any]]]:
    total = count * size
    viewers, films = rng.integers(VIEWERS, size=total), rng.integers(FILMS, size=total)
    kinds, ago = rng.integers(len(KINDS), size=total), rng.integers(10**7, size=total)
    made = [
        {
            "event_id": str(uuid.UUID(bytes=rng.bytes(16))),
            "user_id": f"viewer-{viewers[k]}",
            "item_id": f"film-{films[k]}",
            "kind": KINDS[kinds[k]],
            "value": 4.0,
            "position_s": 60.0,
            "timestamp": int(NOW - ago[k]),
            "session_id": f"session-{viewers[k]}",
            "page_id": f"page-{viewers[k]}",
            "row": 1,
            "slot": 2,
        }
        for k in range(total)
    ]
    return [made[k : k + size] for k in range(0, total, size)]


def fsync_ms(folder: Path) -> float:
    with (folder / "fsync").open("wb", buffering=0) as file:

        def write() -> None:
            file.write(bytes(4096))
            os.fsync(file.fileno())

        return 1000 * float(np.median(timed(write, 200)[1]))


def measure(url: str, folder: Path) -> None:
    rng = np.random.default_rng(0)
    database = open_database(url)
    log = EventLog(database, Key(bytes(32)), RatingScale(0.5, 5, 0.5))
    for batch in batches(EARLIER // 5000, 5000, rng):
        log.append(batch, NOW)
    rates, processor = [], []
    for _ in range(ROUNDS):
        made = batches(BATCHES, BATCH, rng)
        began = time.process_time()
        seconds = [timed(partial(log.append, batch, NOW))[1][0] for batch in made]
        processor.append((time.process_time() - began) / BATCHES / BATCH * 1e6)
        rates.append(BATCH * BATCHES / sum(seconds))
    _, single = timed(lambda: log.append(batches(1, 1, rng)[0], NOW), 300)
    _, reading = timed(lambda: log.of_viewer(f"viewer-{rng.integers(VIEWERS)}"), 500)
    report(
        database=database.engine.dialect.name,
        events_per_s=[round(rate) for rate in rates],
        best_events_per_s=round(max(rates)),
        processor_us_per_event=round(min(processor), 1),
        single_ms=round(1000 * float(np.median(single)), 2),
        one_viewer_ms_p50=round(1000 * float(np.median(reading)), 3),
        one_viewer_ms_p99=round(1000 * float(np.quantile(reading, 0.99)), 3),
        fsync_ms=round(fsync_ms(folder), 2),
    )
    database.close()


if sys.argv[1] == "sqlite":
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if sys.argv[2:] else None) as folder:
        measure(sqlite_url(Path(folder)), Path(folder))
else:
    server = make_url(sys.argv[1]).set(drivername="postgresql+psycopg")
    name = f"matinee_bench_{os.getpid()}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            with tempfile.TemporaryDirectory() as folder:
                url = server.set(database=name).render_as_string(hide_password=False)
                measure(url, Path(folder))
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

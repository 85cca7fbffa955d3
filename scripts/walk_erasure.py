"""A viewer comes, is served, is erased, and is looked for: the live service from end to end.

    python scripts/walk_erasure.py --home /tmp/walk [--database URL] [--model RECIPE]

With `matinee` as people run it: MovieLens latest-small and TMDB 5000 (a folder in MATINEE_DATA has
them, else they are downloaded) into a database that has nothing yet, `matinee train`, `matinee
serve`; over HTTP a viewer rates and plays, gets a page, does not want a film of it, gets another
page, is erased. The certificate is verified; every table, file and statistic is searched; what is
trained again is compared with a training in a workspace that never knew the viewer. Whatever is
not as it should be ends it with a sentence and status 1.
"""

import argparse
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import polars as pl
from pydantic import SecretStr
from sqlalchemy import text

from matinee.settings import Settings
from matinee.store.opening import Store, open_store

DATA = ("ml-latest-small", "tmdb-5000")
WEIGHTS = 1e-5  # of the largest weight of an array: what training again may differ by
STARTS_S = 300


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace and its database."""

    home: Path
    url: str | None

    def matinee(self, *arguments: str) -> Any:
        """What a command prints with --json."""
        command = [sys.executable, "-m", "matinee", *arguments, "--json"]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        hold(done.returncode == 0, f"matinee {' '.join(arguments)}: {done.stderr.strip()[-2000:]}")
        return json.loads(done.stdout)

    @property
    def environment(self) -> dict[str, str]:
        """For commands."""
        found = {k: v for k, v in os.environ.items() if k != "MATINEE_DATABASE_URL"}
        found |= {"MATINEE_HOME": str(self.home)}
        return found if self.url is None else found | {"MATINEE_DATABASE_URL": self.url}

    def store(self) -> Store:
        """As programs open it."""
        url = None if self.url is None else SecretStr(self.url)
        return open_store(Settings(home=self.home, database_url=url))

    def fill(self) -> None:
        """Import the data."""
        self.matinee("database", "import", *(word for name in DATA for word in ("--data", name)))

    def train(self, model: str | None) -> float:
        """Seconds that it took."""
        chosen = [] if model is None else ["--model", model]
        return float(self.matinee("train", "--data", "database", *chosen)["models"][0]["fit_s"])


def main() -> None:
    """All of it, once."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True, help="a folder that is made")
    parser.add_argument("--database", metavar="URL", help="an empty one; default: SQLite")
    parser.add_argument("--model", help="default: what train takes, the blend")
    asked = parser.parse_args()
    place = Place(asked.home / "served", asked.database)
    apart = Place(asked.home / "apart", None)
    user_id = f"walker {secrets.token_hex(8)}"
    for each in (place, apart):
        each.fill()
    key = place.matinee("keys", "add", "walk", "--scope", "admin")["key"]
    with serving(place) as (client, log):
        client.headers["Authorization"] = f"Bearer {key}"
        known = watched(client, user_id)
        told(f"fitted in {place.train(asked.model):.1f} s, with the viewer")
        place.matinee("database", "snapshot")
        known |= served(client, user_id)
        analyse(place)
        before = traces(place, known, log)
        told(f"the viewer's ids are in {', '.join(sorted(set(before)))}")
        hold(len(before) > 4, f"the viewer before the erasure: expected many traces, got {before}")
        certificate = erased(place, client, user_id)
        left = traces(place, known, log)
        hold(not left, f"the viewer after the erasure: expected no trace, got {left}")
        again(place, certificate)
        told(f"fitted in {apart.train(asked.model):.1f} s, where the viewer never was")
        compared(place.home, apart.home)
        gone(client, user_id)
    left = traces(place, known, log)
    hold(not left, f"the viewer after the service has ended: expected no trace, got {left}")
    told("no table, file or statistic knows the viewer")


def watched(client: httpx.Client, user_id: str) -> set[str]:
    """Have a viewer rate, play and look at films; the ids of all that."""
    page = client.get("/v1/page", params={"user_id": user_id, "rows": 12, "cards": 12}).json()
    films = list(dict.fromkeys(card["item_id"] for row in page["rows"] for card in row["cards"]))
    hold(len(films) >= 20, f"a page of a viewer without a model: got {len(films)} films")
    now, session, events = int(time.time()), f"session {secrets.token_hex(8)}", list[Any]()
    begins = secrets.token_hex(8)  # so that one word finds them all
    for k, film in enumerate(films):
        kinds = (
            "impression",
            "open",
            "play",
            "pause",
            "skip" if k % 3 == 0 else "complete",
            "rate",
        )
        for j, kind in enumerate(kinds):
            more = {"value": 1.5 if k % 3 == 0 else 5.0} if kind == "rate" else {}
            where = {"position_s": 60.0 * j} if j in (2, 3, 4) else {}
            events.append(
                {"event_id": begins + secrets.token_hex(8), "user_id": user_id, "item_id": film}
                | {"kind": kind, "timestamp": now - 90_000 + 600 * k + 60 * j}
                | {"session_id": session, "page_id": page["page_id"], **more, **where}
            )
    for first in range(0, len(events), 200):
        answer = client.post("/v1/events", json={"events": events[first : first + 200]}).json()
        hold(answer["accepted"] == len(events[first : first + 200]), f"events: got {answer}")
    told(f"the viewer did {len(events)} things with {len(films)} films")
    return {user_id, session, page["page_id"], begins}


def served(client: httpx.Client, user_id: str) -> set[str]:
    """Have the viewer get a page, not want a film, and get the next page; ids of that."""
    asked: dict[str, str | int] = {"user_id": user_id, "rows": 10, "cards": 10}
    until = time.monotonic() + 120
    page = client.get("/v1/page", params=asked).json()
    while "no model" in page["degraded"] and time.monotonic() < until:
        time.sleep(0.5)  # workers look every two seconds
        page = client.get("/v1/page", params=asked).json()
    hold(page["personal"] and not page["degraded"], f"page: got {page['degraded']}")
    row = page["rows"][0]
    film, title = row["cards"][0]["item_id"], row["cards"][0]["title"]
    said = client.post(f"/v1/users/{user_id}/not_interested", json={"item_id": film})
    hold(said.status_code == 200, f"not interested: got {said.text}")
    after = client.get("/v1/page", params=asked).json()
    cards = [card for each in after["rows"] for card in each["cards"]]
    hold(film not in {card["item_id"] for card in cards}, f"{title} is on the next page")
    reasons = [reason for card in cards for reason in card["reasons"]]
    hold(bool(reasons), "the next page has no reasons")
    named = [r for r in reasons if r["item_id"] == film or title in r["text"]]
    hold(not named, f"{title} was not wanted, and is a reason: {named[:3]}")
    seeded = [each["title"] for each in after["rows"] if title in each["title"]]
    hold(not seeded, f"{title} was not wanted, and makes a row: {seeded}")
    told(
        f'"{title}" was not wanted: not among the {len(cards)} films of the next page, and in '
        f"none of their {len(reasons)} reasons"
    )
    ids = {page["page_id"], after["page_id"], said.json()["event_id"]}
    return ids


def erased(place: Place, client: httpx.Client, user_id: str) -> Path:
    """Have the viewer erased; the certificate, verified."""
    answer = client.delete(f"/v1/users/{user_id}", timeout=120)
    hold(answer.status_code == 200, f"erasure: got {answer.text}")
    path = place.home.parent / "certificate.json"
    path.write_text(answer.text)
    checked = place.matinee("verify", str(path))
    hold(checked["signature"] == "valid", f"verify: got {checked}")
    forged = path.with_name("forged.json")
    forged.write_text(answer.text.replace('"erased_at":', '"erased_at":1'))
    command = [sys.executable, "-m", "matinee", "verify", str(forged)]
    other = subprocess.run(command, env=place.environment, capture_output=True, check=False)
    hold(other.returncode == 2, "verify: a certificate that was changed is taken for valid")
    states = [each["state"] for each in checked["places"]]
    told(
        f"erased; the certificate is valid: {states.count('done')} places done, "
        f"{states.count('pending')} pending, {states.count('out of reach')} out of reach"
    )
    return path


def again(place: Place, certificate: Path) -> None:
    """Train again what was marked; then nothing but the memory of workers may be pending."""
    found = place.matinee("database", "erasures", "--retrain")
    hold(not found["outstanding"], f"erasures: got {found['outstanding']}")
    told(f"trained again: {', '.join(found['trained_again']) or 'nothing had to be'}")
    places = place.matinee("verify", str(certificate))["places"]
    pending = [each["place"] for each in places if each["state"] == "pending"]
    hold(set(pending) <= {"memory of workers"}, f"verify: expected all done, got {pending}")


def gone(client: httpx.Client, user_id: str) -> None:
    """Nothing is known of the viewer, and nothing comes again."""
    page = client.get("/v1/page", params={"user_id": user_id}).json()
    hold(page["personal"] is False, "the page of an erased viewer is personal")
    event = {"event_id": secrets.token_hex(16), "kind": "like", "timestamp": int(time.time())}
    event |= {"user_id": user_id, "item_id": page["rows"][0]["cards"][0]["item_id"]}
    answer = client.post("/v1/events", json={"events": [event]}).json()["events"][0]
    hold(answer.get("code") == "erased", f"an event of an erased viewer: got {answer}")


def compared(ours: Path, theirs: Path) -> None:
    """Statistics to the last bit, models to `WEIGHTS`, with those that never knew the viewer."""
    for folder, tolerance in (("statistics", 0.0), ("models", WEIGHTS)):
        there = [arrays(home / folder) for home in (ours, theirs)]
        hold(bool(there[1]) or folder == "statistics", f"{folder}: nothing was kept")
        hold(there[0].keys() == there[1].keys(), f"{folder}: other files: {sorted(there[0])}")
        worst = 0.0
        for name, path in there[0].items():
            one, other = np.load(path), np.load(there[1][name])
            hold(one.shape == other.shape, f"{name}: {one.shape} against {other.shape}")
            if one.size and np.issubdtype(one.dtype, np.number):
                one, other = one.astype(np.float64), other.astype(np.float64)
                far = float(np.nanmax(np.abs(one - other)))
                worst = max(worst, far / max(float(np.nanmax(np.abs(other))), 1e-300))
            else:
                hold(bool((one == other).all()), f"{name}: other values")
        hold(worst <= tolerance, f"{folder}: differ by {worst:.2g} of the largest")
        if there[0]:
            told(f"{folder}: {len(there[0])} arrays, largest difference {worst:.2g} (relative)")


def arrays(folder: Path) -> dict[str, Path]:
    """Each array below a folder by its name without what names a version."""
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*.npy"))}


def traces(place: Place, words: set[str], log: Path) -> list[str]:
    """Where something of the viewer stands: tables, statistics of PostgreSQL, bytes of files."""
    store = place.store()
    try:
        words = written(words | {store.key.pseudonym(w) for w in words if w.startswith("walker")})
        found = list(rows_with(store, words))
    finally:
        store.database.close()
    sought = [word.encode() for word in words]
    sought += [bytes.fromhex(word) for word in words if re.fullmatch("[0-9a-f]{16,}", word)]
    for path in (*sorted(place.home.rglob("*")), log):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.suffix == ".parquet":  # compressed
            content += str(pl.read_parquet(path).to_dicts()).encode()
        if any(word in content for word in sought):
            found.append(f"file {path.name}")
    return found


def written(words: set[str]) -> set[str]:
    """The words, and those of 16 or 32 digits also with the hyphens of a UUID."""
    ids = {word for word in words if re.fullmatch("[0-9a-f]{16}(?:[0-9a-f]{16})?", word)}
    parts = {word: (word[:8], word[8:12], word[12:16], word[16:20], word[20:]) for word in ids}
    return words | {"-".join(part for part in parts[word] if part) for word in ids}


def rows_with(store: Store, words: set[str]) -> Iterator[str]:
    """Every table of the database, whether the program made it or the server."""
    if store.database.postgres:
        named = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    else:
        named = "SELECT name FROM sqlite_master WHERE type = 'table'"
    with store.database.reading() as connection:
        tables = list(connection.execute(text(named)).scalars())
        if store.database.postgres:
            tables.append("pg_stats")
        for table in tables:
            shown = f'CAST("{table}" AS text)' if store.database.postgres else "*"
            for row in connection.execute(text(f'SELECT {shown} FROM "{table}"')):
                said = str(tuple(row))
                if any(word in said for word in words):
                    yield f"table {table}"
                    break


def analyse(place: Place) -> None:
    """Have the database gather statistics, as servers do by themselves in time."""
    store = place.store()
    with store.database.reading() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("ANALYZE"))
    store.database.close()


@contextmanager
def serving(place: Place) -> Iterator[tuple[httpx.Client, Path]]:
    """`matinee serve`, a client of it, and the file of its log."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = place.home.parent / "serve.log"
    command = [sys.executable, "-m", "matinee", "serve", "--port", str(port)]
    with log.open("wb") as errors:
        process = subprocess.Popen(command, env=place.environment, stderr=errors, stdout=errors)
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
    try:
        until = time.monotonic() + STARTS_S
        while True:
            try:
                if client.get("/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                alive = process.poll() is None and time.monotonic() < until
                hold(alive, f"serve: {log.read_text()[-2000:]}")
                time.sleep(0.1)
        yield client, log
    finally:
        client.close()
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def hold(true: bool, otherwise: str) -> None:
    """End with a sentence where something is not as it should be."""
    if not true:
        raise SystemExit(otherwise)


def told(what: str) -> None:
    """Print it at once."""
    print(what, flush=True)


if __name__ == "__main__":
    main()

"""How long a page of the service takes: its parts in process, and whole over HTTP.

    python benchmarks/service_pages.py [--requests 400] [--model ease]

On the built-in simulated data: all its events in a SQLite file, one worker, one client that asks
for one page after the other, each of another viewer, with the load generator on the same machine.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from matinee import training
from matinee.dataset import Dataset
from matinee.service.served import Served, read_served
from matinee.service.viewers import Viewers
from matinee.settings import Settings
from matinee.simulation import starter, starter_events
from matinee.store.access import make_api_key
from matinee.store.catalogue import read_tables, upsert_films
from matinee.store.opening import open_store
from matinee.store.workspace import Workspace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--model", default="ease")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home, database_url=None)
        key = fill(settings, asked.model)
        users = starter_events()["user_id"].unique().sort().to_list()
        users = [users[k % len(users)] for k in range(asked.requests)]
        in_process(settings, users)
        over_http(home, key, users)


def fill(settings: Settings, model: str) -> str:
    """The starter films and events in the database, a model of them, a key."""
    store = open_store(settings)
    upsert_films(store.database, starter().movies, int(time.time()))
    started = time.perf_counter()
    events = starter_events().drop("received_at").to_dicts()
    for start in range(0, len(events), 1_000):
        answers = store.log.append(events[start : start + 1_000], int(time.time()))
        assert all(answer.state == "accepted" for answer in answers), answers[0]
    rate = len(events) / (time.perf_counter() - started)
    print(f"{len(events):,} events into SQLite in batches of 1,000: {rate:,.0f} a second")
    data = Dataset.from_tables(read_tables(store.database))
    trained = training.fit(model, data, 0)
    training.save(trained, Workspace(settings.home).model_folder("database", trained.name), data)
    key = make_api_key(store.database, "benchmark", "admin", int(time.time()))
    store.database.close()
    return key


def in_process(settings: Settings, users: list[str]) -> None:
    store = open_store(settings)
    served = read_served(store, Workspace(settings.home))
    now = int(time.time())
    events = served.log.of_viewer(users[0]).height
    print(f"{len(set(users))} viewers, of the first {events:,} events")
    report("events of the viewer", users, served.log.of_viewer)
    report("and what they say", users, lambda user: served.standing(user, Viewers(), now))
    report("and the page", users, lambda user: page(served, user, now))
    store.database.close()


def page(served: Served, user: str, now: int) -> Any:
    known = served.standing(user, Viewers(), now)
    return served.maker.page(known.history, begun=known.begun, listed=known.listed)


def over_http(home: Path, key: str, users: list[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"MATINEE_HOME": str(home)}
    environment.pop("MATINEE_DATABASE_URL", None)
    command = [sys.executable, "-m", "matinee", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            headers = {"Authorization": f"Bearer {key}"}
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
                wait(client)

                def ask(user: str) -> None:
                    client.get("/v1/page", params={"user_id": user}).raise_for_status()

                report("GET /v1/page over HTTP", users, ask)
                report("GET /livez over HTTP", users, lambda _: client.get("/livez"))
        finally:
            process.send_signal(signal.SIGTERM)


def wait(client: httpx.Client) -> None:
    for _ in range(600):
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the service did not start")


def report(what: str, users: list[str], call: Callable[[str], Any]) -> None:
    for user in users[:20]:
        call(user)
    seconds = []
    for user in users:
        started = time.perf_counter()
        call(user)
        seconds.append(time.perf_counter() - started)
    p50, p99 = 1000 * np.percentile(seconds, [50, 99])
    least = 1000 * min(seconds)
    print(f"{what:26} p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   least {least:6.1f} ms")


if __name__ == "__main__":
    main()

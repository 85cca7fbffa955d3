"""The end of the demo: a service of its own with the starter data, and its pages."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matinee.cli.serve_command import hold_to_free
from matinee.errors import InputError, MatineeError
from matinee.schema import Tables
from matinee.training import Trained

HOST, PORT = "127.0.0.1", 8000
_PORTS = 20  # that are tried
_STARTS_S = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A service that answers."""

    url: str
    process: subprocess.Popen[bytes]
    films: int  # on its first page
    seconds: float  # that the first page took

    def wait(self) -> None:
        """Until it ends, or Ctrl-C ends it."""
        try:
            self.process.wait()
        except KeyboardInterrupt:
            self.process.wait(15)


def free_port() -> int:
    """Port 8000, or the next that nobody listens on."""
    for port in range(PORT, PORT + _PORTS):
        try:
            hold_to_free(HOST, port)
        except InputError:
            continue
        return port
    raise InputError(f"demo: expected a free port from {PORT} to {PORT + _PORTS - 1}, got none")


def fill(
    home: Path, tables: Tables, trained: Trained, leaderboard: Mapping[str, Any] | None = None
) -> None:
    """Put the starter data and a model of it into the demo's own workspace, once.

    The leaderboard is what the model was chosen from: the studio shows it.
    """
    from matinee import training
    from matinee.dataset import Dataset
    from matinee.settings import Settings
    from matinee.store.catalogue import changed_at, import_tables, read_tables
    from matinee.store.measured import keep_measured
    from matinee.store.opening import open_store
    from matinee.store.workspace import Workspace

    store = open_store(Settings(home=home, database_url=None))
    try:
        if not changed_at(store.database):
            import_tables(store.database, store.key, tables, int(time.time()))
        data = Dataset.from_tables(read_tables(store.database, "database"))
    finally:
        store.database.close()
    workspace = Workspace(home)
    training.save(trained, workspace.model_folder("database", trained.name), data)
    if leaderboard is not None:
        keep_measured(workspace, "database", "leaderboard", leaderboard, int(time.time()))


@contextmanager
def running(home: Path, port: int) -> Iterator[Running]:
    """`matinee serve` on the demo's workspace, answering; it ends with the block."""
    log = home / "serve.log"
    environment = os.environ | {
        "MATINEE_HOME": str(home.resolve()),
        "MATINEE_DATABASE_URL": "",
        "MATINEE_SIMULATED_VIEWERS": "true",
    }
    command = [sys.executable, "-m", "matinee", "serve", "--host", HOST, "--port", str(port)]
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=home, env=environment, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        yield _first_page(process, f"http://{HOST}:{port}", log)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


def _first_page(process: subprocess.Popen[bytes], url: str, log: Path) -> Running:
    import httpx

    until = time.monotonic() + _STARTS_S
    with httpx.Client(base_url=url, follow_redirects=True, timeout=_STARTS_S) as client:
        while time.monotonic() < until and process.poll() is None:
            try:
                client.get("/readyz")
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            client.get("/")  # the first one compiles and draws what all others find ready
            started = time.perf_counter()
            page = client.get("/")
            seconds = time.perf_counter() - started
            if page.status_code == 200:
                return Running(url, process, page.text.count('class="card"'), seconds)
            break
    raise MatineeError(f"demo: expected a service on {url}, got none; {log} says more")

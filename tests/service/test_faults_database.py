"""PostgreSQL stopped, and a model swapped, under load.

The server is one of the test's own. MATINEE_FAULT_S says how long it is away (3 s; 30 when long).
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from tests.service.conftest import fill
from tests.service.sending import Sender
from tests.service.test_faults_killed import hold_to_sent
from tests.service.test_process import Process, free_port, run

from matinee import training
from matinee.dataset import Dataset
from matinee.schema import Tables
from matinee.settings import Settings
from matinee.store.catalogue import read_tables
from matinee.store.opening import open_store
from matinee.store.workspace import Workspace

__all__ = ["run"]
AWAY_S = float(os.environ.get("MATINEE_FAULT_S", "3"))


@dataclass
class Server:
    """A PostgreSQL of the test's own, run by a user who may not do everything."""

    folder: Path
    port: int
    user: list[str]

    @property
    def url(self) -> str:
        return f"postgresql://tester@127.0.0.1:{self.port}/postgres"

    def do(self, *command: str) -> None:
        done = subprocess.run(
            [*self.user, *command], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        log = str(self.folder / "log")
        self.do("pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        """As if its machine had lost its power: nothing is written that was not on the disk."""
        self.do("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")


@pytest.fixture
def own_server() -> Iterator[Server]:
    if not (shutil.which("initdb") and shutil.which("pg_ctl")):
        pytest.skip("initdb and pg_ctl are not there")
    folder = Path(tempfile.mkdtemp(prefix="matinee-pg-"))
    user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        try:
            entry = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("run as root, and there is no user postgres")
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    server = Server(folder, free_port(), user)
    try:
        server.do("initdb", "-D", str(folder / "data"), "-U", "tester", "-A", "trust", "-N")
        server.start()
        yield server
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(own_server: Server) -> str:
    return own_server.url


def test_a_database_that_is_stopped_costs_pages_nothing_and_no_acknowledged_event(
    run: Callable[..., Process], own_server: Server, lately: Tables, tmp_path: Path
) -> None:
    keys = fill(Settings(home=tmp_path, database_url=SecretStr(own_server.url)), lately)
    server = run()
    address = str(server.client.base_url)
    senders = [Sender(address, keys["admin"], 0.01) for _ in range(2)]
    pages = Pages(address, keys["serve"])
    senders[0].wait_for(3)
    pages.wait_for(lambda page: page["degraded"] == [])
    own_server.stop()
    pages.wait_for(lambda page: page["degraded"] == ["store down"])
    time.sleep(AWAY_S)
    statuses = {status for sender in senders for status in sender.statuses[-3:]}
    assert statuses == {503}
    own_server.start()
    for sender in senders:
        sender.wait_for(len(sender.acknowledged) + 3)
    pages.wait_for(lambda page: page["degraded"] == [])
    for sender in senders:
        sender.end()
    pages.end()
    assert pages.failed == []
    assert pages.unlike == 0
    assert all(after is not None and int(after) >= 1 for after in senders[0].retry_after)
    assert set(senders[0].statuses) == {202, 503}
    hold_to_sent(senders, own_server.url)
    assert server.end() == 0


def test_a_model_that_is_swapped_costs_no_request(
    run: Callable[..., Process], own_server: Server, lately: Tables, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, database_url=SecretStr(own_server.url))
    keys = fill(settings, lately)
    server = run("--workers", "2")
    readers = [Pages(str(server.client.base_url), keys["serve"]) for _ in range(3)]
    sender = Sender(str(server.client.base_url), keys["admin"], 0.02)
    store = open_store(settings)
    data = Dataset.from_tables(read_tables(store.database))
    for name in ("als:factors=4", "ease:ridge=50.0"):
        trained = training.fit(name, data, 0)
        training.save(trained, Workspace(tmp_path).model_folder("database", trained.name), data)
        for reader in readers:
            reader.wait_for(lambda page, name=name: page["policy"].startswith(name[:3]))
    store.database.close()
    for each in (*readers, sender):
        each.end()
    assert [reader.failed for reader in readers] == [[], [], []]
    assert set(sender.statuses) == {202}
    assert server.end() == 0


class Pages:
    """Asks for one viewer's page again and again; what was no answer is kept."""

    def __init__(self, address: str, key: str) -> None:
        self.failed: list[str] = []
        self.unlike = 0  # pages without rows
        self._page: dict[str, Any] = {}
        self._address, self._headers = address, {"Authorization": f"Bearer {key}"}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool]) -> None:
        """Until a page is as wanted."""
        until = time.monotonic() + 60
        while not (self._page and wanted(self._page)):
            assert time.monotonic() < until, (self._page.get("degraded"), self.failed[:3])
            time.sleep(0.01)

    def end(self) -> None:
        self._ending.set()
        self._thread.join()

    def _ask(self) -> None:
        with httpx.Client(base_url=self._address, headers=self._headers, timeout=30) as client:
            while not self._ending.wait(0.01):
                answer = client.get("/v1/page?user_id=u5&rows=3")
                if answer.status_code != 200:
                    self.failed.append(f"{answer.status_code} {answer.text[:200]}")
                    continue
                self._page = answer.json()
                self.unlike += not self._page["rows"]

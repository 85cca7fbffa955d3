"""`matinee serve` as people run it: a process, a port, a signal."""

import json
import os
import pickle
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from tests.service.conftest import event, fill, films_of

from matinee.schema import Tables
from matinee.service.running import listening
from matinee.settings import Settings

STARTS_S = 60


@dataclass
class Process:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    client: httpx.Client
    errors: Path

    def end(self) -> int:
        """Its exit status after being told to stop."""
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def run(tmp_path: Path, url: str) -> Iterator[Callable[..., Process]]:
    """Starts `matinee serve` on the test's database; what still runs at the end is killed."""
    started: list[Process] = []

    def start(*arguments: str) -> Process:
        port, errors = free_port(), tmp_path / f"errors-{len(started)}.txt"
        environment = os.environ | {"MATINEE_HOME": str(tmp_path), "MATINEE_DATABASE_URL": url}
        with errors.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "matinee", "serve", "--port", str(port), *arguments],
                cwd=tmp_path,
                env=environment,
                stderr=file,
                stdout=subprocess.DEVNULL,
            )
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
        started.append(Process(process, client, errors))
        until = time.monotonic() + STARTS_S
        while time.monotonic() < until and process.poll() is None:
            try:
                if client.get("/readyz").status_code == 200:
                    return started[-1]
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(errors.read_text())

    yield start
    for each in started:
        each.client.close()
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()


def test_an_event_changes_the_next_page_and_nothing_is_lost_when_it_stops(
    run: Callable[..., Process], lately: Tables, tmp_path: Path, url: str
) -> None:
    keys = fill(Settings(home=tmp_path, database_url=SecretStr(url)), lately)
    server = run()
    server.client.headers["Authorization"] = f"Bearer {keys['admin']}"
    before = server.client.get("/v1/page?user_id=u5").json()
    film = films_of(before)[0]
    sent = {"events": [event("not_interested", film, user_id="u5", page_id=before["page_id"])]}
    assert server.client.post("/v1/events", json=sent).json()["accepted"] == 1
    assert film not in films_of(server.client.get("/v1/page?user_id=u5").json())
    assert server.end() == 0
    lines = [json.loads(line) for line in server.errors.read_text().splitlines() if "{" in line]
    assert [line["route"] for line in lines if "route" in line][-3:] == [
        "/v1/page",
        "/v1/events",
        "/v1/page",
    ]
    again = run()
    again.client.headers["Authorization"] = f"Bearer {keys['serve']}"
    assert film not in films_of(again.client.get("/v1/page?user_id=u5").json())
    assert again.client.post("/v1/events", json=sent).status_code == 403
    assert again.end() == 0


def test_a_first_start_shows_a_key_and_a_line_to_try_and_the_next_none(
    run: Callable[..., Process], url: str
) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("what is shown does not depend on the database")
    server = run()
    shown = server.errors.read_text()
    key = re.findall(r"matinee_[\w-]{43}", shown)
    assert len(key) == 2
    assert key[0] == key[1]
    assert f"curl -H 'Authorization: Bearer {key[0]}' 'http://127.0.0.1:" in shown
    assert "the database has no films" in shown
    page = server.client.get("/v1/page?user_id=a", headers={"Authorization": f"Bearer {key[0]}"})
    assert page.status_code == 200
    assert page.json()["rows"] == []
    assert server.end() == 0
    again = run()
    assert not re.findall(r"matinee_[\w-]{43}", again.errors.read_text())
    assert again.end() == 0


def test_two_workers_count_together(
    run: Callable[..., Process], lately: Tables, tmp_path: Path, url: str
) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("how workers count does not depend on the database")
    keys = fill(Settings(home=tmp_path, database_url=SecretStr(url)), lately)
    server = run("--workers", "2")
    for _ in range(12):
        with httpx.Client(base_url=server.client.base_url, timeout=30) as client:
            headers = {"Authorization": f"Bearer {keys['serve']}"}
            assert client.get("/v1/page?user_id=u5", headers=headers).status_code == 200
    counted = 'matinee_requests_total{method="GET",route="/v1/page",status="200"} 12.0'
    until = time.monotonic() + 20  # an answer is counted once it has been sent
    while counted not in (text := server.client.get("/metrics").text):
        assert time.monotonic() < until, text
        time.sleep(0.1)
    assert server.end() == 0


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "matinee", "serve", "--port", str(port)],
            cwd=tmp_path,
            env=os.environ | {"MATINEE_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith(f"matinee: serve: expected to listen on 127.0.0.1:{port}, got ")
    assert len(done.stderr.splitlines()) == 1


def test_connections_to_several_workers_send_what_they_have_at_once() -> None:
    """Else the second half of each answer waits for a word of the other side: 40 ms."""
    with listening(uvicorn.Config("none", port=free_port(), log_config=None)) as place:
        place.listen()
        with socket.create_connection(place.getsockname()):
            connection, _ = place.accept()
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            connection.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers share one socket")
def test_each_worker_listens_for_itself() -> None:
    """What a worker's process is handed is one more socket of the same address."""
    with listening(uvicorn.Config("none", port=free_port(), log_config=None)) as place:
        first, second = (pickle.loads(pickle.dumps(place)) for _ in range(2))
        with first, second:
            assert first.getsockname() == second.getsockname() == place.getsockname()
            assert len({place.fileno(), first.fileno(), second.fileno()}) == 3
            first.listen()
            second.listen()
            met = []
            for _ in range(32):  # all at one of two: once in two billion times
                with socket.create_connection(place.getsockname()):
                    ready, _, _ = select.select([first, second], [], [], 5)
                    met.append(ready[0] is first)
                    ready[0].accept()[0].close()
    assert len(set(met)) == 2


def test_a_worker_starts_without_what_it_may_never_need() -> None:
    """Libraries that draw, train and judge take seconds and a hundred megabytes a worker."""
    late = ["altair", "vl_convert", "lightgbm", "interpret", "sklearn", "optuna", "scipy.stats"]
    code = f"import sys, matinee.web.app; print([m for m in {late} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

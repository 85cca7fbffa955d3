"""`kill -9` of a worker and of the whole service under load: nothing acknowledged is lost.

Short by default; MATINEE_FAULTS=20 kills as often as that, each time at a random moment.
"""

import os
import random
import signal
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from tests.service.conftest import fill
from tests.service.sending import Sender, children
from tests.service.test_process import Process, run

from matinee.schema import RatingScale, Tables
from matinee.settings import Settings
from matinee.store.database import connect
from matinee.store.events import EventLog
from matinee.store.key import Key

__all__ = ["run"]
TIMES = int(os.environ.get("MATINEE_FAULTS", "1"))


def kept(url: str) -> list[str]:
    """The ids of all events that senders sent, as often as they are there."""
    database = connect(url)
    log = EventLog(database, Key(b"a key of these tests"), RatingScale(0.5, 5, 0.5))
    found = log.between(0, 2**40, 10**6)
    database.close()
    sent = found.filter(found["kind"] == "play")["event_id"]
    return [uuid.UUID(id_).hex for id_ in sent]


def hold_to_sent(senders: list[Sender], url: str) -> int:
    """Every acknowledged event is there once; how many were acknowledged."""
    there = kept(url)
    assert len(set(there)) == len(there)
    acknowledged = [id_ for sender in senders for id_ in sender.acknowledged]
    assert acknowledged
    assert not set(acknowledged) - set(there)
    sent = {id_ for sender in senders for id_ in sender.sent}
    assert set(there) <= sent
    return len(acknowledged)


def answers_again(client: httpx.Client, key: str) -> float:
    """Seconds until a page is served."""
    started = time.monotonic()
    headers = {"Authorization": f"Bearer {key}"}
    while time.monotonic() - started < 60:
        try:
            if client.get("/v1/page?user_id=u5", headers=headers, timeout=10).status_code == 200:
                return time.monotonic() - started
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError("the service does not answer again")


def test_a_worker_that_is_killed_costs_no_acknowledged_event(
    run: Callable[..., Process], lately: Tables, tmp_path: Path, url: str
) -> None:
    keys = fill(Settings(home=tmp_path, database_url=SecretStr(url)), lately)
    server = run("--workers", "2")
    senders = [Sender(str(server.client.base_url), keys["admin"]) for _ in range(3)]
    waits = []
    for _ in range(TIMES):
        time.sleep(0.2 + random.random())
        workers = [pid for pid in children(server.process.pid) if "spawn_main" in cmdline(pid)]
        assert len(workers) == 2
        victim = random.choice(workers)
        os.kill(victim, signal.SIGKILL)
        waits.append(answers_again(server.client, keys["serve"]))
        until = time.monotonic() + 60
        while time.monotonic() < until:  # the other one answers; the killed one comes back
            again = [pid for pid in children(server.process.pid) if "spawn_main" in cmdline(pid)]
            if len(again) == 2 and victim not in again:
                break
            time.sleep(0.05)
        else:
            raise AssertionError("no worker took the place of the one that was killed")
    for sender in senders:
        sender.end()
    count = hold_to_sent(senders, url)
    told(f"{TIMES} workers killed, {count} events acknowledged", waits)
    assert server.end() == 0


def test_a_service_that_is_killed_costs_no_acknowledged_event(
    run: Callable[..., Process], lately: Tables, tmp_path: Path, url: str
) -> None:
    keys = fill(Settings(home=tmp_path, database_url=SecretStr(url)), lately)
    senders, waits = [], []
    for _ in range(TIMES):
        server = run()
        sender = Sender(str(server.client.base_url), keys["admin"])
        senders.append(sender)
        sender.wait_for(3)
        time.sleep(random.random())
        server.process.kill()
        server.process.wait()
        sender.end()
        started = time.monotonic()
        again = run()
        answers_again(again.client, keys["serve"])
        waits.append(time.monotonic() - started)
        hold_to_sent(senders, url)
        assert sender.send_again(str(again.client.base_url))
        assert again.end() == 0
    count = hold_to_sent(senders, url)
    told(f"{TIMES} services killed, {count} events acknowledged", waits)


def told(what: str, waits: list[float]) -> None:
    after = ", ".join(f"{wait:.2f} s" for wait in waits)
    sys.stdout.write(f"{what}; answers again after {after}\n")


def cmdline(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")

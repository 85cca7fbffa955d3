"""The live service under load: latency, throughput, freshness, memory, beside the targets.

    python benchmarks/serve.py [--short] [--postgres URL] [--workers 2] [--seconds 60]

`matinee serve` runs as a subprocess on a copy of the world of `service_data.py` (generated: 20,000
films, 50,000 viewers, 2,000,000 ratings; with --short 2,000, 4,000 and 120,000), and `load.py` as
another, on the same machine. With --postgres the events lie in a database of its own beside the one
named, which is dropped afterwards. The first run makes the world: minutes.
"""

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text

import service_data
from matinee.settings import Settings
from matinee.store.access import make_api_key
from matinee.store.catalogue import import_tables
from matinee.store.opening import open_store
from service_data import SHORT, WHOLE, Size

HERE = Path(__file__).parent
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class World:
    """A workspace with a database that a run may change."""

    home: Path
    url: str | None
    key: str
    ids: Path


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of the table."""

    what: str
    value: float
    unit: str
    target: float
    least: bool = False  # the target is the least that it should be

    def __str__(self) -> str:
        met = self.value >= self.target if self.least else self.value <= self.target
        sign = "≥" if self.least else "≤"
        own = f"{self.value:,.1f}" if self.value < 100 else f"{self.value:,.0f}"
        target = f"{sign} {self.target:g} {self.unit}"
        said = f"| {self.what:54} | {own:>8} {self.unit:5} | {target:14} | "
        return said + ("yes |" if met else "no  |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true", help="a small world, seconds each")
    parser.add_argument("--postgres", metavar="URL")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=None, help="of each measure")
    parser.add_argument("--only", help="pages, lists, policy, events, memory (comma between)")
    asked = parser.parse_args()
    size = SHORT if asked.short else WHOLE
    seconds = asked.seconds or (4 if asked.short else 60)
    parts = asked.only.split(",") if asked.only else list(MEASURES)
    if asked.short and not asked.only:
        parts.remove("policy")  # to fit a ranker takes minutes
    load_before = os.getloadavg()[0]
    lines: list[Line] = []
    for part in parts:
        home = service_data.home_of(size, "policy" if part == "policy" else "model")
        with world(home, asked.postgres, size) as own:
            lines += MEASURES[part](own, asked.workers, seconds)
    database = "PostgreSQL" if asked.postgres else "SQLite"
    print(
        f"\n{size.films:,} films, {size.viewers:,} viewers (generated), {database}, "
        f"{asked.workers} workers, {os.cpu_count()} cores with the load generator on them, "
        f"load average {load_before:.1f} before and {os.getloadavg()[0]:.1f} after\n"
    )
    print(f"| {'what':54} | {'measured':14} | {'target':14} | met |")
    print(f"| {'-' * 54} | {'-' * 14} | {'-' * 14} | --- |")
    for line in lines:
        print(line)


def pages(own: World, workers: int, seconds: float) -> list[Line]:
    """Pages at 50/s while 200 events/s arrive, and how soon an event is felt."""
    with serving(own, workers) as address:
        load(address, own, "--pages", "30", "--seconds", "3")
        found = load(
            address,
            own,
            "--pages",
            "50",
            "--events",
            "200",
            "--seconds",
            str(seconds),
            "--fresh",
            "100000",
        )
    page, fresh, events = found["page"], found["fresh"], found["events"]
    failed = page["failed"] + fresh["failed"] + events["failed"]
    return [
        Line("page at 50/s with 200 events/s: p50", page["p50_ms"], "ms", 15),
        Line("page at 50/s with 200 events/s: p99", page["p99_ms"], "ms", 60),
        Line("requests that failed meanwhile", failed, "", 0),
        Line(f"accepted event to next page: p99 of {fresh['count']}", fresh["p99_ms"], "ms", 100),
    ]


def lists(own: World, workers: int, seconds: float) -> list[Line]:
    with serving(own, workers) as address:
        load(address, own, "--fast", "recommendations", "--seconds", "3")
        found = load(address, own, "--fast", "recommendations", "--seconds", str(seconds / 4))
    rate = found["recommendations"]["per_s"]
    return [Line("recommendations without ranker", rate, "/s", 250, least=True)]


def policy(own: World, workers: int, seconds: float) -> list[Line]:
    with serving(own, workers) as address:
        load(address, own, "--fast", "recommendations", "--seconds", "3")
        found = load(address, own, "--fast", "recommendations", "--seconds", str(seconds / 4))
        more = load(address, own, "--pages", "30", "--seconds", str(seconds / 4))
    rate, page = found["recommendations"]["per_s"], more["page"]
    return [
        Line("recommendations, blend and LambdaMART", rate, "/s", 80, least=True),
        Line("page of that policy at 30/s: p50", page["p50_ms"], "ms", 15),
        Line("page of that policy at 30/s: p99", page["p99_ms"], "ms", 60),
    ]


def events(own: World, workers: int, seconds: float) -> list[Line]:
    target = 5_000 if own.url is not None else 3_000
    span = str(seconds / 4)
    with serving(own, workers) as address:
        batch = load(address, own, "--fast", "events", "--events-each", "100", "--seconds", span)
        single = load(
            address,
            own,
            "--fast",
            "events",
            "--events-each",
            "1",
            "--seconds",
            span,
            "--connections",
            "32",
        )
    rates = [found["events"]["acknowledged"] / found["seconds"] for found in (batch, single)]
    return [
        Line("events in batches of 100, 4 connections", rates[0], "/s", target, least=True),
        Line("single events, 32 connections", rates[1], "/s", 300, least=True),
    ]


def memory(own: World, _: int, seconds: float) -> list[Line]:
    """Proportional shares of all processes, so that what is shared counts once."""
    found = {}
    for count in (1, 4):
        with serving(own, count) as address:
            load(address, own, "--pages", "20", "--seconds", str(min(seconds, 15)))
            found[count] = shares(int(os.environ["SERVED_BY"]))
    print(f"  memory: {found[1]:,.0f} MB with one worker, {found[4]:,.0f} MB with four")
    return [Line("memory of 4 workers over that of 1", found[4] / found[1], "times", 1.6)]


MEASURES = {
    "pages": pages,
    "lists": lists,
    "policy": policy,
    "events": events,
    "memory": memory,
}


@contextmanager
def world(home: Path, postgres: str | None, size: Size) -> Iterator[World]:
    """A copy of a workspace; with PostgreSQL a database of its own with the same in it."""
    with tempfile.TemporaryDirectory(dir=service_data.CACHE) as folder:
        own = service_data.copy_of(home, Path(folder) / "home")
        with database(postgres) as url:
            settings = Settings(home=own, database_url=None if url is None else SecretStr(url))
            store = open_store(settings)
            tables = service_data.tables(size)
            if url is not None:
                started = time.perf_counter()
                import_tables(store.database, store.key, tables, int(time.time()))
                service_data.told("imported into PostgreSQL", started)
            key = make_api_key(store.database, "benchmark", "admin", int(time.time()))
            store.database.close()
            ids = Path(folder) / "ids.json"
            viewers = tables.ratings["user_id"].unique().sort().to_list()
            ids.write_text(
                json.dumps({"viewers": viewers, "films": tables.movies["item_id"].to_list()})
            )
            yield World(own, url, key, ids)


@contextmanager
def database(server: str | None) -> Iterator[str | None]:
    """The URL of a database of its own beside the one that is named."""
    if server is None:
        yield None
        return
    url, name = make_url(server), f"matinee_bench_{secrets.token_hex(4)}"
    engine = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def serving(own: World, workers: int) -> Iterator[str]:
    """`matinee serve` as people run it; its address, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | ONE_THREAD | {"MATINEE_HOME": str(own.home)}
    environment.pop("MATINEE_DATABASE_URL", None)
    if own.url is not None:
        environment["MATINEE_DATABASE_URL"] = own.url
    command = [sys.executable, "-m", "matinee", "serve"]
    command += ["--port", str(port), "--workers", str(workers)]
    address, started = f"http://127.0.0.1:{port}", time.perf_counter()
    with (own.home / "errors.txt").open("ab") as errors:
        process = subprocess.Popen(command, env=environment, stderr=errors)
    os.environ["SERVED_BY"] = str(process.pid)
    try:
        while True:
            try:
                if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                    break
            except httpx.TransportError:
                if process.poll() is not None or time.perf_counter() - started > 300:
                    raise SystemExit((own.home / "errors.txt").read_text()[-2000:]) from None
                time.sleep(0.05)
        print(f"  {workers} workers answer after {time.perf_counter() - started:.1f} s", flush=True)
        wait_until_all_is_read(address, own.key, workers)
        print(f"  and have read all after {time.perf_counter() - started:.1f} s", flush=True)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def wait_until_all_is_read(address: str, key: str, workers: int) -> None:
    """Until no worker says "starting" any more: each connection may meet another one."""
    clean = 0
    while clean < 12 * workers:
        found = httpx.get(
            f"{address}/v1/page?user_id=viewer-1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=60,
        ).json()
        clean = 0 if "starting" in found["degraded"] else clean + 1
        time.sleep(0.5 if clean == 0 else 0.02)


def load(address: str, own: World, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "load.py"), address, "--key", own.key]
    command += ["--ids", str(own.ids), *arguments]
    before = processor_s(int(os.environ["SERVED_BY"]))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    for kind, each in found.items():
        if isinstance(each, dict):
            told = f"  {kind}: {each['count']:,} at {each['per_s']:,}/s, "
            told += f"p50 {each['p50_ms']} p99 {each['p99_ms']} max {each['max_ms']} ms"
            print(
                told + (f", failed {each['statuses']} {each['examples']}" if each["failed"] else "")
            )
    used = processor_s(int(os.environ["SERVED_BY"])) - before
    asked = sum(each["count"] for each in found.values() if isinstance(each, dict))
    print(
        f"  (processor: load generator {100 * found['own_processor_share']:.0f} % of a core, "
        f"service {100 * used / found['seconds']:.0f} %, {1000 * used / asked:.1f} ms a request)",
        flush=True,
    )
    return found


def below(pid: int) -> list[int]:
    """A process and all that it started."""
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        for task in Path(f"/proc/{found[-1]}/task").iterdir():
            waiting += [int(child) for child in (task / "children").read_text().split()]
    return found


def processor_s(pid: int) -> float:
    """Seconds that these processes have computed."""
    ticks = 0
    for one in below(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def shares(pid: int) -> float:
    """MB of a process and those below it, what they share counted once."""
    total = 0
    for one in below(pid):
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        own = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
        total += int(own.split()[1])
    return total / 1000


if __name__ == "__main__":
    main()

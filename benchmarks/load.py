"""Load on a running service, from a process of its own: open loop, or as fast as it answers.

    python benchmarks/load.py http://127.0.0.1:8000 --key KEY --ids ids.json \\
        --pages 50 --events 200 --events-each 5 --seconds 60

With rates (`--pages`, `--recommendations`, `--events`: so many a second) it is open loop: each
request has a moment at which it is to be sent, whether the ones before have been answered or not,
and its latency counts from that moment. A service that stalls is then seen as all the requests that
would have waited for it see it. With `--fast KIND --connections N` each connection asks again as
soon as it is answered: what counts is how many a second. `--fresh N` asks for a page, says "not
interested" of its first film, and asks again on another connection until the film is gone.

ids.json: {"viewers": [...], "films": [...]}. Prints one JSON document. Only for services of yours:
it sends events.
"""

import argparse
import asyncio
import json
import random
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

KINDS = ("impression", "impression", "impression", "open", "play", "pause", "stop", "complete")


@dataclass
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: dict[str, str]

    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """One connection of HTTP/1.1 that is kept; made anew where the other side ended it."""

    def __init__(self, address: str, key: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._head = f"Host: {self._host}\r\nAuthorization: Bearer {key}\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, document: Any = None) -> Answer:
        """An answer, or OSError, EOFError where there is none.

        On a connection that the service had ended for idleness it is asked once more, on another,
        as every client does: events may be sent again.
        """
        reused = self._streams is not None
        try:
            return await self._ask(method, path, document)
        except (OSError, EOFError):
            self.close()
            if not reused:
                raise
            return await self._ask(method, path, document)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, method: str, path: str, document: Any) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        body = b"" if document is None else json.dumps(document).encode()
        head = f"{method} {path} HTTP/1.1\r\n{self._head}"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"\r\n" + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        found = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(lines[0].split()[1]), found, headers)


@dataclass
class Tally:
    """What became of the requests of one kind."""

    ms: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    degraded: Counter[str] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def add(self, began: float, answer: Answer | None, error: str = "") -> None:
        self.ms.append(1000 * (time.perf_counter() - began))
        status = str(answer.status) if answer else error
        self.statuses[status] += 1
        if not status.startswith("2") and len(self.examples) < 3:
            self.examples.append(answer.body.decode()[:300] if answer else error)

    def document(self, seconds: float) -> dict[str, Any]:
        ordered = sorted(self.ms)

        def at(share: float) -> float | None:
            return round(ordered[int(share * (len(ordered) - 1))], 2) if ordered else None

        failed = sum(n for status, n in self.statuses.items() if not status.startswith("2"))
        return {
            "count": len(ordered),
            "per_s": round(len(ordered) / seconds, 1),
            "p50_ms": at(0.5),
            "p90_ms": at(0.9),
            "p99_ms": at(0.99),
            "max_ms": at(1.0),
            "failed": failed,
            "statuses": dict(self.statuses),
            "degraded": dict(self.degraded),
            "examples": self.examples,
        }


class Load:
    """Requests of each kind with viewers and films drawn at random."""

    def __init__(self, asked: argparse.Namespace) -> None:
        ids = json.loads(Path(asked.ids).read_text())
        self.viewers, self.films = ids["viewers"], ids["films"]
        self.asked, self.rng = asked, random.Random(asked.seed)
        self.tallies: dict[str, Tally] = {}
        self._free: list[Connection] = []

    def connection(self) -> Connection:
        return self._free.pop() if self._free else Connection(self.asked.address, self.asked.key)

    def page(self) -> tuple[str, str, Any]:
        return "GET", f"/v1/page?user_id={quote(self.rng.choice(self.viewers))}", None

    def recommendations(self) -> tuple[str, str, Any]:
        viewer = quote(self.rng.choice(self.viewers))
        return "GET", f"/v1/recommendations?user_id={viewer}&n=10", None

    def events(self) -> tuple[str, str, Any]:
        viewer, now = self.rng.choice(self.viewers), int(time.time())
        made = [self._event(viewer, now) for _ in range(self.asked.events_each)]
        return "POST", "/v1/events", {"events": made}

    def _event(self, viewer: str, now: int) -> dict[str, Any]:
        kind = self.rng.choice(KINDS)
        made = {
            "event_id": uuid.UUID(int=self.rng.getrandbits(128)).hex,
            "user_id": viewer,
            "item_id": self.rng.choice(self.films),
            "kind": kind,
            "timestamp": now,
            "session_id": f"s-{viewer}",
        }
        if kind in ("pause", "stop"):
            made["position_s"] = self.rng.randrange(60, 6000)
        if kind == "impression":
            made |= {"page_id": f"p-{viewer}-{now // 600}", "row": 0, "slot": 1}
        return made

    async def send(self, kind: str, began: float) -> None:
        method, path, document = getattr(self, kind)()
        tally, connection = self.tallies.setdefault(kind, Tally()), self.connection()
        try:
            answer = await asyncio.wait_for(
                connection.ask(method, path, document), self.asked.timeout
            )
        except (OSError, EOFError, TimeoutError) as error:
            tally.add(began, None, type(error).__name__)
            return
        tally.add(began, answer)
        self._free.append(connection)
        if kind == "events" and answer.status == 202:
            told = answer.json()["events"]
            tally.acknowledged += [each["event_id"] for each in told if each["state"] != "refused"]
        elif answer.status == 200:
            for reason in answer.json()["degraded"]:
                tally.degraded[reason] += 1

    async def open_loop(self, kind: str, rate: float, until: float) -> None:
        """Send at the moments that the rate says, waiting for nobody."""
        began, sent, tasks = time.perf_counter(), 0, set()
        while (moment := began + sent / rate) < until:
            if (ahead := moment - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            task = asyncio.create_task(self.send(kind, moment))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
        await asyncio.gather(*tasks)

    async def closed_loop(self, kind: str, until: float) -> None:
        """Ask again as soon as there is an answer."""
        while time.perf_counter() < until:
            await self.send(kind, time.perf_counter())

    async def fresh(self, count: int, until: float) -> None:
        """Latency from an accepted event to the first page that shows it."""
        tally = self.tallies.setdefault("fresh", Tally())
        pages = [Connection(self.asked.address, self.asked.key) for _ in range(4)]
        events = Connection(self.asked.address, self.asked.key)
        for _ in range(count):
            if time.perf_counter() > until:
                break
            viewer = self.rng.choice(self.viewers)
            path = f"/v1/page?user_id={quote(viewer)}"
            found = (await pages[0].ask("GET", path)).json()
            film = next(c["item_id"] for row in found["rows"] for c in row["cards"])
            said = self._event(viewer, int(time.time())) | {"kind": "not_interested"}
            said = {k: said[k] for k in ("event_id", "user_id", "kind", "timestamp")}
            sent = {"events": [said | {"item_id": film}]}
            accepted = await events.ask("POST", "/v1/events", sent)
            began = time.perf_counter()
            if accepted.status != 202:
                tally.add(began, accepted)
                continue
            while True:
                answer = await self.rng.choice(pages).ask("GET", path)
                cards = [c["item_id"] for row in answer.json()["rows"] for c in row["cards"]]
                if film not in cards:
                    break
            tally.add(began, answer)


async def run(load: Load) -> dict[str, Any]:
    asked = load.asked
    began = time.perf_counter()
    until = began + asked.seconds
    loops = [
        load.open_loop(kind, rate, until)
        for kind, rate in (
            ("page", asked.pages),
            ("recommendations", asked.recommendations),
            ("events", asked.events / asked.events_each),
        )
        if rate
    ]
    if asked.fast:
        loops += [load.closed_loop(asked.fast, until) for _ in range(asked.connections)]
    if asked.fresh:
        loops.append(load.fresh(asked.fresh, until))
    processor = time.process_time()
    await asyncio.gather(*loops)
    seconds = time.perf_counter() - began
    found: dict[str, Any] = {kind: t.document(seconds) for kind, t in load.tallies.items()}
    found["seconds"] = round(seconds, 2)
    found["own_processor_share"] = round((time.process_time() - processor) / seconds, 3)
    if "events" in load.tallies:
        kept = load.tallies["events"].acknowledged
        found["events"]["acknowledged"] = len(kept)
        if asked.acknowledged:
            Path(asked.acknowledged).write_text("\n".join(kept))
    return found


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address")
    parser.add_argument("--key", required=True)
    parser.add_argument("--ids", required=True)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pages", type=float, default=0)
    parser.add_argument("--recommendations", type=float, default=0)
    parser.add_argument("--events", type=float, default=0)
    parser.add_argument("--events-each", type=int, default=5, help="events of one request")
    parser.add_argument("--fast", choices=["page", "recommendations", "events"])
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--fresh", type=int, default=0)
    parser.add_argument("--timeout", type=float, default=30)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**31)
    parser.add_argument("--acknowledged", help="file for the ids of events that were accepted")
    json.dump(asyncio.run(run(Load(parser.parse_args(arguments)))), sys.stdout)


if __name__ == "__main__":
    main()

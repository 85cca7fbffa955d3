"""Senders of events in threads of their own, which remember what was acknowledged."""

import threading
import time
import uuid
from pathlib import Path
from typing import Any

import httpx


class Sender:
    """Sends events one after the other until told to end; errors are sent again by others."""

    def __init__(self, address: str, key: str, pause_s: float = 0.0) -> None:
        self.sent: list[str] = []
        self.acknowledged: list[str] = []
        self.statuses: list[int] = []
        self.retry_after: list[str | None] = []
        self._address, self._pause_s = address, pause_s
        self._headers = {"Authorization": f"Bearer {key}"}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def wait_for(self, count: int) -> None:
        """Until so many were acknowledged."""
        until = time.monotonic() + 30
        while len(self.acknowledged) < count:
            assert time.monotonic() < until
            time.sleep(0.01)

    def end(self) -> None:
        self._ending.set()
        self._thread.join()

    def send_again(self, address: str) -> bool:
        """Whether all that was sent is accepted or there already, as a sender would try."""
        events = [self._event(id_) for id_ in self.sent[-500:]]
        with httpx.Client(base_url=address, headers=self._headers, timeout=30) as client:
            answer = client.post("/v1/events", json={"events": events})
        return answer.status_code == 202 and answer.json()["refused"] == 0

    def _event(self, event_id: str) -> dict[str, Any]:
        made = {"event_id": event_id, "user_id": f"sender-{id(self)}", "item_id": "m11"}
        return made | {"kind": "play", "timestamp": int(time.time())}

    def _send(self) -> None:
        with httpx.Client(base_url=self._address, headers=self._headers, timeout=30) as client:
            while not self._ending.wait(self._pause_s):
                ids = [uuid.uuid4().hex for _ in range(3)]
                self.sent += ids
                try:
                    sent = {"events": [self._event(id_) for id_ in ids]}
                    answer = client.post("/v1/events", json=sent)
                except httpx.TransportError:
                    time.sleep(0.02)
                    continue
                self.statuses.append(answer.status_code)
                if answer.status_code == 202:
                    told = answer.json()["events"]
                    self.acknowledged += [e["event_id"] for e in told if e["state"] != "refused"]
                else:
                    self.retry_after.append(answer.headers.get("Retry-After"))
                    time.sleep(0.05)


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found

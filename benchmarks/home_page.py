"""How long the server takes for the home page, beside the API's page of the same viewers.

    python benchmarks/home_page.py [--requests 300] [--model ease]

One world and one worker: for each viewer `GET /v1/page` and `GET /` (as a browser asks: HTML,
compressed), in turns, on one connection each.
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

import httpx
import numpy as np

from matinee.settings import Settings
from matinee.simulation import starter_events
from matinee.store.key import read_key
from matinee.web.identity import COOKIE, cookie_of
from service_pages import fill, wait

_WARM = 20
_MOST_APART_MS = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--model", default="ease")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), database_url=None)
        key = fill(settings, asked.model)
        users = starter_events()["user_id"].unique().sort().to_list()
        users = [users[k % len(users)] for k in range(asked.requests)]
        compared(settings, key, users)


def cookies_of(settings: Settings, users: list[str]) -> dict[str, str]:
    """The cookie with which a browser is each viewer."""
    secret, now = read_key(settings.home, None), int(time.time())
    return {user: f"{COOKIE}={cookie_of(secret, user, now)}" for user in users}


def compared(settings: Settings, key: str, users: list[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "MATINEE_HOME": str(settings.home),
        "MATINEE_VIEWER_RATE_LIMIT": "0",  # one address asks for the pages of all viewers
    }
    environment.pop("MATINEE_DATABASE_URL", None)
    command = [sys.executable, "-m", "matinee", "serve", "--port", str(port)]
    cookies = cookies_of(settings, users)
    base = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            with httpx.Client(base_url=base) as programs, httpx.Client(base_url=base) as browser:
                wait(programs)
                programs.headers["Authorization"] = f"Bearer {key}"
                browser.headers["Accept"] = "text/html"
                asked = {
                    "GET /v1/page": lambda user: programs.get("/v1/page", params={"user_id": user}),
                    "GET /": lambda user: browser.get("/", headers={"Cookie": cookies[user]}),
                }
                told = timed(asked, users)
        finally:
            process.send_signal(signal.SIGTERM)
    report(told)


def timed(
    asked: dict[str, Callable[[str], httpx.Response]], users: list[str]
) -> dict[str, list[float]]:
    """Milliseconds of each question for each viewer; the order of the questions takes turns."""
    told: dict[str, list[float]] = {name: [] for name in asked}
    for number, user in enumerate([*users[:_WARM], *users]):
        for name in list(asked)[:: 1 if number % 2 else -1]:
            started = time.perf_counter()
            asked[name](user).raise_for_status()
            if number >= _WARM:
                told[name].append(1000 * (time.perf_counter() - started))
    return told


def report(told: dict[str, list[float]]) -> None:
    for name, values in told.items():
        p50, p95 = np.percentile(values, [50, 95])
        print(f"{name:14} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   least {min(values):6.1f} ms")
    page, home = told.values()
    apart = float(np.median(np.subtract(home, page)))
    print(f"{'apart':14} p50 {apart:6.1f} ms   target {_MOST_APART_MS:.0f} ms")


if __name__ == "__main__":
    main()

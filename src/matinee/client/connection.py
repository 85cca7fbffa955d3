"""One connection to the service: asked again while it is away, told in words when it says no."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from matinee.errors import ServiceError

_AGAIN = (429, 502, 503, 504)  # it may be there in a moment
_FIRST_S, _LONGEST_S = 0.2, 5.0  # waits; each is twice the one before


@dataclass(frozen=True, slots=True, eq=False)
class Connection:
    """Everything that it sends may be sent again: reading changes nothing, events have ids."""

    http: httpx.Client
    patience_s: float

    def ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """The answer's JSON; ServiceError where it is a no, or none came in `patience_s`."""
        until = time.monotonic() + self.patience_s
        wait_s = _FIRST_S
        while True:
            asked_to_wait, error = 0.0, None
            try:
                answer = self.http.request(method, path, **more)
            except httpx.TransportError as failed:
                error = ServiceError(
                    f"service {self.http.base_url}: expected an answer, got "
                    f"{type(failed).__name__}: {failed}"
                )
            else:
                if answer.is_success:
                    found: dict[str, Any] = answer.json()
                    return found
                error = _refused(answer)
                if answer.status_code not in _AGAIN:
                    raise error
                asked_to_wait = _seconds(answer.headers)
            pause_s = max(asked_to_wait, wait_s * random.uniform(0.5, 1))
            if time.monotonic() + pause_s > until:
                raise error
            time.sleep(pause_s)
            wait_s = min(2 * wait_s, _LONGEST_S)


def _refused(answer: httpx.Response) -> ServiceError:
    try:
        said = answer.json()
        return ServiceError(str(said["detail"]), answer.status_code, str(said["code"]))
    except (ValueError, KeyError, TypeError):
        text = f"service: expected problem+json, got status {answer.status_code}"
        return ServiceError(text, answer.status_code)


def _seconds(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("Retry-After", 0)))
    except ValueError:
        return 0.0

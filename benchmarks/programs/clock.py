"""What every measured program says when it is done: one line of JSON on its standard output.

Imported by matinee's programs and by the peers', so it needs the standard library alone.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any


def timed(action: Callable[[], Any], repeats: int = 1) -> tuple[Any, list[float]]:
    """What the action returned the last time, and the seconds of every time."""
    seconds = []
    result = None
    for _ in range(repeats):
        result = None  # two results never share the memory
        started = time.perf_counter()
        result = action()
        seconds.append(time.perf_counter() - started)
    return result, seconds


def peak_mb() -> float:
    """The most memory that this process ever held, MB of 10⁶ bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def report(**facts: Any) -> None:
    """Print the facts and the peak of memory."""
    print(json.dumps(facts | {"peak_mb": peak_mb()}))

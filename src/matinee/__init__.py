"""matinee: a movie recommender, measured and explained."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matinee.api import (
        evaluate,
        evaluate_ratings,
        explore,
        fit,
        fit_policy,
        frontier,
        interpret,
        read,
        read_policy,
        recommend,
        replay,
        similar,
        split,
        tune,
    )

__version__ = "0.1.0"
__all__ = [
    "evaluate",
    "evaluate_ratings",
    "explore",
    "fit",
    "fit_policy",
    "frontier",
    "interpret",
    "read",
    "read_policy",
    "recommend",
    "replay",
    "similar",
    "split",
    "tune",
]


def __getattr__(name: str) -> Any:
    """Load the libraries when a function is first asked for: `import matinee` stays instant."""
    if name not in __all__:
        raise AttributeError(f"module 'matinee' has no attribute {name!r}")
    from matinee import api

    return getattr(api, name)


def __dir__() -> list[str]:
    """What a notebook completes after `matinee.`: the functions, loaded or not."""
    return sorted({*globals(), *__all__} - {"Any", "TYPE_CHECKING"})

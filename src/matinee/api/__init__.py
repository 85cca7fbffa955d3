"""The few functions that a notebook needs; the command line calls the same."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matinee.api.comparing import evaluate, split
    from matinee.api.exploring import explore
    from matinee.api.interpreting import Interpretation, interpret
    from matinee.api.paging import ViewerPage, page
    from matinee.api.policies import fit_policy, read_policy
    from matinee.api.rating import evaluate_ratings
    from matinee.api.reading import as_dataset, read
    from matinee.api.recommendations import Recommendation, Recommendations
    from matinee.api.recommending import fit, recommend, similar
    from matinee.api.replaying import replay
    from matinee.api.reranking import frontier
    from matinee.api.tuning import Tuning, tune

# Each name's module is loaded when the name is first asked for: to recommend, nobody waits for
# the libraries that draw pictures or test differences.
_MODULES = {
    "Interpretation": "interpreting",
    "Recommendation": "recommendations",
    "Recommendations": "recommendations",
    "Tuning": "tuning",
    "ViewerPage": "paging",
    "as_dataset": "reading",
    "evaluate": "comparing",
    "evaluate_ratings": "rating",
    "explore": "exploring",
    "fit": "recommending",
    "fit_policy": "policies",
    "frontier": "reranking",
    "interpret": "interpreting",
    "page": "paging",
    "read": "reading",
    "read_policy": "policies",
    "recommend": "recommending",
    "replay": "replaying",
    "similar": "recommending",
    "split": "comparing",
    "tune": "tuning",
}

__all__ = [
    "Interpretation",
    "Recommendation",
    "Recommendations",
    "Tuning",
    "ViewerPage",
    "as_dataset",
    "evaluate",
    "evaluate_ratings",
    "explore",
    "fit",
    "fit_policy",
    "frontier",
    "interpret",
    "page",
    "read",
    "read_policy",
    "recommend",
    "replay",
    "similar",
    "split",
    "tune",
]


def __getattr__(name: str) -> Any:
    """Load the module of `name`."""
    if name not in _MODULES:
        raise AttributeError(f"module 'matinee.api' has no attribute {name!r}")
    return getattr(import_module(f"matinee.api.{_MODULES[name]}"), name)

"""NDCG@100 of the first viewers' hidden likes, from factors: one code for every library."""

import numpy as np
from histories import histories

from matinee.evaluation import accuracy
from matinee.ranking import top_of_factors

ASKED = 5000


def ndcg(folder: str, users: np.ndarray, factors: np.ndarray) -> float:
    """Mean over the first ASKED viewers with a hidden like; `users` has at least their rows."""
    seen = histories(folder, "seen")
    seen = seen.where(seen.strength > 0).slice(0, ASKED)
    truth = histories(folder, "truth")
    truth = truth.where(truth.strength > 0).slice(0, ASKED)
    numbers, _ = top_of_factors(users[: seen.rows], factors, seen, 100)
    return float(np.nanmean(accuracy.ndcg(accuracy.Hits.of(numbers, truth), 100)))

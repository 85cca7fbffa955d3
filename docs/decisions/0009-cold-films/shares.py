"""The share of hidden films in lists of held-out viewers: hidden, hidden and filled, or not hidden.

python docs/decisions/0009-cold-films/shares.py ml-latest-small.zip tmdb-5000.zip
"""

import sys
from dataclasses import replace

import numpy as np

import matinee
from matinee.dataset import Dataset, Histories, cold_split
from matinee.models.blend import Blend, FittedBlend
from matinee.models.filling import Filling
from matinee.ranking import top

PLACES = 20


def share(model: FittedBlend, asked: Histories, hidden: np.ndarray, allowed: np.ndarray) -> float:
    """Of the first places of all lists, those that hidden films have."""
    numbers = top(model, asked, PLACES, allowed).numbers
    return float(hidden[numbers[numbers >= 0]].mean())


def main(paths: list[str]) -> None:
    """Print the shares of the two files joined."""
    data = Dataset.from_tables(matinee.read(*paths))
    final = cold_split(data, np.random.default_rng(0)).final
    hidden = final.candidates
    rng = np.random.default_rng(2)
    viewers = rng.permutation(np.flatnonzero(data.histories.lengths >= 5))
    out = np.sort(viewers[: min(1000, len(viewers) // 4)])
    warm = data.take_users(np.setdiff1d(np.arange(len(data.users)), out))
    cold = warm.with_histories(warm.histories.where(~hidden[warm.histories.numbers]))
    asked = data.histories.take(out)
    asked = asked.where(~hidden[asked.numbers])
    asked = asked.take(np.flatnonzero(asked.lengths))
    allowed = hidden | cold.rated_items
    filled = Blend().fit(cold, np.random.default_rng(0))
    parts = len(filled.parts)
    zero = replace(filled, filling=Filling.none(len(filled.items), parts))
    print(f"{data.name}: {asked.rows} viewers, {hidden[allowed].mean():.3f} of the films hidden")
    for name, model in (
        ("not hidden", Blend().fit(warm, np.random.default_rng(0))),
        ("hidden, filled", filled),
        ("hidden, 0", zero),
    ):
        print(f"{name}: {share(model, asked, hidden, allowed):.3f} of the first {PLACES}")


main(sys.argv[1:])

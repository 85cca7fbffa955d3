"""Arrays that the other programs start from: python prepare.py ratings.csv folder.

A fifth of the ratings is hidden (the truth of metrics), the rest is seen, and its likes lie apart
as the rows of a 0/1 matrix; the factors are those of two epochs of matinee's ALS on what is seen,
and the lists its top 100.
"""

import sys

import numpy as np
from arrays import save
from clock import report
from histories import dataset, histories

from matinee.api import as_dataset
from matinee.models import Als
from matinee.ranking import top


def main(ratings: str, folder: str) -> None:
    whole = as_dataset(ratings).histories
    rng = np.random.default_rng(0)
    hidden = rng.random(whole.entries) < 0.2
    save(folder, items=np.array(len(whole.items)))
    for name, part in (("seen", whole.where(~hidden)), ("truth", whole.where(hidden))):
        arrays = {"indptr": part.indptr, "numbers": part.numbers, "strength": part.strength}
        save(folder, **{f"{name}_{key}": value for key, value in arrays.items()})
    seen = histories(folder, "seen")
    likes = seen.where(seen.strength > 0)
    save(folder, likes_indptr=likes.indptr, likes_numbers=likes.numbers)
    fitted = Als(factors=128, epochs=2).fit(dataset(seen), rng)
    factors = np.zeros((len(seen.items), 128), np.float32)
    factors[seen.items.numbers(fitted.items.ids)] = fitted.factors
    save(folder, item_factors=factors, user_factors=fitted.users(seen))
    asked = seen.slice(0, 20_000)
    save(folder, lists=top(fitted, asked, 100).numbers)
    save(folder, complete=np.array(True))
    report(ratings=whole.entries)


main(*sys.argv[1:])

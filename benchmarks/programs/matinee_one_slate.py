"""One viewer's list of 20 from 500 candidates, every knob on: python matinee_one_slate.py films.

Films have genres, keywords, people; what they are is drawn at random. The viewer has 100 likes.
"""

import sys
from statistics import median

import numpy as np
import polars as pl
from clock import report, timed

from matinee.dataset import Dataset
from matinee.ranking import Ranked, Reranking
from matinee.schema import MOVIES, RATINGS, RatingScale, Tables

films = int(sys.argv[1])
rng = np.random.default_rng(0)
ids = [f"i{k}" for k in range(films)]


def lists(kind: str, values: int, each: int) -> pl.Series:
    drawn = rng.zipf(1.3, (films, each)) % values
    return pl.Series([sorted({f"{kind} {k}" for k in row}) for row in drawn.tolist()])


known = {
    "genres": lists("genre", 20, 3),
    "keywords": lists("keyword", 5_000, 10),
    "cast": lists("actor", 20_000, 5),
    "directors": lists("director", 5_000, 1),
    "title": pl.Series(ids),
}
movies = pl.DataFrame({"item_id": ids}).with_columns(
    known[name].alias(name) if name in known else pl.lit(None, dtype).alias(name)
    for name, dtype in MOVIES.items()
    if name != "item_id"
)
seen = rng.choice(films, 100, replace=False)
ratings = pl.DataFrame(
    [("u", ids[k], 5.0, 86_400 * (1 + n // 10)) for n, k in enumerate(seen)],
    schema=RATINGS,
    orient="row",
)
data = Dataset.from_tables(Tables("generated", movies, ratings, RatingScale(0.5, 5, 0.5)))
open_films = np.setdiff1d(np.arange(films), data.histories.numbers)
candidates = Ranked(
    data.items,
    rng.choice(open_films, (1, 500), replace=False).astype(np.int32),
    -np.sort(-rng.gamma(1.0, 1.0, (1, 500)), axis=1).astype(np.float32),
)
fitted = Reranking(exploration=2, boosts={ids[7]: 2.0}, pins={ids[9]: 3}).fit(data)
fitted.rerank(candidates, data.histories, 20)  # compiles
_, seconds = timed(lambda: fitted.rerank(candidates, data.histories, 20), 500)
report(seconds=[median(seconds)], least=min(seconds))

"""One viewer's 500 candidates of 20,000 films described and ranked by trees, and LightGBM's part.

    python matinee_one_ranking.py

Films are drawn with all that a full catalogue knows of them; the first stage is the default blend
as large as it would be, with predicted ratings; the trees are learnt from candidates whose likes
are drawn by their features. Viewers have 100 films. "whole" is everything from the history to the
best 20, "score" the trees' part, and "lightgbm" its own `predict` of the same matrices.
"""

from collections.abc import Callable, Iterable
from typing import Any

import lightgbm
import numpy as np
from clock import report, timed
from drawn import dataset, default_blend, more_known

from matinee.features.pairs import PairFeatures
from matinee.models import Mf
from matinee.ranking.examples import Examples
from matinee.ranking.fitted_policy import FirstStage, FittedPolicy
from matinee.ranking.lambdamart import FIRST_STAGE, LambdaMart
from matinee.ranking.policy import Candidates, Policy
from matinee.ranking.selection import selection

ITEMS, FILMS, FACTORS, VIEWERS, LOOKED, TAUGHT = 20_000, 100, 128, 3_000, 500, 200
rng = np.random.default_rng(0)
data = more_known(dataset(rng, ITEMS, VIEWERS, FILMS), rng)
first = FirstStage(default_blend(data, FACTORS, rng), Mf().fit(data, rng), PairFeatures.of(data))
taught = data.histories.slice(0, TAUGHT)
features = first.describe(taught, first.retrieve(taught, LOOKED))
hope = sum(
    np.nan_to_num(features.column(name) / np.nanstd(features.column(name)))
    for name in (FIRST_STAGE, "likes", "taste in genres", "cast liked before")
)
liked = hope + rng.normal(0, 2, len(hope)) > np.quantile(hope, 0.9)
examples = Examples(features, liked, np.full(TAUGHT, LOOKED))
kept = selection(examples, rng).kept
ranker = LambdaMart().fit(examples.only(kept), rng)
fitted = FittedPolicy(Policy("bench", Candidates(n=LOOKED), LambdaMart()), first, ranker)

asked = [data.histories.take(np.array([row])) for row in range(TAUGHT, TAUGHT + 220)]
pairs = [(history, first.retrieve(history, LOOKED)) for history in asked]
described = [first.describe(*pair).only(kept) for pair in pairs]
booster = lightgbm.Booster(model_str=ranker.trees)


def each(action: Callable[[Any], Any], over: Iterable[Any]) -> list[float]:
    """Seconds of the action on each but the first twenty, which compile and warm up."""
    left = iter(over)
    timed(lambda: action(next(left)), 20)
    return timed(lambda: action(next(left)), 200)[1]


found = {
    "seconds": each(lambda pair: ranker.score(first.describe(*pair)), pairs),
    "score_seconds": each(ranker.score, described),
    "lightgbm_seconds": each(lambda few: booster.predict(few.values, num_threads=1), described),
    "whole_seconds": each(lambda history: fitted.recommend(history, 20), asked),
}
least = {name: min(seconds) for name, seconds in found.items()}
report(**found, least=least, features=len(features.names), kept=len(kept))

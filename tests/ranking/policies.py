"""Policies of a small world, fitted on its own later part."""

import numpy as np

from matinee.dataset import Dataset, time_split
from matinee.models.blend import Blend
from matinee.ranking import FittedPolicy, Policy, Reranking
from matinee.ranking.glass_box import GlassBox
from matinee.ranking.lambdamart import LambdaMart
from matinee.ranking.layout import Layout
from matinee.ranking.linear_ranker import LinearRanker
from matinee.ranking.policy import Candidates, RankerRecipe
from matinee.training.policies import examples, first_stage

BLEND = Blend(("linear:ridge=20", "popularity", "soup"), (1.0, 0.5, 0.3))
RANKERS = [
    None,
    LinearRanker(),
    LambdaMart(trees=20, least=5),
    GlassBox(rounds=30, bags=1, interactions=2),
]


def fitted_policy(
    data: Dataset,
    ranker: RankerRecipe | None,
    reranking: Reranking | None = None,
    page: Layout | None = None,
    n: int = 40,
) -> FittedPolicy:
    learner = None
    if ranker is not None:
        stage = time_split(data).tune
        learnt = examples(first_stage(BLEND, stage.train, 0), stage, n)
        learner = ranker.fit(learnt, np.random.default_rng(0))
    policy = Policy("mine", Candidates("blend", n), ranker, reranking, page or Layout())
    again = None if reranking is None else reranking.fit(data)
    return FittedPolicy(policy, first_stage(BLEND, data, 0), learner, again, 3)

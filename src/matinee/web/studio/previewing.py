"""Policies tried on what serves: pages by them are made at once where nothing has to be learnt."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from matinee.errors import InputError
from matinee.features.pairs import PairFeatures
from matinee.page import PageMaker
from matinee.ranking import FittedPolicy, Policy, Rules
from matinee.ranking.fitted_policy import FirstStage
from matinee.ranking.policy import Candidates
from matinee.service.served import Served


def serving_policy(served: Served) -> Policy:
    """The policy that serves; of a model alone one that says so."""
    if served.maker.policy is not None:
        return served.maker.policy.policy
    try:
        candidates = Candidates(model=served.name)
    except InputError:  # a policy without ranker and re-ranking goes by its own name
        candidates = Candidates()
    return Policy("current", candidates, page=served.maker.layout)


@lru_cache(maxsize=8)
def maker_of(served: Served, policy: Policy) -> PageMaker:
    """What makes pages by a policy out of what serves; nothing is fitted but the re-ranking.

    The ranker that serves is used where the policy asks for the same, else none.
    """
    data, maker = served.data, served.maker
    recipe = policy.reranking
    rules = (Rules() if recipe is None else recipe.rules).of(data)
    shown = maker.shown & rules.at(maker.as_of)
    plain = replace(maker, layout=policy.page, shown=shown, policy=None)
    fitted = maker.policy
    ranked = fitted is not None and fitted.ranker is not None and not unlike(served, policy)
    if recipe is None and not ranked:
        return plain
    reranking = None if recipe is None else recipe.fit(data)
    if fitted is not None and ranked:
        made = replace(fitted, policy=policy, reranking=reranking)
    else:
        asked = replace(policy, ranker=None)
        made = FittedPolicy(asked, _first(served), None, reranking, 0)
    return replace(plain, policy=made)


def unlike(served: Served, policy: Policy) -> Sequence[str]:
    """The sections in which a policy asks for something that has to be learnt first."""
    own = serving_policy(served)
    sections = ("candidates", "ranker", "signals")
    return [name for name in sections if getattr(policy, name) != getattr(own, name)]


@lru_cache(maxsize=2)
def _first(served: Served) -> FirstStage:
    return FirstStage(served.scorer, None, PairFeatures.of(served.data))

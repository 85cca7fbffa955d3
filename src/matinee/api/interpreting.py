"""A policy looked into: what it goes by, for whom it is good, and whether its reasons are true."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from matinee import training
from matinee.api.interpreted import (
    EFFECTS,
    calibrated,
    curves_of,
    effects_of,
    plain,
    quality_of,
    reasons_of,
    transparent,
)
from matinee.api.reading import Data, as_dataset
from matinee.dataset import Dataset
from matinee.errors import InputError, MissingData
from matinee.evaluation.importance import importances
from matinee.evaluation.segments import segments
from matinee.explanation.weights import mean_contributions
from matinee.ranking import Policy, policy_to_toml
from matinee.ranking.examples import Examples
from matinee.ranking.fitted_policy import FittedRanker
from matinee.ranking.glass_box import GlassBox
from matinee.ranking.lambdamart import FittedLambdaMart, LambdaMart
from matinee.ranking.linear_ranker import FittedLinearRanker, LinearRanker
from matinee.ranking.policy import Candidates
from matinee.ranking.selection import Selection, selection
from matinee.training.lessons import Lessons, lessons
from matinee.training.policies import Judged, PolicyFitter, judged

DEFAULT = Policy("blend and lambdamart", Candidates(), LambdaMart())
_CURVES = 6


@dataclass(frozen=True, slots=True, repr=False)
class Interpretation:
    """What was found, as the document that `--json` prints."""

    document: dict[str, Any]

    def to_json_dict(self) -> dict[str, Any]:
        """The document itself."""
        return self.document

    def __repr__(self) -> str:
        found = self.document["quality"]["overall"][0]
        return (
            f"Interpretation({self.document['policy']['name']!r} on {self.document['data']!r}: "
            f"NDCG@10 {found['value']:.3f})"
        )


def interpret(
    data: Data,
    policy: Policy | None = None,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> Interpretation:
    """Fit a policy with a ranker and look into it, on viewers from whom nothing was learnt.

    By default the blend with LambdaMART. The two rankers that can be drawn whole, the plane and
    the glass box, learn from the same examples and are shown beside.
    """
    dataset, asked = as_dataset(data), policy or DEFAULT
    if asked.ranker is None:
        raise InputError(
            f"interpret: expected a policy with a ranker, got {asked.name} without; add "
            '[ranker] kind = "lambdamart", "linear" or "ebm"'
        )
    if not dataset.histories.entries:
        raise MissingData(f"interpret: expected ratings, {dataset.name} has films alone")
    say("choosing what is learnt from and what is kept")
    parts = lessons(dataset, seed)
    fitter = PolicyFitter(parts.chooser, parts.kept.train, say, parts.stages)
    learnt = fitter.examples(asked)
    fitted = fitter.fit(asked)
    assert fitted.ranker is not None
    say(f"{asked.name}: candidates of the viewers that were kept")
    found = _on(judged(fitted.first, parts.kept, asked.candidates.n), learnt)
    chosen = selection(learnt, np.random.default_rng(seed))  # as it was when the policy was fitted
    rankers, notes = _rankers(asked, fitted.ranker, learnt, chosen, say, seed)
    names, dropped = chosen.kept, dict(chosen.dropped)
    if isinstance(fitted.ranker, FittedLinearRanker):  # which takes its two whatever they say
        names, dropped = fitted.ranker.names, {}
    looked_at = found.examples.only(names)
    document = _document(dataset, asked, parts, (learnt, found))
    document["policy"]["model"] = training.describe(fitted.first.scorer.recipe)  # type: ignore[attr-defined]
    document |= {"notes": notes, "dropped": dropped}
    truth = found.truth.lengths
    _, lost = importances(fitted.ranker.score, looked_at, truth, seed, say)
    document["importance"] = _importance(fitted.ranker, looked_at, lost)
    say("curves")
    first = [one.feature for one in lost[:_CURVES]]
    document["curves"] = curves_of(fitted.ranker, looked_at, first, seed)
    document |= transparent(rankers, found.examples)
    say("kinds of viewers")
    kinds = segments(found.histories, parts.kept.train)
    scores = {name: ranker.score(found.examples.features) for name, ranker in rankers.items()}
    document["quality"] = quality_of(scores, found.examples, truth, kinds, seed)
    own = scores[asked.name]
    document["effects"] = effects_of(own, found, parts.kept.train.movies, kinds, seed)
    document["calibration"] = calibrated(rankers, learnt, found.examples, seed)
    say("asking the model again, without named reasons and without others")
    document["reasons"] = reasons_of(fitted.first.scorer, found, seed)
    result: dict[str, Any] = plain(document)
    return Interpretation(result)


def _on(found: Judged, learnt: Examples) -> Judged:
    """With the features that the ranker learnt from."""
    own = found.examples
    if missing := [n for n in learnt.features.names if n not in own.features.names]:
        raise MissingData(
            f"interpret: expected the features {missing} of the viewers that were kept"
        )
    examples = Examples(own.features.only(learnt.features.names), own.liked, own.sizes)
    return Judged(examples, found.numbers, found.histories, found.truth)


def _rankers(
    policy: Policy,
    own: FittedRanker,
    learnt: Examples,
    chosen: Selection,
    say: Callable[[str], None],
    seed: int,
) -> tuple[dict[str, FittedRanker], list[str]]:
    """The policy's ranker, and beside it those that can be drawn whole."""
    found, notes = {policy.name: own}, []
    for recipe in (LinearRanker(), GlassBox()):
        if type(recipe) is type(policy.ranker):
            continue
        say(f"{recipe.kind}: learning to rank")
        try:
            told = learnt if isinstance(recipe, LinearRanker) else learnt.only(chosen.kept)
            found[recipe.kind] = recipe.fit(told, np.random.default_rng(seed))
        except InputError as error:
            notes.append(f"left out {recipe.kind}: {error}")
    return found, notes


def _importance(ranker: FittedRanker, examples: Examples, lost: list[Any]) -> list[dict[str, Any]]:
    gains = ranker.importance() if isinstance(ranker, FittedLambdaMart) else {}
    means = mean_contributions(ranker, examples)
    return [
        {
            "feature": one.feature,
            "lost": one.lost,
            "between": one.between,
            "gain": gains.get(one.feature),
            "mean_contribution": means[one.feature],
        }
        for one in lost
    ]


def _document(
    data: Dataset, policy: Policy, parts: Lessons, examples: tuple[Examples, Judged]
) -> dict[str, Any]:
    learnt, found = examples
    return {
        "data": data.name,
        "simulated": data.simulated,
        "policy": {"name": policy.name, "toml": policy_to_toml(policy)},
        "protocol": {"by": parts.how, "text": parts.in_words},
        "learnt_from": {
            "viewers": len(learnt.sizes),
            "pairs": len(learnt.liked),
            "liked": int(learnt.liked.sum()),
            "parts": len(parts.stages),
        },
        "asked": {
            "viewers": len(found.examples.sizes),
            "pairs": len(found.examples.liked),
            "liked": int(found.examples.liked.sum()),
            "likes": found.truth.entries,
        },
        "effects_shown": dict(EFFECTS),
    }

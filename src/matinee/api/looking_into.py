"""What serves, looked into as it is: nothing is fitted for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from matinee.api.interpreted import (
    curves_of,
    effects_of,
    plain,
    quality_of,
    reasons_of,
    transparent,
)
from matinee.dataset import Dataset, Stage
from matinee.errors import InputError, MissingData
from matinee.evaluation.importance import importances
from matinee.evaluation.segments import segments
from matinee.explanation.links import strongest
from matinee.explanation.weights import mean_contributions
from matinee.models.protocols import Scorer
from matinee.ranking.examples import Examples, Features
from matinee.ranking.fitted_policy import PART, FirstStage, FittedRanker
from matinee.ranking.lambdamart import FIRST_STAGE, FittedLambdaMart
from matinee.ranking.policy import Candidates
from matinee.training.holding_out import held_out_stage, known_stage, some_viewers
from matinee.training.policies import Judged, judged

_VIEWERS = 400
_LEAST = 30  # held-out viewers, for them alone to be asked
_CURVES = 6
_LINKED, _LINKS = 300, 16  # films that links are looked for among, and how many are told


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What serves: a first stage, and a ranker on top of it where there is one."""

    name: str
    first: FirstStage
    ranker: FittedRanker | None = None
    candidates: int = Candidates().n
    held_out: float = 0.0  # share of viewers from whom nothing was learnt


def look_into(
    subject: Subject, data: Dataset, seed: int = 0, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """A document as `interpret` has: importance, curves, shapes, effects, quality, reasons, links.

    Viewers are those held out, where there are enough, else some of whom it has learnt: then the
    document says so, and its quality is None. MissingData where no viewer can be asked.
    """
    say("choosing viewers")
    stage, unseen = _stage(data, subject.held_out, seed)
    found = judged(subject.first, stage, subject.candidates)
    document: dict[str, Any] = {
        "data": data.name,
        "simulated": data.simulated,
        "protocol": {"unseen": unseen, "text": _told(unseen, len(found.examples.sizes))},
        "asked": {
            "viewers": len(found.examples.sizes),
            "likes": found.truth.entries,
            "liked": int(found.examples.liked.sum()),
        },
        "notes": [],
    }
    document |= _goes_by(subject, found, seed, say)
    scores = _scores(subject, found.examples)
    say("kinds of viewers")
    kinds = segments(found.histories, stage.train)
    document["effects"] = effects_of(scores, found, stage.train.movies, kinds, seed)
    document["quality"] = None
    if unseen:
        truth = found.truth.lengths
        document["quality"] = quality_of({subject.name: scores}, found.examples, truth, kinds, seed)
    say("asking the model again, without named reasons and without others")
    document["reasons"] = reasons_of(subject.first.scorer, found, seed)
    say("films that speak for each other")
    document["links"] = _links(subject.first.scorer, data)
    result: dict[str, Any] = plain(document)
    return result


def _stage(data: Dataset, held_out: float, seed: int) -> tuple[Stage, bool]:
    rng = np.random.default_rng(seed)
    if held_out:
        try:
            stage = held_out_stage(data, held_out)
        except (InputError, MissingData):
            stage = None
        if stage is not None and stage.histories.rows >= _LEAST:
            return some_viewers(stage, _VIEWERS, rng), True
    return some_viewers(known_stage(data), _VIEWERS, rng), False


def _told(unseen: bool, viewers: int) -> str:
    if unseen:
        return (
            f"Asked of {viewers:,} viewers from whom nothing was learnt: the latest fifth of each "
            "one's films was hidden."
        )
    return (
        f"Asked of {viewers:,} viewers from whom the model has learnt, as if the latest fifth of "
        "each one's films were not known. That tells what it goes by; how good it is, it does not."
    )


def _goes_by(
    subject: Subject, found: Judged, seed: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Importance, curves and shapes: of the ranker, else of the parts of a blend."""
    truth = found.truth.lengths
    document: dict[str, Any] = {"of": "", "importance": [], "curves": [], "shapes": []}
    if (ranker := subject.ranker) is not None:
        asked = found.examples.only(ranker.names)
        _, lost = importances(ranker.score, asked, truth, seed, say)
        gains = ranker.importance() if isinstance(ranker, FittedLambdaMart) else {}
        means = mean_contributions(ranker, asked)
        document |= {"of": "ranker", "importance": _importance(lost, means, gains)}
        say("curves")
        first = [one.feature for one in lost[:_CURVES]]
        document["curves"] = curves_of(ranker, asked, first, seed)
        return document | transparent({subject.name: ranker}, asked)
    parts = [name for name in found.examples.features.names if name.startswith(PART)]
    if len(parts) > 1:
        asked = found.examples.only(parts)
        _, lost = importances(_sum, asked, truth, seed, say)
        means = mean_contributions(_Sum(), asked)
        document |= {"of": "parts", "importance": _importance(lost, means, {})}
    return document


class _Sum:
    """A blend as what ranks: the sum of what its parts add."""

    def contributions(self, features: Features) -> np.ndarray:
        """(pairs, features + 1)."""
        values = features.values.astype(np.float64)
        return np.column_stack([values, np.zeros(len(values))])


def _sum(features: Features) -> np.ndarray:
    return np.asarray(features.values.sum(axis=1, dtype=np.float64))


def _importance(lost: list[Any], means: dict[str, float], gains: Any) -> list[dict[str, Any]]:
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


def _scores(subject: Subject, examples: Examples) -> np.ndarray:
    if subject.ranker is not None:
        return subject.ranker.score(examples.only(subject.ranker.names).features)
    return np.asarray(examples.features.column(FIRST_STAGE), np.float64)


def _links(scorer: Scorer, data: Dataset) -> list[dict[str, Any]]:
    """Among the films that most viewers have had to do with."""
    counts = np.bincount(data.histories.numbers, minlength=len(data.items))
    places = data.items.numbers(scorer.items.ids)
    films = np.argsort(-np.where(places >= 0, counts[places], -1), kind="stable")[:_LINKED]
    ids = scorer.items.ids
    return [
        {"item_id": ids[one.film], "other": ids[one.other], "added": one.added}
        for one in strongest(scorer, films, _LINKS)
    ]

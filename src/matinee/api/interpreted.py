"""The parts of an interpretation, each as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from math import isfinite
from typing import Any

import numpy as np
import polars as pl
from scipy.special import expit

from matinee.evaluation.deletion import COUNTS, Figure, deletion
from matinee.evaluation.effects import effects
from matinee.evaluation.importance import ndcg
from matinee.evaluation.reliability import logistic, reliability
from matinee.evaluation.segments import Segment, qualities
from matinee.evaluation.significance import Sums, compare
from matinee.explanation.counterfactuals import counterfactuals
from matinee.explanation.curves import curve
from matinee.explanation.weights import plane, shapes
from matinee.features import levels
from matinee.models.protocols import Scorer
from matinee.ranking import top
from matinee.ranking.examples import Examples
from matinee.ranking.fitted_policy import FittedRanker
from matinee.ranking.glass_box import FittedGlassBox
from matinee.ranking.lambdamart import FIRST_STAGE
from matinee.ranking.linear_ranker import FittedLinearRanker
from matinee.training.policies import Judged

EFFECTS: Mapping[str, int] = {"genre": 14, "director": 12}  # so many of each are shown
_ASKED = 60  # viewers of the deletion test
_LISTED = 10
_CHANGED = 20  # viewers whose recommendations get counterfactuals


def curves_of(
    ranker: FittedRanker, examples: Examples, names: Sequence[str], seed: int
) -> list[dict[str, Any]]:
    """Partial dependence with intervals over viewers, and ALE."""
    found = []
    for name in names:
        one = curve(ranker.score, examples, name, seed)
        figures = Figure.of([Sums.of(column) for column in one.by_viewer.T], seed)
        found.append(
            {
                "feature": name,
                "goes_with": [{"feature": other, "rho": rho} for other, rho in one.goes_with],
                "partial": [
                    {"x": float(x), **asdict(figure)}
                    for x, figure in zip(one.x, figures, strict=True)
                ],
                "ale": [
                    {"x": float(x), "value": float(v)} for x, v in zip(one.x, one.ale, strict=True)
                ],
            }
        )
    return found


def transparent(rankers: Mapping[str, FittedRanker], examples: Examples) -> dict[str, Any]:
    """The rankers that can be drawn whole: the plane, and the curves and planes of the box."""
    found: dict[str, Any] = {"plane": None, "shapes": []}
    for ranker in rankers.values():
        if isinstance(ranker, FittedLinearRanker):
            found["plane"] = {
                **asdict(plane(ranker, examples)),
                "weights": ranker.weights.tolist(),
                "offset": ranker.offset,
            }
        if isinstance(ranker, FittedGlassBox):
            found["shapes"] = [asdict(one) for one in shapes(ranker, examples)]
    return found


def quality_of(
    scores: Mapping[str, np.ndarray],
    examples: Examples,
    truth: np.ndarray,
    kinds: list[Segment],
    seed: int,
) -> dict[str, Any]:
    """NDCG@10 of each ranker and of the first stage alone; of the first ranker by segment."""
    alone = examples.features.column(FIRST_STAGE).astype(np.float64)
    values = {
        name: ndcg(each, examples, truth)
        for name, each in {**scores, "first stage alone": alone}.items()
    }
    figures = Figure.of([Sums.of(each) for each in values.values()], seed)
    own = next(iter(scores))
    base = Sums.of(values["first stage alone"])
    return {
        "metric": "ndcg@10",
        "overall": [
            {"name": name, **asdict(figure)} for name, figure in zip(values, figures, strict=True)
        ],
        "against_first_stage": {
            name: asdict(compare(Sums.of(values[name]), base)) for name in scores
        },
        "segments": [asdict(one) for one in qualities(values[own], kinds, seed)],
    }


def effects_of(
    scores: np.ndarray, found: Judged, movies: pl.DataFrame, kinds: list[Segment], seed: int
) -> list[dict[str, Any]]:
    """Of genres and directors, in every segment."""
    known = levels(movies.select("item_id", "genres", "directors"))
    rows: list[dict[str, Any]] = []
    for kind, most in EFFECTS.items():
        if kind in known:
            each = effects(
                scores, found.examples, found.numbers, known[kind], kinds, most=most, seed=seed
            )
            rows += [asdict(one) for one in each]
    return rows


def calibrated(
    rankers: Mapping[str, FittedRanker], learnt: Examples, examples: Examples, seed: int
) -> list[dict[str, Any]]:
    """Chances of a like against shares that were liked, of each ranker.

    Scores become chances by one logistic curve, fitted on what the ranker learnt from.
    """
    found = []
    for name, ranker in rankers.items():
        slope, offset = logistic(ranker.score(learnt.features), learnt.liked)
        chances = expit(slope * ranker.score(examples.features) + offset)
        bins = [asdict(one) for one in reliability(chances, examples, seed)]
        found.append({"ranker": name, "bins": bins})
    return found


def reasons_of(scorer: Scorer, found: Judged, seed: int) -> dict[str, Any]:
    """The deletion test and counterfactuals of the first stage's reasons; {} for few viewers."""
    own = found.histories.on(scorer.items)
    long_enough = np.flatnonzero(own.lengths > max(COUNTS) + 1)[:_ASKED]
    if len(long_enough) < 2:
        return {}
    histories = own.take(long_enough)
    listed = top(scorer, histories, _LISTED)
    full = np.flatnonzero((listed.numbers >= 0).all(axis=1))
    histories, items = histories.take(full), listed.numbers[full].astype(np.int64)
    if len(full) < 2:
        return {}
    tested = deletion(scorer, histories, items, seed)
    some = slice(0, _CHANGED)
    changed = counterfactuals(scorer, histories.slice(0, _CHANGED), items[some], _LISTED)
    every = [one for row in changed for one in row]
    return {
        **asdict(tested),
        "counterfactuals": {
            "recommendations": len(every),
            "found": sum(bool(one.item_ids) for one in every),
            "verified": sum(one.verified for one in every),
            "films": [
                sum(len(one.item_ids) == size for one in every)
                for size in range(1, 1 + max((len(one.item_ids) for one in every), default=0))
            ],
        },
    }


def plain(value: Any) -> Any:
    """The same as JSON can hold it: a figure that is no number is None."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not isfinite(value):
        return None
    return value

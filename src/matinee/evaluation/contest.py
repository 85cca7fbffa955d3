"""From fitted models and a stage to a leaderboard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from matinee.dataset import Stage
from matinee.errors import InputError, few
from matinee.evaluation.leaderboard import (
    LOWER_IS_BETTER,
    ORACLE,
    Difference,
    Estimate,
    Leaderboard,
    ModelResult,
    finite,
)
from matinee.evaluation.measure import ACCURACY, DEPTH, Measured, Question, interval_ends, measure
from matinee.evaluation.significance import Comparison, compare, holm
from matinee.models.protocols import Scorer

PRIMITIVE = "popularity"  # the entry that others are compared with, and serendipity beyond it
COMPARED = ("ndcg@10", "ndcg@100", "recall@20", "map@10", "rmse", "mae")
ORDER = (
    *ACCURACY,
    *("coverage@10", "coverage@20", "novelty@10", "diversity@10"),
    *("serendipity@10", "serendipity_beyond@10", "gini@10", "calibration@10"),
    *("popularity_bias@10", "prediction_coverage", "rmse", "mae"),
)


class Entry(NamedTuple):
    """A fitted model and how it came about."""

    name: str
    recipe: str
    fit_s: float
    scorer: Scorer


def evaluate(
    entries: Sequence[Entry],
    stage: Stage,
    rng: np.random.Generator,
    *,
    split: str,
    features: csr_array | None = None,
    draws: int = 1000,
) -> Leaderboard:
    """The leaderboard of `entries` on `stage`, best NDCG@10 first.

    Asked are the rows with a like (strength > 0) among the candidates; everything in a history is
    left out of its lists. `features` (items of the data, features) have unit rows; without them
    diversity and serendipity are not defined. Intervals come from `draws` resamples of users.
    """
    names = [entry.name for entry in entries]
    if not names or len(set(names)) < len(names):
        raise InputError(f"evaluation: expected models of different names, got {few(names)}")
    question = Question.of(stage, features)
    seed = int(rng.integers(2**63))
    primitive = next((question.lists(e.scorer) for e in entries if e.name == PRIMITIVE), None)
    measured = {e.name: measure(question, e.scorer, primitive, seed) for e in entries}
    results = [_result(e, measured[e.name], seed, draws) for e in entries]
    results.sort(key=lambda r: (-(r.metrics["ndcg@10"].value or 0.0), r.name))
    return Leaderboard(
        data=stage.train.name,
        split=split,
        simulated=stage.train.simulated,
        users=question.truth.rows,
        left_out=stage.truth.rows - question.truth.rows,
        ratings=question.rated.entries,
        candidates=int(stage.candidates.sum()),
        catalogue=len(stage.train.items),
        models=tuple(results),
        differences=tuple(_differences(measured)),
        notes=tuple(_notes(question, primitive is not None)),
    )


def _result(entry: Entry, measured: Measured, seed: int, draws: int) -> ModelResult:
    figures = {
        name: (measured.by_user[name].value, *ends)
        for name, ends in interval_ends(measured.by_user, seed, draws).items()
    } | dict(measured.whole)
    metrics = {name: Estimate(*map(finite, figures[name])) for name in ORDER}
    return ModelResult(entry.name, entry.recipe, entry.fit_s, measured.rank_s, metrics)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two models to compare on one metric."""

    metric: str
    model: str
    against: str
    result: Comparison


def _differences(measured: dict[str, Measured]) -> list[Difference]:
    """Every model against popularity and against the best (not the oracle), Holm-adjusted."""
    differences = []
    for metric in COMPARED:
        sums = {name: m.by_user[metric] for name, m in measured.items()}
        sums = {name: s for name, s in sums.items() if not np.isnan(s.value)}
        if len(sums) < 2:
            continue
        sign = -1 if metric in LOWER_IS_BETTER else 1
        rivals = sums.keys() - {ORACLE} or sums.keys()
        best = max(sorted(rivals), key=lambda name: sign * sums[name].value)
        for rival in dict.fromkeys([PRIMITIVE, best]):
            if rival not in sums:
                continue
            pairs = [
                _Pair(metric, name, rival, compare(s, sums[rival]))
                for name, s in sums.items()
                if name != rival
            ]
            adjusted = holm(np.array([pair.result.p for pair in pairs]))
            differences += [_difference(pair, p) for pair, p in zip(pairs, adjusted, strict=True)]
    return differences


def _difference(pair: _Pair, adjusted: float) -> Difference:
    result = pair.result
    return Difference(
        pair.metric,
        pair.model,
        pair.against,
        result.difference,
        *(finite(value) for value in (result.low, result.high, result.p, adjusted)),
    )


def _notes(question: Question, has_primitive: bool) -> list[str]:
    """What a reader must know to read the figures."""
    stage = question.stage
    notes = [
        f"each of {question.truth.rows:,} viewers gets {DEPTH} of {int(stage.candidates.sum()):,} "
        "films; everything in their history is left out of the lists",
        f"{stage.truth.rows - question.truth.rows:,} viewers with nothing to find are left out",
        "intervals: 95 %, bootstrap by viewer; those of coverage and gini are recentred",
        "differences: paired t-test by viewer, Holm-adjusted over the models compared",
    ]
    if stage.train.simulated:
        notes.insert(0, "the viewers are simulated")
    if question.features is None:
        notes.append("no film features: diversity and serendipity are not defined")
    if not has_primitive:
        notes.append(f"no model named {PRIMITIVE}: serendipity_beyond is not defined")
    return notes

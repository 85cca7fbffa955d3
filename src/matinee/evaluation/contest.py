"""From fitted models and a stage to a leaderboard."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from matinee.dataset import Stage
from matinee.errors import InputError, few
from matinee.evaluation.leaderboard import (
    HEADLINE,
    LOWER_IS_BETTER,
    ORACLE,
    Difference,
    Estimate,
    Leaderboard,
    ModelResult,
    finite,
)
from matinee.evaluation.measure import (
    ACCURACY,
    DEPTH,
    Measured,
    Question,
    interval_ends,
    measure,
    pooled,
    together,
)
from matinee.evaluation.significance import Comparison, compare, holm
from matinee.models.protocols import Scorer
from matinee.ranking import Recommender

PRIMITIVE = "popularity"  # the entry that others are compared with, and serendipity beyond it
COMPARED = ("ndcg@10", "ndcg@100", "recall@20", "map@10", "rmse", "mae")
ORDER = (
    *ACCURACY,
    *("coverage@10", "coverage@20", "novelty@10", "diversity@10"),
    *("serendipity@10", "serendipity_beyond@10", "gini@10", "calibration@10"),
    *("popularity_bias@10", "prediction_coverage", "rmse", "mae"),
)


class Entry(NamedTuple):
    """A fitted model or policy and how it came about."""

    name: str
    recipe: str
    fit_s: float
    scorer: Scorer | Recommender


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """What one stage had to say of each model; without the models, which may be large."""

    stage: Stage
    users: int
    ratings: int
    entries: Mapping[str, tuple[str, float]]  # name -> recipe, fit_s
    measured: Mapping[str, Measured]
    notes: tuple[str, ...]


def look(entries: Sequence[Entry], stage: Stage, features: csr_array | None = None) -> Round:
    """Ask and measure every model on one stage.

    Asked are the rows with a like (strength > 0) among the candidates; everything in a history is
    left out of its lists. `features` (items of the data, features) have unit rows; without them
    diversity and serendipity are not defined.
    """
    names = [entry.name for entry in entries]
    if not names or len(set(names)) < len(names):
        raise InputError(f"evaluation: expected models of different names, got {few(names)}")
    question = Question.of(stage, features)
    primitive = next((question.lists(e.scorer) for e in entries if e.name == PRIMITIVE), None)
    return Round(
        stage,
        question.truth.rows,
        question.rated.entries,
        {e.name: (e.recipe, e.fit_s) for e in entries},
        {e.name: measure(question, e.scorer, primitive) for e in entries},
        tuple(_notes(question, primitive is not None)),
    )


def leaderboard(
    rounds: Sequence[Round], rng: np.random.Generator, *, split: str, draws: int = 1000
) -> Leaderboard:
    """The board of one round, or of several whose users are pooled; best first.

    By NDCG@10, or NDCG@100 under strong generalisation, whose protocol has it (Liang et al. 2018).
    A model must have been in every round. Candidates are those of any round, `fit_s` is the mean,
    the recipe that which most rounds had. Intervals come from `draws` resamples of users.
    """
    seed = int(rng.integers(2**63))
    names = [n for n in rounds[0].entries if all(n in each.entries for each in rounds)]
    measured = {name: pooled([each.measured[name] for each in rounds]) for name in names}
    candidates = np.logical_or.reduce([each.stage.candidates for each in rounds])
    results = [_result(n, rounds, measured[n], candidates, seed, draws) for n in names]
    by = "ndcg@100" if split.startswith("strong") else HEADLINE
    results.sort(key=lambda r: (-(r.metrics[by].value or 0.0), r.name))
    first, users = rounds[0].stage, sum(each.users for each in rounds)
    notes = list(rounds[0].notes)
    if len(rounds) > 1:
        counted = ", ".join(f"{each.users:,}" for each in rounds)
        notes = [n for n in notes if not n.startswith(("each of", f"{_left_out(rounds[:1]):,} "))]
        notes += [
            f"{len(rounds)} rounds pooled: {counted} viewers, each tuned on the round's own "
            "validation part; settings shown are those of most rounds",
            f"each viewer gets {DEPTH} films; everything in their history is left out of the lists",
            f"{_left_out(rounds):,} viewers with nothing to find are left out",
        ]
    return Leaderboard(
        data=first.train.name,
        split=split,
        by=by,
        simulated=first.train.simulated,
        users=users,
        left_out=_left_out(rounds),
        ratings=sum(each.ratings for each in rounds),
        candidates=int(candidates.sum()),
        catalogue=len(first.train.items),
        models=tuple(results),
        differences=tuple(_differences(measured)),
        notes=tuple(notes),
    )


def evaluate(
    entries: Sequence[Entry],
    stage: Stage,
    rng: np.random.Generator,
    *,
    split: str,
    features: csr_array | None = None,
    draws: int = 1000,
) -> Leaderboard:
    """The leaderboard of fitted models on one stage: `look`, then `leaderboard`."""
    return leaderboard([look(entries, stage, features)], rng, split=split, draws=draws)


def _left_out(rounds: Sequence[Round]) -> int:
    return sum(each.stage.truth.rows - each.users for each in rounds)


def _result(
    name: str,
    rounds: Sequence[Round],
    measured: Measured,
    candidates: np.ndarray,
    seed: int,
    draws: int,
) -> ModelResult:
    figures = {
        metric: (measured.by_user[metric].value, *ends)
        for metric, ends in interval_ends(measured.by_user, seed, draws).items()
    } | together(measured, candidates, seed)
    metrics = {metric: Estimate(*map(finite, figures[metric])) for metric in ORDER}
    recipes = Counter(each.entries[name][0] for each in rounds)
    seconds = float(np.mean([each.entries[name][1] for each in rounds]))
    return ModelResult(name, recipes.most_common(1)[0][0], seconds, measured.rank_s, metrics)


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

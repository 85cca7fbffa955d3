"""What re-ranking gives and takes: knob settings measured for choosing, one of them on the test."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from matinee.dataset import Stage
from matinee.errors import InputError
from matinee.evaluation import beyond
from matinee.evaluation.leaderboard import finite
from matinee.evaluation.measure import DEPTH, K, Question, of_lists
from matinee.evaluation.significance import Comparison, Sums, compare, joined
from matinee.models.protocols import Scorer
from matinee.ranking import FittedReranking, Ranked, Reranking
from matinee.ranking.reranked_scorer import RerankedScorer

KNOBS = ("diversity", "calibration", "exploration", "reach")
SHOWN = ("ndcg@10", "recall@20", "diversity@10", "novelty@10", "coverage@20", "calibration@10")

# One knob at a time, the others at 0; then all pairs of what may be chosen.
SWEEPS: Mapping[str, Sequence[float]] = {
    "diversity": (0.1, 0.2, 0.3, 0.4, 0.6, 1.0, 1.5),
    "calibration": (0.05, 0.1, 0.2, 0.4),
    "exploration": (1, 2, 3, 4),
}
GRID: Mapping[str, Sequence[float]] = {
    "diversity": (0.1, 0.2, 0.3, 0.4, 0.6, 1.0),
    "calibration": (0.0, 0.05, 0.1, 0.2),
    "exploration": (1, 2),
}


@dataclass(frozen=True, slots=True)
class Goal:
    """The most diverse lists that may be had for this, against the lists as ranked."""

    accuracy: float = 0.99  # at least this share of NDCG@10
    coverage: float = 2.0  # at least so many times the coverage@20

    def __post_init__(self) -> None:
        if not 0 < self.accuracy <= 1:
            raise InputError(f"accuracy: expected a share from above 0 to 1, got {self.accuracy!r}")
        if not 1 <= self.coverage < np.inf:
            raise InputError(
                f"coverage: expected how many times as much, from 1, got {self.coverage!r}"
            )


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of the knobs and its figures."""

    group: str  # the knob that alone is not 0, or "several", or "as ranked"
    knobs: Mapping[str, float]
    metrics: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Frontier:
    """Settings on the validation part; as ranked and the chosen one on the test part too."""

    data: str
    model: str
    split: str
    simulated: bool
    users: tuple[int, int]  # validation, test
    goal: Goal
    validation: tuple[Setting, ...]  # the first: as ranked
    chosen: int  # place in `validation`
    test: tuple[Setting, Setting]  # as ranked, chosen
    differences: Mapping[str, Comparison]  # chosen - as ranked on the test, paired by viewer
    notes: tuple[str, ...]

    def to_json_dict(self) -> dict[str, Any]:
        """The stable shape that `frontier --json` prints; undefined figures are null."""
        return {
            "data": self.data,
            "model": self.model,
            "split": self.split,
            "simulated": self.simulated,
            "users": {"validation": self.users[0], "test": self.users[1]},
            "goal": asdict(self.goal),
            "validation": [asdict(each) for each in self.validation],
            "chosen": asdict(self.validation[self.chosen]),
            "test": {"as_ranked": asdict(self.test[0]), "chosen": asdict(self.test[1])},
            "differences": {
                name: {key: finite(value) for key, value in asdict(each).items()}
                for name, each in self.differences.items()
            },
            "notes": list(self.notes),
        }


def recipes(base: Reranking) -> list[tuple[str, Reranking]]:
    """As ranked, each knob alone, and the grid, all with the rules and wishes of `base`."""
    nothing = replace(base, diversity=0, calibration=0, exploration=0)
    asked: list[tuple[str, Reranking, dict[str, Any]]] = [("as ranked", nothing, {})]
    for knob, values in SWEEPS.items():
        asked += [(knob, nothing, {knob: value}) for value in values]
    for values in product(*GRID.values()):
        asked.append(("several", base, dict(zip(GRID, values, strict=True))))
    return [(group, replace(start, **knobs)) for group, start, knobs in asked]


def frontier(
    scorers: Sequence[tuple[Scorer, Scorer]],
    stages: Sequence[tuple[Stage, Stage]],
    features: csr_array,
    base: Reranking | None = None,
    goal: Goal | None = None,
    *,
    model: str,
    split: str,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> Frontier:
    """Measure every setting on the first stage, choose one, and measure that on the second.

    Of several pairs of stages the viewers are pooled, the first ones and the second ones.
    `scorers` were fitted on the `train` of the stages; the candidates of a stage are retrieved
    once. Lists are compared with the same candidates as they were ranked, `base`'s rules kept.
    """
    base, goal = base or Reranking(), goal or Goal()
    asked = recipes(base)
    validation, test = (
        [
            _Candidates.of(pair[part], where[part], features, base, seed)
            for pair, where in zip(scorers, stages, strict=True)
        ]
        for part in (0, 1)
    )
    settings = []
    for number, (group, recipe) in enumerate(asked, 1):
        say(f"re-ranking, {number} of {len(asked)} settings")
        settings.append(_setting(group, recipe, figures(validation, recipe)[1]))
    chosen = choice(settings, goal)
    say("the test part")
    sums, values = zip(*(figures(test, asked[k][1]) for k in (0, chosen)), strict=True)
    users = _users(validation), _users(test)
    train = stages[0][0].train
    return Frontier(
        data=train.name,
        model=model,
        split=split,
        simulated=train.simulated,
        users=users,
        goal=goal,
        validation=tuple(settings),
        chosen=chosen,
        test=(_setting(*asked[0], values[0]), _setting(*asked[chosen], values[1])),
        differences={
            name: compare(sums[1][name], sums[0][name]) for name in SHOWN if name in sums[0]
        },
        notes=_notes(goal, users, len(stages)),
    )


def choice(settings: Sequence[Setting], goal: Goal) -> int:
    """The place of the setting with the most diverse lists that meets the goal; 0 is as ranked.

    Of those that keep the accuracy: if none reaches the coverage the one that comes closest, else
    of those that do the one with the largest diversity@10, to two decimals: nobody sees a smaller
    difference. Of equals that with the largest NDCG@10, then recall@20, then the first.
    """
    first = settings[0].metrics

    def value(setting: Setting) -> tuple[bool, float, float, float, float]:
        accuracy, coverage = (
            (setting.metrics[name] or 0.0) / (first[name] or 1.0)
            for name in ("ndcg@10", "coverage@20")
        )
        return (
            accuracy >= goal.accuracy,
            min(coverage, goal.coverage),
            round(setting.metrics["diversity@10"] or 0.0, 2),
            setting.metrics["ndcg@10"] or 0.0,
            setting.metrics["recall@20"] or 0.0,
        )

    return max(range(len(settings)), key=lambda k: value(settings[k]))


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """What was retrieved for one stage, to be re-ranked many times."""

    question: Question
    ranked: Ranked
    fitted: FittedReranking  # for any setting of the knobs
    seed: int

    @classmethod
    def of(
        cls, scorer: Scorer, stage: Stage, features: csr_array, base: Reranking, seed: int
    ) -> "_Candidates":
        question = Question.of(stage, features)
        fitted = replace(base, diversity=1.0, calibration=1.0).fit(stage.train)
        ranked = RerankedScorer(scorer, fitted).retrieve(question.histories, stage.candidates)
        return cls(question, ranked, fitted, seed)

    def lists(self, recipe: Reranking) -> np.ndarray:
        """What each viewer gets under the setting, (rows, DEPTH) item numbers."""
        fitted = replace(self.fitted, recipe=recipe)
        return fitted.rerank(self.ranked, self.question.histories, DEPTH, seed=self.seed).numbers


def figures(
    pools: Sequence[_Candidates], recipe: Reranking
) -> tuple[dict[str, Sums], dict[str, float]]:
    """Metrics by user of all stages, and the values of those that are shown."""
    lists = [pool.lists(recipe) for pool in pools]
    found = [of_lists(pool.question, own) for pool, own in zip(pools, lists, strict=True)]
    sums = {name: joined([part[name] for part in found]) for name in found[0]}
    values = {name: sums[name].value for name in sums}
    candidates = np.logical_or.reduce([pool.question.stage.candidates for pool in pools])
    for k in (K, 20):
        exposed = beyond.exposure(np.concatenate([own[:, :k] for own in lists]), len(candidates))
        values[f"coverage@{k}"] = beyond.coverage(exposed, candidates)
    return sums, values


def _users(pools: Sequence[_Candidates]) -> int:
    return sum(pool.question.truth.rows for pool in pools)


def _setting(group: str, recipe: Reranking, values: Mapping[str, float]) -> Setting:
    return Setting(
        group,
        {knob: getattr(recipe, knob) for knob in KNOBS},
        {name: finite(values[name]) for name in (*SHOWN, "ndcg@100", "coverage@10")},
    )


def _notes(goal: Goal, users: tuple[int, int], rounds: int) -> tuple[str, ...]:
    several = [f"{rounds} rounds pooled; candidates of each are fitted anew"] * (rounds > 1)
    return (
        *several,
        f"knobs were chosen on the validation part ({users[0]:,} viewers): of the "
        f"settings that keep {goal.accuracy:.0%} of NDCG@10 and have {goal.coverage:g} times the "
        "coverage@20 the one with the most diverse lists",
        f"the test part ({users[1]:,} viewers) was asked for the chosen setting and for "
        "the lists as ranked alone",
        "coverage counts a film that any one viewer is shown, and grows with how many are asked; "
        "explored places show many films to few viewers each",
    )

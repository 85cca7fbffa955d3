"""Whether a new version may take the place of the running one: decided on held-out viewers."""

from dataclasses import dataclass
from typing import Any

from matinee.dataset import Stage
from matinee.errors import MissingData
from matinee.evaluation.accuracy import Hits, metric
from matinee.evaluation.leaderboard import finite
from matinee.evaluation.measure import Question
from matinee.evaluation.significance import Sums, compare
from matinee.models.protocols import Scorer
from matinee.ranking import Recommender

LEAST_VIEWERS = 200
METRIC = "ndcg@10"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How two versions did on the same viewers, and what follows."""

    viewers: int
    running: float | None
    candidate: float | None
    difference: float | None  # candidate - running
    low: float | None  # of its 95 % interval
    high: float | None
    threshold: float
    passed: bool
    reason: str  # in words, passed or not

    def to_json_dict(self) -> dict[str, Any]:
        """As the index keeps it."""
        return {"metric": METRIC} | {name: getattr(self, name) for name in self.__slots__}


def check(
    candidate: Scorer | Recommender,
    running: Scorer | Recommender,
    stage: Stage,
    threshold: float,
) -> Verdict:
    """The candidate passes if the lower bound of the paired difference is above -threshold.

    With fewer than LEAST_VIEWERS who like a hidden film nobody can say, and it does not.
    """
    try:
        question = Question.of(stage, None)
    except MissingData:
        return _undecided(0, threshold)
    viewers = question.histories.rows
    if viewers < LEAST_VIEWERS:
        return _undecided(viewers, threshold)
    new, old = _sums(candidate, question), _sums(running, question)
    found = compare(new, old)
    passed = bool(found.low > -threshold)
    reason = (
        f"{METRIC} {new.value:.4f} against {old.value:.4f} on {viewers:,} held-out viewers, "
        f"difference {found.difference:+.4f} ({found.low:+.4f} to {found.high:+.4f}); "
        f"expected a lower bound above {-threshold:+.4f}"
    )
    return Verdict(
        viewers,
        finite(old.value),
        finite(new.value),
        finite(found.difference),
        finite(found.low),
        finite(found.high),
        threshold,
        passed,
        reason,
    )


def no_check(viewers: int, threshold: float, reason: str) -> Verdict:
    """There is no comparison: not passed."""
    return Verdict(viewers, None, None, None, None, None, threshold, False, reason)


def _sums(scorer: Scorer | Recommender, question: Question) -> Sums:
    return Sums.of(metric(METRIC)(Hits.of(question.lists(scorer), question.truth)))


def _undecided(viewers: int, threshold: float) -> Verdict:
    reason = (
        f"expected at least {LEAST_VIEWERS} held-out viewers who like a film that was hidden, "
        f"got {viewers}; a larger --hold-out has more"
    )
    return no_check(viewers, threshold, reason)

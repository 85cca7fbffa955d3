"""What each part of a blend counts, learnt from held-out viewers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matinee.dataset import Stage
from matinee.evaluation.measure import Question
from matinee.models.blend import ROOT, Blend, fillable, scale, shaped
from matinee.models.content_regression import usual_histories
from matinee.models.filling import Filling
from matinee.models.protocols import Scorer

CELLS = 20_000_000  # scores of one part that are held at once; more viewers are sampled from
FIRST_STEP, LAST_STEP = 0.5, 0.05
LEAST_GAIN = 2e-4  # of the objective, for a step to be taken
LEAST_Z = 1.5  # paired over viewers, for a part to come in or the beginning to be left
FEW = 20  # viewers, of whom the standard error is taken twice
STEP_Z = 1.0  # for a weight to be moved


def learn(
    stage: Stage,
    scorers: Mapping[str, Scorer],
    begins: Sequence[Mapping[str, float]] = (),
    seed: int = 0,
) -> Blend:
    """The blend of some of the parts that does best on the stage's truth.

    `scorers` are fitted on the stage's train, by the text of their recipes. Begins with the first
    of the weights `begins`, or with another or a part alone if that is clearly better; then
    weights go up and down by steps that are halved when none helps. The objective is NDCG@10 +
    NDCG@100 + Recall@20: the head, the whole list, and the page between. Few viewers change little.
    """
    asked = _Asked.of(stage, scorers, np.random.default_rng(seed))
    weights, values = dict[str, float](), None
    for begin in (*filter(None, begins), *({part: 1.0} for part in asked.parts)):
        found = asked.objective(asked.weighed(begin))
        if values is None or _better(found, values, LEAST_Z):
            weights, values = dict(begin), found
    assert values is not None
    total = asked.weighed(weights)
    step = FIRST_STEP
    while step >= LAST_STEP:
        moved = False
        for part in asked.parts:
            weight = weights.get(part, 0.0)
            for new in (weight + step, max(0.0, weight - step)):
                change = new - weight
                moved_total = total + np.float32(change) * asked.parts[part]
                found = asked.objective(moved_total)
                if _better(found, values, STEP_Z if part in weights else LEAST_Z):
                    weights[part], total, values, moved = new, moved_total, found, True
                    break
        if not moved:
            step /= 2
    kept = {part: weight for part, weight in weights.items() if weight > 0}
    return Blend(tuple(kept), tuple(kept.values()))


def _better(found: np.ndarray, values: np.ndarray, least_z: float) -> bool:
    gain = found - values
    if gain.mean() <= LEAST_GAIN:
        return False
    # Of a few viewers not even the error is known.
    error = gain.std() / np.sqrt(len(gain)) * (1 + FEW / len(gain))
    return bool(gain.mean() >= least_z * error)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Scaled scores of candidates, and where the truth stands in them."""

    parts: Mapping[str, np.ndarray]  # text -> (rows, candidates) float32, -inf not among them
    hidden: tuple[np.ndarray, np.ndarray]  # places of what the histories hold
    truth: tuple[np.ndarray, np.ndarray]  # places of the truth, row by row
    sizes: np.ndarray  # (rows,) how many

    @classmethod
    def of(cls, stage: Stage, scorers: Mapping[str, Scorer], rng: np.random.Generator) -> "_Asked":
        question = Question.of(stage, None)
        candidates = np.flatnonzero(stage.candidates)
        most = max(1, CELLS // max(1, len(candidates)))
        rows = np.arange(question.truth.rows)
        if len(rows) > most:
            rows = np.sort(rng.choice(rows, most, replace=False))
        histories, truth = question.histories.take(rows), question.truth.take(rows)
        parts: dict[str, np.ndarray] = {}
        filling, numbers = _filling(stage, scorers)
        for k, (text, scorer) in enumerate(scorers.items()):
            scores = scorer.score(histories)
            for which, name in enumerate((text, ROOT + text)):
                filled = filling.filled(shaped(name, scores), numbers[k], 2 * k + which)
                entering = filled[:, candidates]
                parts[name] = entering / np.float32(scale(entering))
        places = np.full(len(stage.candidates), -1)
        places[candidates] = np.arange(len(candidates))
        seen = places[histories.numbers]
        return cls(
            parts,
            (histories.entry_rows[seen >= 0], seen[seen >= 0]),
            (truth.entry_rows, places[truth.numbers]),
            truth.lengths,
        )

    def weighed(self, weights: Mapping[str, float]) -> np.ndarray:
        """Σ weight · scores."""
        first, *rest = (np.float32(w) * self.parts[text] for text, w in weights.items())
        return np.asarray(sum(rest, first))

    def objective(self, scores: np.ndarray) -> np.ndarray:
        """NDCG@10 + NDCG@100 + Recall@20 of each row; of ties the truth comes last."""
        scores = scores.copy()
        scores[self.hidden] = -np.inf
        rows = self.truth[0]
        wanted = scores[self.truth]
        place = np.empty(len(rows), np.int64)
        for start in range(0, len(rows), 512):
            part = slice(start, start + 512)
            place[part] = (scores[rows[part]] >= wanted[part, None]).sum(axis=1) - 1
        gain = 1 / np.log2(place + 2)
        ideal = np.cumsum(1 / np.log2(np.arange(2, 102)))
        count = len(self.sizes)
        total = np.bincount(rows, place < 20, count) / np.minimum(20, self.sizes)
        for k in (10, 100):
            found = np.bincount(rows, gain * (place < k), count)
            total += found / ideal[np.minimum(k, self.sizes) - 1]
        return np.asarray(total)


def _filling(stage: Stage, scorers: Mapping[str, Scorer]) -> tuple[Filling, list[np.ndarray]]:
    """How parts are filled, each as it is and under a root, and the numbers of their items."""
    data, usual = stage.train, usual_histories(stage.train)
    numbers = [data.items.numbers(scorer.items.ids) for scorer in scorers.values()]
    entering, factors = [], []
    for text, scorer in scorers.items():
        scores = scorer.score(usual)
        for name in (text, ROOT + text):
            entering.append(shaped(name, scores))
            factors.append(fillable(scorer) / scale(entering[-1]))
    twice = [own for own in numbers for _ in range(2)]
    return Filling.of(data, usual, twice, entering, np.array(factors)), numbers

"""What one fitted model does on one stage: its lists, its errors, every metric of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from scipy.sparse import csr_array

from matinee.dataset import Histories, Stage
from matinee.errors import MissingData, NumericError
from matinee.evaluation import accuracy, beyond
from matinee.evaluation.accuracy import Hits
from matinee.evaluation.beyond import Takers
from matinee.evaluation.significance import Sums, bootstrap, bootstrap_lists, joined
from matinee.models.protocols import RatingPredictor, Scorer
from matinee.ranking import Recommender, top

DEPTH = 100  # places of a list
K = 10  # places that beyond-accuracy metrics look at
ACCURACY = (
    "ndcg@10",
    "ndcg@100",
    "recall@10",
    "recall@20",
    "recall@50",
    "precision@10",
    "map@10",
    "mrr@10",
    "hit_rate@10",
)
COVERAGE = (10, 20)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One stage, prepared: who is asked for what, and what lists are measured against."""

    stage: Stage
    histories: Histories  # of the asked: rows with a like among the candidates
    truth: Histories  # their likes among the candidates, row by row
    rated: Histories  # all hidden ratings, of every row of the stage
    takers: Takers
    percentile: np.ndarray  # (items,) popularity among the candidates
    genres: csr_array  # (items, genres) shares
    features: csr_array | None  # (items, features) unit rows

    @classmethod
    def of(cls, stage: Stage, features: csr_array | None) -> "Question":
        """Rows without a like among the candidates are not asked for lists."""
        wanted = (stage.truth.strength > 0) & stage.candidates[stage.truth.numbers]
        likes = stage.truth.where(wanted)
        asked = np.flatnonzero(likes.lengths > 0)
        if len(asked) == 0:
            raise MissingData(
                f"evaluation: expected viewers of {stage.train.name} who like a film that may be "
                f"recommended, got none among {stage.truth.rows}"
            )
        takers = Takers.of(stage.train)
        return cls(
            stage,
            stage.histories.take(asked),
            likes.take(asked),
            stage.truth.where(~np.isnan(stage.truth.rating)),
            takers,
            takers.percentile(stage.candidates),
            beyond.genre_shares(stage.train.movies),
            features,
        )

    def lists(self, scorer: Scorer | Recommender) -> np.ndarray:
        """The best unseen candidates of each asked viewer, (rows, DEPTH)."""
        if isinstance(scorer, Recommender):
            return scorer.recommend(self.histories, DEPTH, self.stage.candidates).numbers
        return top(scorer, self.histories, DEPTH, self.stage.candidates).numbers


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One model's figures: ratios of sums over users, and its lists."""

    by_user: Mapping[str, Sums]
    numbers: np.ndarray  # (rows, DEPTH): what all lists together show is measured on them
    scorable: float  # share of the catalogue
    rank_s: float


def measure(
    question: Question, scorer: Scorer | Recommender, primitive: np.ndarray | None
) -> Measured:
    """Every metric of one model; `primitive` are the popularity lists, if there are any."""
    started = perf_counter()
    numbers = question.lists(scorer)
    rank_s = perf_counter() - started
    hits = Hits.of(numbers, question.truth)
    by_user = {name: Sums.of(accuracy.metric(name)(hits)) for name in ACCURACY}
    by_user |= _beyond(question, numbers[:, :K], hits, primitive) | _errors(question, scorer)
    items = question.stage.train.items
    scorable = beyond.prediction_coverage(items.numbers(scorer.items.ids), len(items))
    return Measured(by_user, numbers, scorable, rank_s)


def pooled(parts: Sequence[Measured]) -> Measured:
    """What was measured on several stages, of other users each, as one."""
    if len(parts) == 1:
        return parts[0]
    return Measured(
        {name: joined([part.by_user[name] for part in parts]) for name in parts[0].by_user},
        np.concatenate([part.numbers for part in parts]),
        float(np.mean([part.scorable for part in parts])),
        sum(part.rank_s for part in parts),
    )


def interval_ends(
    by_user: Mapping[str, Sums], seed: int, draws: int
) -> dict[str, tuple[float, float]]:
    """The 95 % interval of each metric; metrics of other sets of users are drawn apart."""
    ends: dict[str, tuple[float, float]] = {}
    for users in {len(sums.numerators) for sums in by_user.values()}:
        names = [name for name, sums in by_user.items() if len(sums.numerators) == users]
        rng = np.random.default_rng(seed)
        low, high = bootstrap([by_user[name] for name in names], rng, draws)
        ends |= {name: (low[k], high[k]) for k, name in enumerate(names)}
    return ends


def _beyond(
    question: Question, numbers: np.ndarray, hits: Hits, primitive: np.ndarray | None
) -> dict[str, Sums]:
    """Metrics of what lists are like, user by user."""
    histories = question.histories
    undefined = np.full(len(numbers), np.nan)
    varied, surprising, unexpected = undefined, undefined, undefined
    if question.features is not None:
        varied, distance = beyond.diversity(numbers, histories, question.features)
        surprising = beyond.serendipity(distance, hits)
    if primitive is not None:
        unexpected = beyond.serendipity_beyond(numbers, primitive[:, :K], hits)
    values = {
        "novelty": beyond.novelty(numbers, question.takers),
        "diversity": varied,
        "serendipity": surprising,
        "serendipity_beyond": unexpected,
        "calibration": beyond.calibration(numbers, histories, question.genres),
        "popularity_bias": beyond.popularity_bias(numbers, histories, question.percentile),
    }
    return {f"{name}@{K}": Sums.of(value) for name, value in values.items()}


def together(
    measured: Measured, candidates: np.ndarray, seed: int
) -> dict[str, tuple[float, float, float]]:
    """Metrics of all lists together: value, low, high. `candidates` (items,) bool."""
    items, numbers = len(candidates), measured.numbers

    def statistic(weights: np.ndarray) -> np.ndarray:
        shown = {k: beyond.exposure(numbers[:, :k], items, weights) for k in {K, *COVERAGE}}
        shares = [beyond.coverage(shown[k], candidates) for k in COVERAGE]
        return np.array([*shares, beyond.gini(shown[K], candidates)])

    names = [*(f"coverage@{k}" for k in COVERAGE), f"gini@{K}"]
    values = statistic(np.ones(len(numbers)))
    low, high = bootstrap_lists(statistic, len(numbers), np.random.default_rng(seed))
    whole = {name: (values[k], low[k], high[k]) for k, name in enumerate(names)}
    share = measured.scorable
    return whole | {"prediction_coverage": (share, share, share)}


def _errors(question: Question, scorer: object) -> dict[str, Sums]:
    """Pooled rating errors by user; of no user for a model that predicts no ratings."""
    rated, histories = question.rated, question.stage.histories
    count = rated.lengths.astype(np.float64)
    if not isinstance(scorer, RatingPredictor) or rated.entries == 0:
        none = np.zeros(rated.rows)
        return {"rmse": Sums(none, none, root=True), "mae": Sums(none, none)}
    means, _ = scorer.predict(histories, rated.entry_rows, rated.numbers, rated.time)
    if not np.isfinite(means).all():
        raise NumericError(
            f"predictions: expected numbers, got {int((~np.isfinite(means)).sum())} that are none"
        )
    error = means.astype(np.float64) - rated.rating
    squared, absolute = (
        np.bincount(rated.entry_rows, weights, minlength=rated.rows)
        for weights in (error**2, np.abs(error))
    )
    return {"rmse": Sums(squared, count, root=True), "mae": Sums(absolute, count)}

"""What was compared with the greedy list and with drawn places: python alternatives.py DATA ...

On the validation part of the time split; the blend's candidates, as `matinee frontier` has them.
"""

import sys
from collections.abc import Callable

import numpy as np

import matinee
from matinee.dataset import Dataset, time_split
from matinee.evaluation import beyond
from matinee.evaluation.measure import Question, of_lists
from matinee.features import content_vectors
from matinee.ranking import Ranked, Reranking, top
from matinee.ranking.places import relevance_of
from matinee.training.choosing import Chooser

CANDIDATES, PLACES = 200, 20
NOTHING = {"diversity": 0.0, "calibration": 0.0, "exploration": 0}


def largest(relevance: np.ndarray, cosines: np.ndarray, weight: float) -> list[int]:
    """Maximal marginal relevance as Carbonell and Goldstein 1998 have it: the nearest film."""
    chosen: list[int] = []
    nearest = np.zeros(len(relevance))
    left = relevance.copy()
    for _ in range(min(PLACES, len(relevance))):
        best = int(np.argmax(left - weight * nearest))
        chosen.append(best)
        left[best] = -np.inf
        nearest = np.maximum(nearest, cosines[best])
    return chosen


def determinant(relevance: np.ndarray, cosines: np.ndarray, weight: float) -> list[int]:
    """Greedy MAP of a determinantal point process (Chen, Zhang and Zhou 2018, algorithm 1)."""
    chosen: list[int] = []
    volume = np.full(len(relevance), 1.001)  # d² of the paper, with a small ridge
    factors = np.zeros((PLACES, len(relevance)))
    left = relevance.copy()
    for place in range(min(PLACES, len(relevance))):
        best = int(np.argmax(left + weight * np.log(np.maximum(volume, 1e-6))))
        chosen.append(best)
        left[best] = -np.inf
        own = cosines[best] - factors[:place, best] @ factors[:place]
        factors[place] = own / np.sqrt(max(volume[best], 1e-6))
        volume = volume - factors[place] ** 2
    return chosen


def lists(
    ranked: Ranked, vectors: np.ndarray, make: Callable[..., list[int]], weight: float
) -> np.ndarray:
    """The numbers of each row's list, the rest as ranked."""
    numbers = ranked.numbers.copy()
    for row, relevance in enumerate(relevance_of(ranked.scores)):
        films = ranked.numbers[row, :CANDIDATES]
        films = films[films >= 0]
        own = vectors[films]
        chosen = make(relevance[: len(films)], own @ own.T, weight)
        rest = np.setdiff1d(np.arange(len(films)), chosen)
        numbers[row, : len(films)] = films[[*chosen, *rest]]
    return numbers


def rare(ranked: Ranked, takers: np.ndarray, users: int, bonus: float, pool: int) -> np.ndarray:
    """From place 11 on by relevance and a bonus for what few took; the first ten as ranked."""
    information = -np.log2(np.maximum(takers, 1) / users)
    value = relevance_of(ranked.scores)[:, 10:pool]
    films = ranked.numbers[:, 10:pool]
    value = value + bonus * information[films] / information.max()
    numbers = ranked.numbers.copy()
    order = np.argsort(-value, axis=1, kind="stable")
    numbers[:, 10:pool] = np.take_along_axis(films, order, axis=1)
    return numbers


def compare(question: Question, ranked: Ranked) -> None:
    """One line a setting: NDCG@10, recall@20, diversity@10, coverage@20."""
    train = question.stage.train
    features = question.features
    assert features is not None
    vectors = features.toarray()

    def reranked(**knobs: float) -> np.ndarray:
        recipe = Reranking(**(NOTHING | knobs))  # type: ignore[arg-type]
        return recipe.fit(train).rerank(ranked, question.histories, 100).numbers

    def show(name: str, numbers: np.ndarray) -> None:
        sums = of_lists(question, numbers[:, :100])
        exposed = beyond.exposure(numbers[:, :20], len(train.items))
        covered = beyond.coverage(exposed, question.stage.candidates)
        shown = ("ndcg@10", "recall@20", "diversity@10")
        values = " ".join(f"{metric} {sums[metric].value:.4f}" for metric in shown)
        print(f"{name:40}{values} coverage@20 {covered:.4f}", flush=True)

    show("as ranked", ranked.numbers)
    for weight in (0.3, 0.6, 1.0, 1.5, 2.0):
        show(f"mean cosine {weight}", reranked(diversity=weight))
    for weight in (0.1, 0.2, 0.4, 0.7):
        show(f"largest cosine {weight}", lists(ranked, vectors, largest, weight))
    for weight in (0.07, 0.14, 0.28, 0.5):
        show(f"determinant {weight}", lists(ranked, vectors, determinant, weight))
    for places in (1, 2):
        show(f"{places} drawn, alike", reranked(exploration=places, reach=0.0))
        show(f"{places} drawn, reach 0.3", reranked(exploration=places, reach=0.3))
    takers, users = question.takers.counts, question.takers.users
    for pool in (100, 200):
        for bonus in (0.1, 0.2, 0.4):
            show(f"bonus {bonus} among {pool}", rare(ranked, takers, users, bonus, pool))


def main() -> None:
    """Compare on the files that are named."""
    data = Dataset.from_tables(matinee.read(*sys.argv[1:]))
    stage = time_split(data).tune
    question = Question.of(stage, content_vectors(data.movies).matrix)
    scorer = Chooser(stage).best("blend").scorer
    compare(question, top(scorer, question.histories, 500, stage.candidates))


if __name__ == "__main__":
    main()

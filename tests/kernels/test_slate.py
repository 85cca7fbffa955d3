"""The greedy list is what its formula says, place by place."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matinee.kernels.slate import CALIBRATION, DIVERSITY, GIVEN, SCORE, slate, slate_reference

Arrays = tuple[np.ndarray, ...]


def world(seed: int, rows: int, m: int) -> Arrays:
    """Numbers, relevance, unit vectors, genre shares and targets; some films without either."""
    rng = np.random.default_rng(seed)
    items = m + 3
    numbers = np.stack([rng.permutation(items)[:m] for _ in range(rows)]).astype(np.int32)
    for row in range(rows):
        numbers[row, rng.integers(0, m + 1) :] = -1
    relevance = -np.sort(-rng.normal(size=(rows, m)), axis=1)
    vectors = rng.random((items, 6)) * (rng.random((items, 6)) < 0.5)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
    genres = (rng.random((items, 4)) < 0.4).astype(float)
    genres /= np.maximum(genres.sum(axis=1, keepdims=True), 1)
    targets = rng.random((rows, 4)) * (rng.random((rows, 4)) < 0.7)
    targets /= np.maximum(targets.sum(axis=1, keepdims=True), 1e-9)
    targets[:, :] = np.where(targets.sum(axis=1, keepdims=True) > 0.5, targets, 0)
    return numbers, relevance, vectors, genres, targets


def parts(dense: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    sparse = csr_array(dense)
    return sparse.indptr, sparse.indices, sparse.data


def run(  # noqa: PLR0917
    numbers: np.ndarray,
    relevance: np.ndarray,
    vectors: np.ndarray,
    genres: np.ndarray,
    targets: np.ndarray,
    fixed: np.ndarray,
    weights: tuple[float, float, float],
) -> tuple[np.ndarray, np.ndarray]:
    sparse = (parts(vectors), vectors.shape[1], parts(genres))
    return slate(numbers, relevance, *sparse, targets, fixed, weights)


@settings(deadline=None, max_examples=150)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 12),
    st.integers(1, 9),
    st.sampled_from([0.0, 0.3, 2.0, 50.0]),
    st.sampled_from([0.0, 0.2, 3.0]),
)
def test_every_place_goes_to_the_best_of_what_is_left(
    seed: int, m: int, places: int, diversity: float, calibration: float
) -> None:
    numbers, relevance, vectors, genres, targets = world(seed, 3, m)
    rng = np.random.default_rng(seed + 1)
    fixed = np.full((3, places), -1, np.int32)
    for row in range(3):
        real = int((numbers[row] >= 0).sum())
        held = rng.permutation(real)[: rng.integers(0, 3)]
        at = rng.permutation(places)[: len(held)]
        fixed[row, at] = held[: len(at)]
    weights = (diversity, calibration, 0.1)
    order, rule = run(numbers, relevance, vectors, genres, targets, fixed, weights)
    for row in range(3):
        real = numbers[row][numbers[row] >= 0]
        expected, why = slate_reference(
            relevance[row, : len(real)],
            vectors[real],
            genres[real],
            targets[row],
            fixed[row],
            weights,
        )
        assert order[row].tolist() == expected.tolist()
        assert rule[row].tolist() == why.tolist()


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 15))
def test_without_losses_candidates_stay_as_they_came(seed: int, m: int, places: int) -> None:
    numbers, relevance, vectors, genres, targets = world(seed, 2, m)
    relevance = np.round(relevance)  # ties too
    free = np.full((2, places), -1, np.int32)
    order, rule = run(numbers, relevance, vectors, genres, targets, free, (0.0, 0.0, 0.1))
    for row in range(2):
        real = min(int((numbers[row] >= 0).sum()), places)
        assert order[row].tolist() == [*range(real), *[-1] * (places - real)]
        assert rule[row].tolist() == [*[SCORE] * real, *[0] * (places - real)]


def test_the_codes_say_what_put_a_film_ahead() -> None:
    """Film 1 is film 0's twin, film 2 is of another kind; film 3 has the genre that is missing."""
    vectors = np.array([[1.0, 0], [1, 0], [0, 1], [1, 0]])
    genres = np.array([[1.0, 0], [1, 0], [1, 0], [0, 1]])
    numbers = np.array([[0, 1, 2, 3]], np.int32)
    relevance = np.array([[1.0, 0.9, 0.5, 0.4]])
    free = np.full((1, 2), -1, np.int32)
    target = np.array([[0.5, 0.5]])
    varied, why = run(numbers, relevance, vectors, genres, target, free, (0.6, 0.0, 0.1))
    assert varied.tolist() == [[0, 2]]
    assert why.tolist() == [[SCORE, DIVERSITY]]
    balanced, why = run(numbers, relevance, vectors, genres, target, free, (0.0, 1.0, 0.1))
    assert balanced.tolist() == [[0, 3]]
    assert why.tolist() == [[SCORE, CALIBRATION]]
    held = np.array([[3, -1]], np.int32)
    pinned, why = run(numbers, relevance, vectors, genres, target, held, (0.0, 0.0, 0.1))
    assert pinned.tolist() == [[3, 0]]
    assert why.tolist() == [[GIVEN, SCORE]]


def test_a_row_does_not_see_its_neighbours() -> None:
    numbers, relevance, vectors, genres, targets = world(5, 70, 12)  # more than two chunks
    free = np.full((70, 6), -1, np.int32)
    together, _ = run(numbers, relevance, vectors, genres, targets, free, (0.5, 0.5, 0.1))
    for row in (0, 31, 32, 69):
        own = [x[row : row + 1] for x in (numbers, relevance)]
        alone, _ = run(*own, vectors, genres, targets[row : row + 1], free[:1], (0.5, 0.5, 0.1))
        assert alone[0].tolist() == together[row].tolist()

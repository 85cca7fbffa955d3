import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matinee.page.candidates import Candidate
from matinee.page.choosing import choose, least, varied


def unit(rows: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((rows, 5))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@given(st.integers(0, 2**31), st.integers(1, 9), st.integers(1, 12), st.integers(1, 12))
def test_rows_share_no_film_and_keep_to_the_numbers_asked_for(
    seed: int, count: int, rows: int, cards: int
) -> None:
    rng = np.random.default_rng(seed)
    candidates = [
        Candidate(str(rng.choice(["theme", "new"])), f"row {k}", rng.permutation(30)[: 3 * k])
        for k in range(count)
    ]
    chosen = choose(candidates, rng.random(30), unit(30, seed), rows, cards)
    shown = [film for row in chosen for film in row.films.tolist()]
    assert len(shown) == len(set(shown))
    assert len(chosen) <= rows
    for row in chosen:
        assert least(cards) <= len(row.films) <= cards
        assert set(row.films.tolist()) <= set(row.candidate.films.tolist())


@given(st.integers(0, 2**31), st.integers(1, 10))
def test_varied_is_the_walk_of_maximal_marginal_relevance(seed: int, cards: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = unit(40, seed)
    films = rng.permutation(40)[: int(rng.integers(2, 30))]
    left, shown = list(range(len(films[: 3 * cards]))), [0]
    left.remove(0)
    while left and len(shown) < min(cards, len(films)):

        def worth(k: int, shown: list[int] = shown) -> float:
            near = max(float(vectors[films[k]] @ vectors[films[s]]) for s in shown)
            return 1 - k / len(films[: 3 * cards]) - 0.35 * max(near, 0)

        best = max(left, key=lambda k: (worth(k), -k))
        shown.append(best)
        left.remove(best)
    assert varied(films, vectors, cards).tolist() == films[shown].tolist()


def test_a_row_like_the_one_above_it_gives_way_to_another() -> None:
    vectors = np.zeros((30, 2), np.float32)
    vectors[:20, 0], vectors[20:, 1] = 1, 1
    enjoyment = np.r_[np.full(10, 1.0), np.full(10, 0.9), np.full(10, 0.8)]
    above, alike, other = (
        Candidate("theme", name, np.arange(start, start + 10))
        for name, start in (("above", 0), ("alike", 10), ("other", 20))
    )
    order = [row.candidate.title for row in choose([above, alike, other], enjoyment, vectors, 3, 5)]
    assert order == ["above", "other", "alike"]

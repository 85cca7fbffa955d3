"""Features that tell nothing, or what another tells better, are dropped, and it is said why."""

import numpy as np
import pytest

from matinee.ranking.examples import Examples, Features
from matinee.ranking.lambdamart import FIRST_STAGE
from matinee.ranking.selection import selection

PAIRS = 4_000


def examples(**columns: np.ndarray) -> tuple[Examples, np.random.Generator]:
    rng = np.random.default_rng(0)
    score = rng.normal(size=PAIRS)
    liked = rng.random(PAIRS) < 1 / (1 + np.exp(1 - 2 * score))
    found = {FIRST_STAGE: score} | columns
    values = np.stack(list(found.values()), axis=1).astype(np.float32)
    return Examples(Features(tuple(found), values), liked, np.full(PAIRS // 20, 20)), rng


def test_what_is_the_same_for_all_goes():
    known, rng = examples(constant=np.full(PAIRS, 3.0), nowhere=np.full(PAIRS, np.nan))
    found = selection(known, rng)
    assert found.kept == (FIRST_STAGE,)
    assert set(found.dropped) == {"constant", "nowhere"}
    assert set(found.dropped.values()) == {"the same for all"}


def test_of_two_alike_the_one_that_tells_less_goes():
    rng = np.random.default_rng(0)
    score = rng.normal(size=PAIRS)  # the first stage's own, as `examples` draws it
    blurred = score + rng.normal(0, 0.1, PAIRS)
    known, rng = examples(blurred=blurred, other=rng.normal(size=PAIRS))
    found = selection(known, rng)
    assert found.kept == (FIRST_STAGE, "other")
    assert found.dropped["blurred"].startswith(f"says the same as {FIRST_STAGE} (ρ = 0.99")


def test_the_first_stage_stays_even_if_it_says_nothing():
    known, rng = examples(other=np.random.default_rng(1).normal(size=PAIRS))
    flat = known.features.values.copy()
    flat[:, 0] = 1
    nothing = Examples(Features(known.features.names, flat), known.liked, known.sizes)
    assert selection(nothing, rng).kept == (FIRST_STAGE, "other")


def test_where_a_feature_is_not_known_is_part_of_what_it_says():
    rng = np.random.default_rng(3)
    whole = rng.normal(size=PAIRS)
    holes = np.where(rng.random(PAIRS) < 0.3, np.nan, whole)
    known, rng = examples(whole=whole, holes=holes)
    assert set(selection(known, rng).kept) == {FIRST_STAGE, "whole", "holes"}


def test_information_is_that_of_the_table():
    """A coin that is the like itself tells H(like); one of its own tells nothing."""
    known, rng = examples()
    share = known.liked.mean()
    entropy = -(share * np.log2(share) + (1 - share) * np.log2(1 - share))
    values = np.stack(
        [known.features.values[:, 0], known.liked, rng.random(PAIRS) < 0.5], axis=1
    ).astype(np.float32)
    told = Examples(Features((FIRST_STAGE, "like", "coin"), values), known.liked, known.sizes)
    found = selection(told, rng).information
    assert found["like"] == pytest.approx(entropy, rel=0.01)
    # Twice the pairs times the information, in nats, is about chi-squared of one degree: 1 is
    # its mean and 9 its 99.7 % point.
    assert 2 * PAIRS * np.log(2) * found["coin"] < 9

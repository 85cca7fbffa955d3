"""Curves of rankers whose shape is known."""

import numpy as np
import pytest

from matinee.errors import InputError
from matinee.explanation.curves import curve
from matinee.explanation.weights import mean_contributions, plane, shapes
from matinee.ranking.examples import Examples, Features
from matinee.ranking.glass_box import GlassBox
from matinee.ranking.lambdamart import FIRST_STAGE
from matinee.ranking.linear_ranker import POPULARITY, RATING, LinearRanker

NAMES = (FIRST_STAGE, POPULARITY[-1], RATING, "twin")


@pytest.fixture(scope="module")
def examples() -> Examples:
    rng = np.random.default_rng(0)
    sizes = rng.integers(20, 40, 60)
    values = rng.normal(size=(sizes.sum(), 4)).astype(np.float32)
    values[:, 3] = values[:, 2] + rng.normal(0, 0.1, len(values))  # goes with the rating
    values[::9, 1] = np.nan
    odds = values[:, 0] + np.nan_to_num(values[:, 1]) - 1
    liked = rng.random(len(values)) < 1 / (1 + np.exp(-odds))
    return Examples(Features(NAMES, values), liked, sizes)


def slope(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.polyfit(x, y, 1)[0])


def test_both_curves_of_a_sum_are_its_own_part(examples: Examples) -> None:
    found = curve(lambda f: 2.0 * f.column(RATING) + f.column("twin") ** 2, examples, RATING)
    assert slope(found.x, found.by_viewer.mean(axis=0)) == pytest.approx(2, rel=1e-3)
    assert slope(found.x, found.ale) == pytest.approx(2, rel=1e-3)
    assert np.all(np.diff(found.x) > 0)


def test_where_features_go_together_only_ale_stays_where_films_are(examples: Examples) -> None:
    """The score explodes where the twins differ, which no pair does: only ALE does not see it."""

    def score(features: Features) -> np.ndarray:
        apart = np.abs(features.column(RATING) - features.column("twin")) > 2
        return np.asarray(features.column(RATING) + 1000.0 * apart)

    found = curve(score, examples, RATING)
    assert [name for name, _ in found.goes_with] == ["twin"]
    assert found.goes_with[0][1] > 0.9
    assert np.ptp(found.by_viewer.mean(axis=0)) > 100
    assert slope(found.x, found.ale) == pytest.approx(1, rel=0.05)
    assert curve(score, examples, FIRST_STAGE).goes_with == ()


def test_a_feature_that_is_known_of_no_pair_has_no_curve(examples: Examples) -> None:
    values = examples.features.values.copy()
    values[:, 3] = np.nan
    unknown = Examples(Features(NAMES, values), examples.liked, examples.sizes)
    with pytest.raises(InputError, match="expected 'twin' to be known of a pair"):
        curve(lambda f: f.column(RATING), unknown, "twin")


def test_shapes_are_the_terms_of_the_glass_box(examples: Examples) -> None:
    box = GlassBox(rounds=30, bags=1, interactions=1).fit(examples, np.random.default_rng(0))
    found = shapes(box, examples)
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
    terms = {term.names: term for term in box.terms}
    assert {len(one.features) for one in found} == {1, 2}
    for shape in found:
        values = np.zeros((len(shape.steps), len(NAMES)), np.float32)
        for k, step in enumerate(shape.steps):
            values[k, NAMES.index(shape.features[0])] = (step.x + step.x2) / 2
            if step.y is not None and step.y2 is not None:
                values[k, NAMES.index(shape.features[1])] = (step.y + step.y2) / 2
        drawn = [step.value for step in shape.steps]
        np.testing.assert_allclose(drawn, terms[shape.features].values(Features(NAMES, values)))


def test_the_plane_is_the_linear_ranker(examples: Examples) -> None:
    ranker = LinearRanker().fit(examples, np.random.default_rng(0))
    drawn = plane(ranker, examples)
    assert drawn.features == (POPULARITY[-1], RATING)
    values = np.zeros((len(drawn.steps), len(NAMES)), np.float32)
    for k, step in enumerate(drawn.steps):
        assert step.y is not None
        assert step.y2 is not None
        values[k, 1], values[k, 2] = (step.x + step.x2) / 2, (step.y + step.y2) / 2
    expected = ranker.score(Features(NAMES, values))
    np.testing.assert_allclose([step.value for step in drawn.steps], expected, rtol=1e-5, atol=1e-6)


def test_mean_contributions_count_only_what_differs_between_candidates(examples: Examples) -> None:
    ranker = LinearRanker().fit(examples, np.random.default_rng(0))
    found = mean_contributions(ranker, examples)
    assert found["twin"] == found[FIRST_STAGE] == 0
    parts, start = [], 0
    column = ranker.contributions(examples.features)[:, 2]
    for size in examples.sizes:
        own = column[start : start + size]
        parts += np.abs(own - own.mean()).tolist()
        start += size
    assert found[RATING] == pytest.approx(np.mean(parts))

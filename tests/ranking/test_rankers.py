"""Each ranker finds what the examples hold, and its contributions add up to its score."""

import numpy as np
import pytest
from interpret.glassbox import ExplainableBoostingClassifier

from matinee.errors import InputError
from matinee.ranking.examples import Examples, Features, together
from matinee.ranking.glass_box import GlassBox, Term, _cuts
from matinee.ranking.lambdamart import FIRST_STAGE, LambdaMart, slope_of
from matinee.ranking.linear_ranker import RATING, LinearRanker

NAMES = (FIRST_STAGE, RATING, "likes", "noise", "sometimes")
RANKERS = [LambdaMart(trees=30, least=10), LinearRanker(), GlassBox(rounds=60, bags=1)]


def examples(seed: int, viewers: int = 300, each: int = 20) -> Examples:
    """Films that are popular and well rated are liked; of a fifth one feature is not known."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(viewers * each, len(NAMES))).astype(np.float32)
    odds = 0.7 * values[:, 0] + 1.2 * values[:, 1] + 0.8 * values[:, 2] - 3
    liked = rng.random(len(values)) < 1 / (1 + np.exp(-odds))
    values[rng.random(len(values)) < 0.2, 4] = np.nan
    return Examples(Features(NAMES, values), liked, np.full(viewers, each))


@pytest.fixture(scope="module")
def learnt() -> Examples:
    return examples(0)


@pytest.fixture(scope="module")
def fresh() -> Examples:
    return examples(1)


def pairs_in_order(scores: np.ndarray, examples: Examples) -> float:
    """Of all pairs (liked, not liked) of one viewer, the share in which the liked is higher."""
    right = wrong = 0
    for viewer in range(len(examples.sizes)):
        rows = examples.viewers == viewer
        liked, others = scores[rows & examples.liked], scores[rows & ~examples.liked]
        right += int((liked[:, None] > others).sum())
        wrong += int((liked[:, None] < others).sum())
    return right / (right + wrong)


@pytest.mark.parametrize("recipe", RANKERS, ids=lambda recipe: recipe.kind)
class TestEveryRanker:
    def test_fresh_viewers_are_ordered_better_than_by_the_first_stage(self, recipe, learnt, fresh):
        fitted = recipe.fit(learnt, np.random.default_rng(0))
        before = pairs_in_order(fresh.features.column(FIRST_STAGE), fresh)
        assert pairs_in_order(fitted.score(fresh.features), fresh) > before + 0.1

    def test_contributions_add_up_to_the_score(self, recipe, learnt, fresh):
        fitted = recipe.fit(learnt, np.random.default_rng(0))
        parts = fitted.contributions(fresh.features)
        assert parts.shape == (len(fresh.liked), len(NAMES) + 1)
        np.testing.assert_allclose(parts.sum(axis=1), fitted.score(fresh.features), rtol=1e-5)

    def test_what_is_the_same_for_all_takes_no_part(self, recipe, learnt, fresh):
        values = learnt.features.values.copy()
        values[:, 3] = 7
        known = Examples(Features(NAMES, values), learnt.liked, learnt.sizes)
        fitted = recipe.fit(known, np.random.default_rng(0))
        assert (fitted.contributions(fresh.features)[:, 3] == 0).all()

    def test_a_pair_is_scored_alone_as_among_others(self, recipe, learnt, fresh):
        fitted = recipe.fit(learnt, np.random.default_rng(0))
        few = Features(NAMES, fresh.features.values[40:50])
        np.testing.assert_allclose(
            fitted.score(few), fitted.score(fresh.features)[40:50], rtol=1e-6
        )

    def test_features_in_another_order_give_the_same_scores(self, recipe, learnt, fresh):
        fitted = recipe.fit(learnt, np.random.default_rng(0))
        turned = fresh.features.only(NAMES[::-1])
        np.testing.assert_allclose(fitted.score(turned), fitted.score(fresh.features), rtol=1e-6)

    def test_it_learns_the_same_twice(self, recipe, learnt, fresh):
        once, again = (recipe.fit(learnt, np.random.default_rng(5)) for _ in range(2))
        np.testing.assert_array_equal(once.score(fresh.features), again.score(fresh.features))

    def test_viewers_who_liked_nothing_teach_nothing(self, recipe, learnt):
        nothing = Examples(learnt.features, np.zeros_like(learnt.liked), learnt.sizes)
        with pytest.raises(InputError, match="expected viewers who liked one of their candidates"):
            recipe.fit(nothing, np.random.default_rng(0))


def test_the_plane_finds_the_weights_that_made_the_likes(learnt):
    fitted = LinearRanker(ridge=1e-3).fit(learnt, np.random.default_rng(0))
    assert fitted.names == ("likes", RATING)
    # A logistic model without one of its terms has its other weights drawn to 0 a little.
    np.testing.assert_allclose(fitted.weights, [0.8, 1.2], rtol=0.2)


def test_the_plane_takes_the_likeliest_popularity(learnt):
    names = (*NAMES[:2], "likes of 90 days", "likes", *NAMES[4:])
    values = learnt.features.values.copy()
    values[:, [2, 3]] = values[:, [3, 2]]  # "likes of 90 days" is the noise now
    known = Examples(Features(names, values), learnt.liked, learnt.sizes)
    assert LinearRanker().fit(known, np.random.default_rng(0)).names == ("likes", RATING)


def test_the_plane_needs_its_two_features(learnt):
    few = Examples(learnt.features.only(NAMES[:1]), learnt.liked, learnt.sizes)
    with pytest.raises(InputError, match="linear ranker: expected 'likes' and 'predicted rating'"):
        LinearRanker().fit(few, np.random.default_rng(0))


@pytest.mark.filterwarnings("ignore:Missing values detected")
def test_curves_are_those_of_the_library():
    """Term.values against interpret's own decision function, planes and unknown values too."""
    known = examples(2)
    values = known.features.values[:, [0, 4]].astype(np.float64)
    model = ExplainableBoostingClassifier(
        interactions=[(0, 1)], outer_bags=1, max_rounds=50, max_bins=32, max_interaction_bins=8
    )
    model.fit(values, known.liked)
    names = (FIRST_STAGE, "sometimes")
    total = np.full(len(values), float(model.intercept_[0]))
    features = Features(names, values.astype(np.float32))
    for places, scores in zip(model.term_features_, model.term_scores_, strict=True):
        cuts = tuple(_cuts(model.bins_[place], len(places)) for place in places)
        total += Term(tuple(names[p] for p in places), cuts, scores).values(features)
    own = model.decision_function(features.values.astype(np.float64))
    np.testing.assert_allclose(total, own, rtol=1e-9, atol=1e-12)


def test_the_slope_is_that_of_the_log_odds(learnt):
    rng = np.random.default_rng(0)
    score = learnt.features.column(FIRST_STAGE)
    liked = rng.random(len(score)) < 1 / (1 + np.exp(-(0.5 * score - 1)))
    known = Examples(learnt.features, liked, learnt.sizes)
    assert slope_of(known, rng) == pytest.approx(0.5, abs=0.1)


def test_a_first_stage_that_is_worse_than_chance_is_not_turned_round(learnt):
    score = learnt.features.column(FIRST_STAGE)
    known = Examples(learnt.features, score < 0, learnt.sizes)
    assert slope_of(known, np.random.default_rng(0)) == 0


def test_examples_of_several_windows_keep_their_viewers(learnt, fresh):
    both = together([learnt, fresh])
    assert both.viewers[-1] == 599
    assert both.of(np.arange(300, 600)).liked.tolist() == fresh.liked.tolist()


def test_examples_with_other_features_are_not_mixed(learnt, fresh):
    fewer = Examples(fresh.features.only(NAMES[:2]), fresh.liked, fresh.sizes)
    with pytest.raises(InputError, match="expected parts with the same features"):
        together([learnt, fewer])


def test_examples_and_features_must_fit_together(learnt):
    with pytest.raises(InputError, match="features: expected 5 columns, got shape"):
        Features(NAMES, learnt.features.values[:, :3])
    with pytest.raises(InputError, match="examples: expected 6000 labels"):
        Examples(learnt.features, learnt.liked[:-1], learnt.sizes)
    with pytest.raises(InputError, match=r"expected one of .* got 'likess'"):
        learnt.features.column("likess")


@pytest.mark.parametrize(("of", "names"), [("popularity", ("likes",)), ("rating", (RATING,))])
def test_one_part_of_the_plane_orders_worse_than_both(learnt, fresh, of, names):
    one, both = (LinearRanker(of=of).fit(learnt, np.random.default_rng(0)) for of in (of, "both"))
    assert one.names == names
    alone, together_ = (pairs_in_order(r.score(fresh.features), fresh) for r in (one, both))
    assert alone < together_

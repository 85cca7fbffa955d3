"""A fitted policy orders the candidates of its first stage, and answers as a Recommender does."""

from dataclasses import replace

import numpy as np
import pytest

from matinee import training
from matinee.dataset import Dataset, Vocabulary, time_split
from matinee.errors import InputError, MissingData
from matinee.evaluation.measure import Question
from matinee.features.film_moments import film_moments
from matinee.models.blend import Blend
from matinee.ranking import Policy, Recommender, Reranking, Rules, top
from matinee.ranking.examples import Features
from matinee.ranking.fitted_policy import FittedPolicy
from matinee.ranking.lambdamart import FIRST_STAGE, LambdaMart
from matinee.ranking.policy import Candidates
from matinee.ranking.retrieval import retrieve
from matinee.training.choosing import Chooser
from matinee.training.policies import PolicyFitter, examples, first_stage

BLEND = Blend(("linear", "popularity", "soup"), (1.0, 0.5, 0.3))


class Backwards:
    """The order of the first stage turned round."""

    def score(self, features: Features) -> np.ndarray:
        return -features.column(FIRST_STAGE).astype(np.float64)

    def contributions(self, features: Features) -> np.ndarray:
        return np.column_stack([self.score(features), np.zeros(len(features.values))])


@pytest.fixture(scope="module")
def first(data: Dataset):
    return first_stage(BLEND, data, 0)


def policy(first, n: int, ranker=None) -> FittedPolicy:
    return FittedPolicy(Policy("p", Candidates(n=n)), first, ranker)


def test_parts_add_up_to_the_scores_of_the_first_stage(data, first):
    found = retrieve(first.scorer, data.histories, 12)
    assert list(found.parts) == ["linear", "popularity", "soup"]
    there = found.ranked.numbers >= 0
    total = np.sum(list(found.parts.values()), axis=0)
    np.testing.assert_allclose(total[there], found.ranked.scores[there], rtol=1e-5, atol=1e-5)
    assert (total[~there] == 0).all()


def test_candidates_are_those_of_top(data, first):
    allowed = np.arange(len(data.items)) % 3 > 0
    found = retrieve(first.scorer, data.histories, 12, allowed).ranked
    ranked = top(first.scorer, data.histories, 12, allowed)
    np.testing.assert_array_equal(found.numbers, ranked.numbers)


def test_without_a_ranker_the_first_stage_is_the_list(data, first):
    fitted = policy(first, 10)
    assert isinstance(fitted, Recommender)
    np.testing.assert_array_equal(
        fitted.recommend(data.histories, 7).numbers, top(first.scorer, data.histories, 7).numbers
    )


def test_a_policy_s_lists_are_its_ranker_s_re_ranked(data, first):
    recipe = Reranking(places=6, exploration=1, rules=Rules(without_genres=["Comedy"]))
    fitted = recipe.fit(data)
    found = FittedPolicy(Policy("p", Candidates(n=12)), first, Backwards(), fitted, seed=4)
    own = found.recommend(data.histories, 8)
    plain = policy(first, 12, Backwards())
    ranked = plain.recommend(data.histories, 12, fitted.candidates(data.as_of))
    expected = fitted.rerank(ranked, data.histories, 8, seed=4)
    np.testing.assert_array_equal(own.numbers, expected.numbers)
    assert not np.array_equal(own.numbers, plain.recommend(data.histories, 8).numbers)


def test_the_ranker_orders_its_candidates_and_no_others(data, first):
    turned = policy(first, 10, Backwards()).recommend(data.histories, 15)
    before = top(first.scorer, data.histories, 15)
    np.testing.assert_array_equal(turned.numbers[:, 10:], before.numbers[:, 10:])
    for row, (new, old) in enumerate(zip(turned.numbers, before.numbers, strict=True)):
        assert set(new[:10]) == set(old[:10])
        distinct = len(np.unique(before.scores[row, :10])) == 10
        if distinct and (old[:10] >= 0).all():
            np.testing.assert_array_equal(new[:10], old[:10][::-1])
    there = turned.numbers >= 0
    assert (np.diff(np.where(there, turned.scores, -1e9), axis=1) <= 0).all()
    assert np.isneginf(turned.scores[~there]).all()


def test_nothing_seen_and_nothing_forbidden_is_recommended(data, first):
    allowed = np.arange(len(data.items)) % 2 == 0
    found = policy(first, 10, Backwards()).recommend(data.histories, 12, allowed).numbers
    assert allowed[found[found >= 0]].all()
    seen = data.histories.matrix(np.ones(data.histories.entries)).toarray()
    rows, places = np.nonzero(found >= 0)
    assert not seen[rows, found[rows, places]].any()


def test_histories_in_another_vocabulary_get_the_same_films(data, first):
    ids = [*data.items.ids.to_list()[:1:-1], "elsewhere"]
    other = Vocabulary(type(data.items.ids)(ids))
    fitted = policy(first, 10, Backwards())
    known = np.isin(data.items.ids.to_list(), ids)
    histories = data.histories.where(known[data.histories.numbers])
    found = fitted.recommend(histories.on(other), 8).numbers
    expected = fitted.recommend(histories, 8, known).numbers
    for mine, theirs in zip(found, expected, strict=True):
        assert (
            other.ids.gather(mine[mine >= 0]).to_list()
            == data.items.ids.gather(theirs[theirs >= 0]).to_list()
        )


def test_one_viewer_gets_what_the_viewer_gets_among_others(data, first):
    fitted = policy(first, 10, Backwards())
    together = fitted.recommend(data.histories, 9)
    alone = fitted.recommend(data.histories.take(np.array([4])), 9)
    np.testing.assert_array_equal(together.numbers[[4]], alone.numbers)


def test_one_viewer_is_described_as_among_others(data, first):
    """Bit for bit: what trees were taught on many viewers they are asked of one."""
    together = first.retrieve(data.histories, 10)
    names, n = first.describe(data.histories, together).names, 10
    values = first.describe(data.histories, together).values.reshape(-1, n, len(names))
    for row in range(data.histories.rows):
        history = data.histories.take(np.array([row]))
        alone = first.describe(history, first.retrieve(history, n))
        assert alone.names == names
        for k, name in enumerate(names):
            np.testing.assert_array_equal(alone.values[:, k], values[row, :, k], err_msg=name)


def test_examples_are_the_candidates_and_what_was_liked_of_them(data):
    stage = time_split(data).tune
    first = first_stage(BLEND, stage.train, 0)
    found = examples(first, stage, 10)
    question = Question.of(stage, None)
    lists = top(first.scorer, question.histories, 10, stage.candidates).numbers
    assert found.sizes.tolist() == (lists >= 0).sum(axis=1).tolist()
    liked = question.truth.matrix(np.ones(question.truth.entries)).toarray() > 0
    expected = [
        bool(liked[row, film]) for row in range(len(lists)) for film in lists[row] if film >= 0
    ]
    assert found.liked.tolist() == expected
    # Films are described as of the beginning of the window.
    viewers = found.features.column("viewers")
    assert viewers.max() <= film_moments(stage.train)["viewers"].max()


def test_data_in_which_nobody_comes_back_cannot_teach_a_ranker(data):
    split = time_split(data)
    fitter = PolicyFitter(Chooser(split.tune), split.final.train)
    with pytest.raises(MissingData, match="expected a ranker's examples in time, lopsided has no"):
        fitter.fit(Policy("p", Candidates("popularity"), LambdaMart()))


def test_data_without_times_says_that_a_ranker_needs_them(data):
    histories = replace(data.histories, time=np.full(data.histories.entries, 5))
    stage = replace(time_split(data).tune, train=data.with_histories(histories))
    fitter = PolicyFitter(Chooser(stage), data)
    with pytest.raises(MissingData, match="expected a ranker's examples in time"):
        fitter.fit(Policy("p", Candidates("popularity"), LambdaMart()))


def test_an_empty_candidate_set_is_an_empty_list(data, first):
    nothing = np.zeros(len(data.items), bool)
    found = policy(first, 10, Backwards()).recommend(data.histories, 5, nothing)
    assert (found.numbers == -1).all()


def test_a_number_of_candidates_below_one_is_refused(data, first):
    with pytest.raises(InputError, match="candidates: expected at least 1, got 0"):
        retrieve(first.scorer, data.histories, 0)


def test_trained_policies_beat_their_first_stage_in_a_known_world():
    """On starter viewers: a ranker that knows only noise would not, at three errors."""
    from matinee.api import as_dataset
    from matinee.evaluation.accuracy import Hits, ndcg

    split = time_split(as_dataset("starter"))
    fitter = PolicyFitter(Chooser(split.tune), split.final.train)
    fitted = fitter.fit(Policy("p", Candidates("popularity", 100), LambdaMart(trees=50)))
    question = Question.of(split.final, None)
    base = training.fit("popularity", split.final.train).scorer
    gain = ndcg(Hits.of(question.lists(fitted), question.truth), 10) - ndcg(
        Hits.of(question.lists(base), question.truth), 10
    )
    assert gain.mean() > 3 * gain.std() / np.sqrt(len(gain))


def test_a_viewer_without_a_history_has_every_feature(data, first):
    some = data.histories.take(np.array([0, 1]))
    empty = some.where(np.zeros(some.entries, bool))
    names = [first.describe(h, retrieve(first.scorer, h, 5)).names for h in (some, empty)]
    assert names[0] == names[1]

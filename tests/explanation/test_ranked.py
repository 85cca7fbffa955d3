"""Reasons of a policy's list add up to its scores, and say what put each film there."""

import numpy as np
import pytest
from tests.page.conftest import dataset
from tests.ranking.policies import RANKERS, fitted_policy

from matinee.dataset import Dataset
from matinee.explanation import counterfactuals
from matinee.explanation.ranked import PolicyExplainer
from matinee.ranking import Reranking
from matinee.ranking.policy_scorer import PolicyScorer


@pytest.fixture(scope="module")
def films() -> Dataset:
    return dataset()


@pytest.mark.parametrize("ranker", RANKERS, ids=lambda r: "none" if r is None else r.kind)
@pytest.mark.parametrize("reranking", [None, Reranking(places=8, pins={"f149": 2})])
def test_reasons_add_up_to_the_score(films, ranker, reranking):
    fitted = fitted_policy(films, ranker, reranking)
    history = films.histories.take(np.array([2]))
    lists = fitted.slate(history, 10)
    found = PolicyExplainer.of(fitted, films).reasons(history, lists)
    assert len(found) == 10
    totals = [sum(reason.contribution for reason in each) for each in found]
    pinned = lists.numbers[0] == films.items.number("f149")
    if ranker is None:  # whose reasons are those of the model, whatever place an editor gave
        np.testing.assert_allclose(np.array(totals)[~pinned], lists.scores[0][~pinned], atol=1e-4)
    else:
        np.testing.assert_allclose(totals, lists.scores[0], atol=1e-4)
    if reranking is not None:
        assert pinned.sum() == 1
        assert "pin" in [reason.kind for reason in found[int(pinned.argmax())]]
        assert any(
            r.kind == "exploration" and "probability" in r.text for each in found for r in each
        )


def test_a_feature_is_told_by_where_the_film_stands(films):
    fitted = fitted_policy(films, RANKERS[2])
    history = films.histories.take(np.array([2]))
    lists = fitted.slate(history, 5)
    found = PolicyExplainer.of(fitted, films).reasons(history, lists)
    texts = [reason.text for each in found for reason in each if reason.kind == "feature"]
    assert texts
    assert all(
        "of the candidates" in text or "candidates" in text or "not known" in text for text in texts
    )


@pytest.mark.parametrize("reranking", [None, Reranking(places=8, exploration=0)])
def test_scores_of_a_policy_are_in_the_order_of_its_list(films, reranking):
    fitted = fitted_policy(films, RANKERS[2], reranking)
    some = films.histories.take(np.array([1, 2, 7]))
    scores = PolicyScorer(fitted).score(some)
    lists = fitted.recommend(some, len(films.items))
    assert np.isfinite(scores).all()
    for row, own in enumerate(lists.numbers):
        there = own[own >= 0]
        assert (np.diff(scores[row, there]) <= 0).all()
        out = np.setdiff1d(np.arange(len(films.items)), there)
        assert not len(out) or scores[row, out].max() < scores[row, there].min()


def test_counterfactuals_of_a_policy_are_what_the_policy_answers(films):
    fitted = fitted_policy(films, RANKERS[2])
    history = films.histories.take(np.array([2]))
    numbers = fitted.recommend(history, 4).numbers.astype(np.int64)
    found = counterfactuals(PolicyScorer(fitted), history, numbers, 4)[0]
    verified = [(k, one) for k, one in enumerate(found) if one.verified]
    assert verified
    for k, one in verified:
        out = films.items.numbers(list(one.item_ids))
        left = history.where(~np.isin(history.numbers, out))
        allowed = np.ones(len(films.items), bool)
        allowed[out] = False
        assert numbers[0, k] not in fitted.recommend(left, 4, allowed).numbers[0]

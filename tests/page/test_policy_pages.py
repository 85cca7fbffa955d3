"""A page of a policy: its list is the top picks, its section lays out the rows."""

import numpy as np
import pytest
from tests.ranking.policies import RANKERS, fitted_policy

from matinee.page import PageMaker
from matinee.page.listing import best_cards
from matinee.ranking import Reranking, Rules
from matinee.ranking.layout import Layout


@pytest.fixture(scope="module")
def history(films):
    return films.histories.take(np.array([2]))


def test_the_policy_s_list_is_the_row_of_top_picks(films, history):
    fitted = fitted_policy(films, RANKERS[2], Reranking(places=8, exploration=0))
    page = PageMaker.of_policy(fitted, films).page(history, cards=6)
    picks = next(row for row in page.rows if row.kind == "top_picks")
    expected = fitted.recommend(history, 60).numbers[0][:6]
    assert [card.item_id for card in picks.cards] == films.items.take(expected)
    assert all(card.reasons for card in picks.cards)


def test_a_policy_of_a_model_alone_makes_the_model_s_page(films, history):
    fitted = fitted_policy(films, None)
    assert PageMaker.of_policy(fitted, films).page(history) == PageMaker.of(
        fitted.first.scorer, films
    ).page(history)


def test_the_layout_says_which_rows_there_are_and_how_many(films, history):
    layout = Layout(3, 5, ["top_picks", "theme"], {"theme": 9})
    page = PageMaker.of_policy(fitted_policy(films, None, page=layout), films).page(history)
    assert [row.kind for row in page.rows] == ["theme", "theme", "top_picks"]
    assert all(len(row.cards) <= 5 for row in page.rows)
    assert (
        len(
            PageMaker.of_policy(fitted_policy(films, None, page=layout), films)
            .page(history, rows=2)
            .rows
        )
        == 2
    )


def test_rules_hold_for_every_row(films, history):
    rules = Rules(without_genres=["Horror"])
    fitted = fitted_policy(films, None, Reranking(places=8, rules=rules))
    page = PageMaker.of_policy(fitted, films).page(history)
    horror = set(films.movies.filter(films.movies["genres"].list.contains("Horror"))["item_id"])
    shown = {c.item_id for row in page.rows if row.kind != "watch_again" for c in row.cards}
    assert shown
    assert not shown & horror


def test_a_policy_s_list_has_the_scores_of_its_first_stage_and_no_film_seen(films, history):
    fitted = fitted_policy(films, RANKERS[2])
    allowed = np.ones(len(films.items), bool)
    allowed[::3] = False
    cards = best_cards(PageMaker.of_policy(fitted, films), history, 9, allowed)
    numbers = films.items.numbers([card.item_id for card in cards])
    assert len(cards) == 9
    assert allowed[numbers].all()
    assert not set(numbers.tolist()) & set(history.numbers.tolist())
    scorer = fitted.first.scorer
    scores = scorer.score(history)[0][scorer.items.numbers([card.item_id for card in cards])]
    np.testing.assert_allclose([card.score for card in cards], scores, rtol=1e-4, atol=1e-6)

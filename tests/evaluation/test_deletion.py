"""The deletion test can fail: it tells true reasons from others."""

from dataclasses import replace

import numpy as np
import pytest

from matinee.dataset import Dataset, Histories
from matinee.errors import InputError
from matinee.evaluation.deletion import deletion
from matinee.models import RECIPES
from matinee.models.protocols import Contributions, Scorer
from matinee.ranking import top


def asked(data: Dataset, least: int = 5) -> Histories:
    return data.histories.take(np.flatnonzero(data.histories.lengths > least)[:20])


def listed(scorer: Scorer, histories: Histories) -> np.ndarray:
    found = top(scorer, histories, 3)
    return scorer.items.numbers(found.items.take(found.numbers.ravel())).reshape(-1, 3)


class Liar:
    """The scores of another model, with the contributions of the films in the wrong order."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self.items = scorer.items

    def score(self, histories: Histories) -> np.ndarray:
        return self._scorer.score(histories)

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        parts = self._scorer.contributions(histories, items)  # type: ignore[attr-defined]
        return replace(parts, entries=-parts.entries)


def test_without_named_films_a_recommendation_falls_further_than_without_others(
    data: Dataset,
) -> None:
    scorer = RECIPES["ease"]().fit(data, np.random.default_rng(0))
    histories = asked(data)
    found = deletion(scorer, histories, listed(scorer, histories), counts=(1, 2))
    for one in found.curve:
        assert one.named.value > one.drawn.value
        assert one.named.low <= one.named.value <= one.named.high
        assert one.named_out.value >= one.drawn_out.value
        assert one.ratio.value == pytest.approx(one.named.value / one.drawn.value)
    assert found.additivity < 1e-5
    assert 0 <= found.stability.value <= 1
    assert found.recommendations == 3 * histories.rows


def test_false_reasons_fail(data: Dataset) -> None:
    scorer = RECIPES["ease"]().fit(data, np.random.default_rng(0))
    histories = asked(data)
    liar = deletion(Liar(scorer), histories, listed(scorer, histories), counts=(1, 2))
    for one in liar.curve:
        assert one.named.value < one.drawn.value
    assert liar.additivity > 1e-3


def test_a_model_that_is_the_same_for_all_loses_nothing_either_way(data: Dataset) -> None:
    scorer = RECIPES["popularity"]().fit(data, np.random.default_rng(0))
    histories = asked(data)
    found = deletion(scorer, histories, listed(scorer, histories), counts=(1,))
    assert found.curve[0].named.value == found.curve[0].drawn.value == 0
    assert np.isnan(found.curve[0].ratio.value)


def test_histories_shorter_than_what_is_taken_out_are_refused(data: Dataset) -> None:
    scorer = RECIPES["ease"]().fit(data, np.random.default_rng(0))
    histories = asked(data, least=2)
    with pytest.raises(InputError, match="expected two histories or more, of more than 50 films"):
        deletion(scorer, histories, listed(scorer, histories), counts=(50,))

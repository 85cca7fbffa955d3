"""A counterfactual is what the model itself answers, and no film of it can be spared."""

from itertools import combinations

import numpy as np
import pytest

from matinee.dataset import Dataset, Histories
from matinee.errors import InputError
from matinee.explanation import counterfactuals, raising
from matinee.models import RECIPES
from matinee.models.protocols import Scorer
from matinee.ranking import top

N = 3
ROWS = np.array([3, 0, 20])


def fitted(name: str, data: Dataset) -> Scorer:
    return RECIPES[name]().fit(data, np.random.default_rng(0))


def listed(scorer: Scorer, histories: Histories, n: int = N) -> np.ndarray:
    found = top(scorer, histories, n)
    return scorer.items.numbers(found.items.take(found.numbers.ravel())).reshape(-1, n)


def place_by_hand(
    scorer: Scorer, histories: Histories, row: int, item: int, removed: set[str]
) -> int:
    """One row, asked alone: where the item stands among films that the whole row lacks."""
    whole = histories.take(np.array([row])).on(scorer.items)
    gone = scorer.items.numbers(sorted(removed)) if removed else np.empty(0, int)
    scores = scorer.score(whole.where(~np.isin(whole.numbers, gone)))[0].astype(np.float64)
    unseen = np.setdiff1d(np.arange(len(scores)), whole.numbers)
    order = sorted(unseen, key=lambda i: (-scores[i], i))
    return order.index(item) + 1


@pytest.mark.parametrize("name", ["ease", "als", "blend", "item_knn"])
def test_without_its_films_the_model_puts_the_recommendation_behind_the_first_n(
    name: str, data: Dataset
) -> None:
    scorer, histories = fitted(name, data), data.histories.take(ROWS)
    items = listed(scorer, histories)
    found = counterfactuals(scorer, histories, items, N)
    told = 0
    for row, (numbers, each) in enumerate(zip(items, found, strict=True)):
        for item, one in zip(numbers, each, strict=True):
            assert one.place == place_by_hand(scorer, histories, row, item, set()) <= N
            if not one.item_ids:
                assert one.place_without is None
                assert not one.verified
                continue
            told += 1
            answer = place_by_hand(scorer, histories, row, item, set(one.item_ids))
            assert one.verified
            assert one.place_without == answer > N
            for some in combinations(one.item_ids, len(one.item_ids) - 1):
                if some:
                    assert place_by_hand(scorer, histories, row, item, set(some)) <= N
    assert told >= 3


def test_where_one_film_suffices_one_film_is_named(data: Dataset) -> None:
    scorer, histories = fitted("ease", data), data.histories.take(ROWS)
    items = listed(scorer, histories)
    found = counterfactuals(scorer, histories, items, N)
    ids = histories.items.ids
    singles = 0
    for row, (numbers, each) in enumerate(zip(items, found, strict=True)):
        seen = histories.take(np.array([row])).numbers
        for item, one in zip(numbers, each, strict=True):
            places = [place_by_hand(scorer, histories, row, item, {ids[int(k)]}) for k in seen]
            if max(places) > N:
                singles += 1
                assert len(one.item_ids) == 1
    assert singles


def test_what_a_history_does_not_bring_about_has_no_counterfactual(data: Dataset) -> None:
    scorer, histories = fitted("popularity", data), data.histories.take(ROWS)
    for each in counterfactuals(scorer, histories, listed(scorer, histories), N):
        assert [one.item_ids for one in each] == [()] * N
        assert not any(one.verified for one in each)


def test_a_set_is_not_larger_than_asked_and_places_without_an_item_are_passed_over(
    data: Dataset,
) -> None:
    scorer, histories = fitted("ease", data), data.histories.take(ROWS)
    items = listed(scorer, histories)
    items = items.copy()
    items[1, 2] = -1
    found = counterfactuals(scorer, histories, items, N, most=1)
    assert [len(each) for each in found] == [3, 2, 3]
    assert max(len(one.item_ids) for each in found for one in each) == 1
    with pytest.raises(InputError, match="expected n and most >= 1, got 0 and 1"):
        counterfactuals(scorer, histories, items, 0, most=1)


@pytest.mark.parametrize("name", ["ease", "blend"])
def test_a_film_that_raises_does_so_when_it_is_liked(name: str, data: Dataset) -> None:
    scorer, histories = fitted(name, data), data.histories.take(ROWS)
    items = listed(scorer, histories, 6)
    told = 0
    for row, each in enumerate(raising(scorer, histories, items)):
        whole = histories.take(np.array([row])).on(scorer.items)
        for item, one in zip(items[row], each, strict=True):
            if one is None:
                continue
            told += 1
            liked = scorer.items.number(one.item_id)
            assert liked not in whole.numbers
            more = Histories.from_entries(
                whole.items,
                np.zeros(whole.entries + 1, int),
                np.append(whole.numbers, liked),
                1,
                strength=np.append(whole.strength, np.float32(1)),
                rating=np.append(whole.rating, np.float32(np.nan)),
                time=np.append(whole.time, whole.as_of),
                as_of=whole.as_of,
            )
            unseen = np.setdiff1d(np.arange(len(scorer.items)), more.numbers)
            for asked, place in ((whole, one.place), (more, one.place_with)):
                scores = scorer.score(asked)[0]
                order = sorted(unseen, key=lambda i: (-scores[i], i))
                assert order.index(item) + 1 == place
            assert one.place_with < one.place
    assert told

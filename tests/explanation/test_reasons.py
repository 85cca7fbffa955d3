import numpy as np
import pytest

from matinee.dataset import Dataset, Histories
from matinee.errors import MissingPackage
from matinee.explanation import Explainer, leave_one_out, reasons
from matinee.models import RECIPES
from matinee.models.protocols import Scorer


@pytest.fixture(scope="module", params=sorted(RECIPES))
def scorer(request: pytest.FixtureRequest, data: Dataset) -> Scorer:
    try:
        return RECIPES[request.param]().fit(data, np.random.default_rng(0))
    except MissingPackage as error:
        pytest.skip(str(error))


def listed(scorer: Scorer, histories: Histories, n: int = 4) -> np.ndarray:
    return np.argsort(-scorer.score(histories), axis=1, kind="stable")[:, :n]


def test_reasons_add_up_to_the_score_for_every_model(scorer: Scorer, data: Dataset) -> None:
    histories = data.histories.take(np.array([3, 7, 0]))  # 7 has an empty history
    items = listed(scorer, histories)
    scores = np.take_along_axis(scorer.score(histories), items, axis=1)
    for most in (0, 1, 50):
        explained = reasons(scorer, histories, items, data, most)
        totals = [[sum(r.contribution for r in parts) for parts in row] for row in explained]
        np.testing.assert_allclose(totals, scores, rtol=1e-5, atol=1e-6)


def test_a_film_is_named_only_if_it_is_in_the_history(scorer: Scorer, data: Dataset) -> None:
    histories = data.histories.take(np.array([3]))
    seen = set(data.items.take(histories.numbers))
    for parts in reasons(scorer, histories, listed(scorer, histories), data, 50)[0]:
        named = [r.item_id for r in parts if r.item_id is not None]
        assert set(named) <= seen
        assert len(named) == len(set(named))


def test_leave_one_out_adds_up_and_is_exact_where_the_history_does_not_interact(
    data: Dataset,
) -> None:
    model = RECIPES["ease"](ridge=3.0).fit(data, np.random.default_rng(0))
    histories = data.histories.take(np.array([0, 3]))
    items = listed(model, histories)
    parts = leave_one_out(model, histories, items)
    exact = model.contributions(histories, items)
    np.testing.assert_allclose(parts.entries, exact.entries, rtol=1e-4, atol=1e-6)
    scores = np.take_along_axis(model.score(histories), items, axis=1)
    np.testing.assert_allclose(parts.totals(), scores, rtol=1e-5)
    np.testing.assert_allclose(parts.terms["remainder"], 0, atol=1e-5)


def test_a_content_reason_names_what_both_films_share(data: Dataset) -> None:
    model = RECIPES["soup"]().fit(data, np.random.default_rng(0))
    histories = data.histories.take(np.array([3]))
    movies = data.movies.to_dicts()
    items = listed(model, histories)
    found = 0
    for item, parts in zip(items[0], reasons(model, histories, items, data)[0], strict=True):
        for reason in (r for r in parts if r.kind == "content"):
            features = reason.text.split(" shares ")[1].split(", ")
            seen = movies[data.items.number(reason.item_id or "")]
            for feature in features:
                kind, _, value = feature.partition(": ")
                column = {"genre": "genres", "keyword": "keywords", "director": "directors"}.get(
                    kind, kind
                )
                assert value in seen[column]
                assert value in movies[item][column]
                found += 1
    assert found


def test_a_film_that_is_to_be_named_stands_first_however_small_its_part(data: Dataset) -> None:
    model = RECIPES["ease"](ridge=3.0).fit(data, np.random.default_rng(0))
    histories = data.histories.take(np.array([int(np.argmax(data.histories.lengths))]))
    items = listed(model, histories)
    own = histories.on(model.items)
    parts = np.abs(model.contributions(histories, items).entries)
    smallest = np.where(parts > 0, parts, np.inf).argmin(axis=0)
    always = own.numbers[smallest][None, :].astype(np.int64)
    explainer = Explainer.of(model, data)
    explained = explainer.reasons(histories, items, 2, always)[0]
    scores = model.score(histories)[0, items[0]]
    for reasons_, film, score in zip(explained, always[0], scores, strict=True):
        assert reasons_[0].item_id == model.items.ids[int(film)]
        assert len([r for r in reasons_ if r.item_id is not None]) == 3
        assert sum(r.contribution for r in reasons_) == pytest.approx(float(score), rel=1e-5)
    plain = explainer.reasons(histories, items, 2)
    assert plain == reasons(model, histories, items, data, 2)

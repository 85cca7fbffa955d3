import json
from typing import Any

import numpy as np
import polars as pl
import pytest

from matinee import api
from matinee.api.paging import as_of_day
from matinee.dataset import Dataset
from matinee.errors import InputError, UnknownId
from matinee.page import TASKS
from matinee.schema import RATINGS, RatingScale, Tables

MODEL = "ease:ridge=5"


def shown(page: dict[str, Any]) -> list[str]:
    return [
        card["item_id"] for row in page["rows"] if row["kind"] not in TASKS for card in row["cards"]
    ]


def test_a_page_is_a_document_of_rows_cards_and_reasons(data: Dataset) -> None:
    page = api.page(data, user="u14", model=MODEL, rows=4, cards=4).to_json_dict()
    assert json.loads(json.dumps(page, allow_nan=False)) == page
    assert set(page) == {
        "data",
        "model",
        "question",
        "simulated",
        "day",
        "personal",
        "notes",
        "rows",
    }
    assert page["rows"]
    assert page["personal"] is True
    for row in page["rows"]:
        assert set(row) == {"kind", "title", "cards"}
        for card in row["cards"]:
            assert set(card) == {"item_id", "title", "year", "score", "reasons"}
            assert card["reasons"]
            for reason in card["reasons"]:
                assert set(reason) == {"kind", "text", "item_id", "contribution"}
    assert len(shown(page)) == len(set(shown(page)))


def test_the_same_question_has_the_same_page(data: Dataset) -> None:
    first, second = (api.page(data, user="u14", model=MODEL).to_json_dict() for _ in "12")
    assert first == second


def test_a_viewer_who_is_not_there_is_named(data: Dataset) -> None:
    with pytest.raises(UnknownId, match=r"user: expected one of 40 viewers .*, got 'nobody'"):
        api.page(data, user="nobody")


def test_one_question_at_a_time(data: Dataset) -> None:
    with pytest.raises(InputError, match="page: expected one of user, like and history"):
        api.page(data, user="u14", like=["Film 3"])


def test_for_anybody_no_model_is_fitted_and_the_page_says_so(data: Dataset) -> None:
    page = api.page(data, model="no such model")
    assert page.model == "weighted_rating"
    assert not page.page.personal
    assert [note for note in page.notes if note.startswith("no liked film is known")]


def test_titles_make_a_page_too(data: Dataset) -> None:
    page = api.page(data, like=["Film 3", "Film 8"], model=MODEL)
    assert page.question == "for one who likes Film 3 (1983), Film 8 (1988)"
    assert page.page.personal


def test_a_day_hides_what_came_later(data: Dataset) -> None:
    cut = as_of_day(data, "1970-01-16")
    end = 16 * 86_400 - 1
    assert cut.as_of == end
    assert int(cut.histories.time.max()) <= end < int(data.histories.time.max())
    page = api.page(data, user="u14", model=MODEL, day="1970-01-16")
    assert page.day == "1970-01-16"
    assert page.to_json_dict() == api.page(cut, user="u14", model=MODEL).to_json_dict()


@pytest.mark.parametrize("day", ["yesterday", "2018-13-01", "1066-10-14"])
def test_what_is_no_day_is_refused(data: Dataset, day: str) -> None:
    with pytest.raises(InputError, match="day: expected a day such as 2018-09-24, got"):
        api.page(data, day=day)


def test_a_catalogue_without_ratings_has_a_page_for_anybody(data: Dataset) -> None:
    empty = pl.DataFrame(schema=RATINGS)
    films = Dataset.from_tables(Tables("films", data.movies, empty, RatingScale(0.5, 5, 0.5)))
    page = api.page(films, cards=4)
    kinds = [row.kind for row in page.rows]
    assert kinds[0] == "top_picks"
    assert "trending" not in kinds
    assert "no row Trending: no film for it" in page.notes
    assert page.day is None
    with pytest.raises(InputError, match="day: expected data with times, films has none"):
        api.page(films, day="2020-01-01")


def test_films_that_are_not_out_are_never_shown(data: Dataset) -> None:
    hidden = data.movies["item_id"].is_in(["m10", "m13"])
    status = pl.when(hidden).then(pl.lit("Planned")).otherwise(pl.lit("Released"))
    movies = data.movies.with_columns(status=status)
    films = Dataset(
        data.name, data.users, data.items, data.histories, movies, data.scale, data.simulated
    )
    for user in ("u14", None):
        page = api.page(films, user=user, model=MODEL, cards=30)
        assert not {"m10", "m13"} & set(shown(page.to_json_dict()))


def test_a_notebook_shows_titles_as_text(data: Dataset) -> None:
    titles = data.movies.with_columns(title=pl.lit("<b>") + pl.col("title"))
    films = Dataset(data.name, data.users, data.items, data.histories, titles, data.scale, True)
    page = api.page(films, user="u14", model=MODEL, cards=4)
    html = page._repr_html_()
    assert "&lt;b&gt;Film" in html
    assert "<b><b>" not in html
    assert "simulated data" in html
    assert repr(page).startswith("ViewerPage(for viewer u14; ease")


def test_films_of_the_catalogue_keep_their_numbers(data: Dataset) -> None:
    """The cold film, which the model does not know, is on nobody's page as a pick."""
    page = api.page(data, user="u14", model=MODEL, rows=30, cards=30)
    assert "m99" not in {
        c.item_id for row in page.rows if row.kind == "top_picks" for c in row.cards
    }
    assert np.isfinite([c.score for row in page.rows for c in row.cards if c.score]).all()

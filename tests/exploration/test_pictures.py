import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from matinee.exploration import explore, pictures
from matinee.exploration.picture import DARK, LIGHT, look
from matinee.schema import MOVIES, RATINGS, empty


def drawn(tables):
    return {one.name: one for one in pictures(explore(tables))}


def values(picture):
    """Every data row that a chart holds."""
    return [row for rows in picture.chart.to_dict()["datasets"].values() for row in rows]


def test_there_is_a_picture_for_everything_that_the_data_has(small):
    assert list(drawn(small)) == [
        "genres",
        "budgets",
        "revenue-budget",
        "vote-averages",
        "runtime-votes",
        "missing",
        "correlation",
        "ratings",
        "popularity",
        "activity",
        "ratings-over-time",
    ]


def test_without_ratings_popularity_is_that_of_the_votes(small):
    found = drawn(replace(small, ratings=empty(RATINGS)))
    assert found["popularity"].sentence.startswith("Half of all votes go to 33 % of the 3 films")
    assert "activity" not in found


def test_nothing_is_drawn_of_nothing(small):
    assert drawn(replace(small, ratings=empty(RATINGS), movies=empty(MOVIES))) == {}


def test_sentences_say_what_the_data_says(small):
    found = drawn(small)
    assert found["genres"].sentence == (
        "Drama and Comedy are the most frequent genres: 2 and 1 of 4 films (a film may have "
        "several; 2 have none)."
    )
    assert "3 known budgets" in found["budgets"].sentence
    assert "1 films whose budget is unknown" in found["budgets"].sentence
    assert found["revenue-budget"].sentence.startswith("67 % of the 3 films")
    assert "mean is 3.25 on a scale of 0.5 to 5" in found["ratings"].sentence
    assert "busiest day was 2 January 1970 with 2 ratings (50 % of all 4)" in (
        found["ratings-over-time"].sentence
    )
    most = "Half of all ratings come from 67 % of the 3 viewers; the median viewer gave 2"
    assert found["activity"].sentence.startswith(most)


def test_zero_and_unknown_budgets_are_not_drawn(small):
    bins = [row for row in values(drawn(small)["budgets"]) if "count" in row]
    assert sum(row["count"] for row in bins) == 3


def test_the_sentence_is_the_charts_description(small):
    for one in drawn(small).values():
        assert one.chart.to_dict()["description"] == one.sentence


def test_a_large_catalogue_is_aggregated_before_it_is_drawn(small):
    rng = np.random.default_rng(0)
    number = 20_000
    large = pl.concat([small.movies[:1]] * number).with_columns(
        item_id=pl.Series(map(str, range(number))),
        budget=pl.Series(rng.integers(1, 10**8, number)),
        revenue=pl.Series(rng.integers(1, 10**9, number)),
        runtime=pl.Series(rng.normal(100, 20, number)),
        vote_average=pl.Series(rng.uniform(0, 10, number)),
        vote_count=pl.Series(rng.integers(1, 10**4, number)),
    )
    for one in drawn(replace(small, movies=large)).values():
        rows = values(one)
        assert len(rows) <= 2100
        assert len(json.dumps(rows)) < 600_000


@pytest.mark.parametrize("dark", [False, True])
def test_the_palette_is_told_apart_from_the_page(dark):
    """Contrast of at least 2.9 to the page's card, near WCAG's 3 for graphical objects."""
    card = "#1c1f25" if dark else "#ffffff"
    first_three = look(DARK if dark else LIGHT)["range"]["category"][:3]
    assert min(contrast(colour, card) for colour in first_three) > 2.9


def contrast(one, other):
    def luminance(colour):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_a_notebook_shows_tables_and_sentences_with_text_escaped(small):
    exploration = explore(replace(small, name="<b>odd</b>", simulated=True))
    html = exploration._repr_html_()
    assert "&lt;b&gt;odd&lt;/b&gt;" in html
    assert "(simulated data)" in html
    assert "movies, as published: 4 rows × 3 columns" in html
    assert all(one.title in html for one in exploration.pictures())
    assert "<script" not in html

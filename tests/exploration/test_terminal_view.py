from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from matinee.cli.explore_view import render_terminal
from matinee.exploration import explore


def printed(tables, width, brief=False):
    out = StringIO()
    render_terminal(explore(tables), Console(file=out, width=width), brief=brief)
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_shows_everything_within_its_width(small, width):
    text = printed(small, width)
    assert max(map(cell_len, text.splitlines())) <= width
    for words in (
        "movies, as published: 4 rows × 3 columns",
        "movies, cleaned: 4 rows × 29 columns",
        "as pandas counts it",
        "1  movies.budget: zero means unknown",
        "2  ratings.csv: set aside, rating off the scale",
        "Drama ",
        "3 known, 1 unknown left out",
        "3 viewers, 5 films (3 with a rating), 5 ratings: 33 % of all pairs",
        "mean 3.25",
    ):
        assert words in text


def test_brief_leaves_the_tables_out(small):
    text = printed(small, 80, brief=True)
    assert "as published" not in text
    assert "most frequent genres" in text


def test_text_of_the_data_is_not_taken_for_markup(small):
    odd = small.published["movies"].with_columns(title=small.movies["title"] + " [red]x[/oops]")
    small.published["movies"] = odd
    assert "[red]x[/oops]" in printed(small, 120)

import re
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from matinee.dataset import Dataset, Histories
from matinee.errors import InputError
from matinee.models.protocols import Scorer
from matinee.page import TASKS, Page, PageMaker, PageRow
from matinee.ranking.layout import ROW_KINDS

DAY = 86_400


def of_viewer(data: Dataset, number: int) -> Histories:
    return data.histories.take(np.array([number]))


@pytest.fixture(scope="module")
def pages(films: Dataset, maker: PageMaker) -> list[tuple[Histories, Page]]:
    """Of 30 viewers, with as many rows as there can be."""
    return [
        (history, maker.page(history, rows=30, cards=6))
        for history in (of_viewer(films, number) for number in range(30) if number != 7)
    ]


def rows_of(pages: list[tuple[Histories, Page]], kind: str) -> list[tuple[Histories, PageRow]]:
    found = [(history, row) for history, page in pages for row in page.rows if row.kind == kind]
    assert found, kind
    return found


def test_every_kind_of_row_that_data_without_events_allows_is_there(
    pages: list[tuple[Histories, Page]],
) -> None:
    kinds = {row.kind for _, page in pages for row in page.rows}
    assert kinds == set(ROW_KINDS) - {"continue_watching", "my_list"}


def test_no_film_appears_twice_outside_the_task_rows(pages: list[tuple[Histories, Page]]) -> None:
    for _, page in pages:
        shown = [c.item_id for row in page.rows if row.kind not in TASKS for c in row.cards]
        assert [film for film, times in Counter(shown).items() if times > 1] == []


def test_nothing_that_was_seen_is_recommended(
    films: Dataset, pages: list[tuple[Histories, Page]]
) -> None:
    for history, page in pages:
        seen = set(films.items.take(history.numbers))
        for row in page.rows:
            shown = {card.item_id for card in row.cards}
            assert (shown <= seen) if row.kind == "watch_again" else not (shown & seen)


def test_rows_have_at_least_four_films_and_at_most_what_was_asked_for(
    pages: list[tuple[Histories, Page]],
) -> None:
    assert {4 <= len(row.cards) <= 6 for _, page in pages for row in page.rows} == {True}


def test_every_card_has_reasons_and_their_contributions_are_its_score(
    films: Dataset, model: Scorer, pages: list[tuple[Histories, Page]]
) -> None:
    for history, page in pages[:8]:
        scores = model.score(history)[0]
        for row in page.rows:
            for card in row.cards:
                assert card.reasons
                number = int(model.items.numbers([card.item_id])[0])
                assert card.score == pytest.approx(float(scores[number]), rel=1e-6)
                parts = [r.contribution for r in card.reasons if r.contribution is not None]
                if row.kind != "watch_again":  # what a film adds to itself is no reason
                    assert sum(parts) == pytest.approx(card.score, rel=1e-4, abs=1e-5)


def test_a_film_shown_because_of_another_owes_it_a_part_of_its_score(
    films: Dataset, model: Scorer, pages: list[tuple[Histories, Page]]
) -> None:
    for history, row in rows_of(pages, "because_you_watched"):
        for card in row.cards:
            first = next(reason for reason in card.reasons if reason.contribution is not None)
            assert first.item_id is not None
            seed = films.items.number(first.item_id)
            assert row.title == f"Because you watched {films.movies['title'][seed]}"
            assert history.strength[history.numbers == seed] > 0
            item = model.items.numbers([card.item_id])[None, :]
            exact = model.contributions(history, item)  # type: ignore[attr-defined]
            entry = films.items.ids.gather(history.numbers).to_list().index(first.item_id)
            assert first.contribution == pytest.approx(float(exact.entries[entry, 0]), rel=1e-4)
            assert first.contribution > 0


def test_a_viewer_has_at_most_three_rows_because_of_films_and_of_different_ones(
    pages: list[tuple[Histories, Page]],
) -> None:
    for _, page in pages:
        titles = [row.title for row in page.rows if row.kind == "because_you_watched"]
        assert len(titles) == len(set(titles)) <= 3


def test_what_is_trending_was_liked_by_as_many_as_the_card_says(
    films: Dataset, pages: list[tuple[Histories, Page]]
) -> None:
    ratings = pl.DataFrame(
        {
            "film": films.items.ids.gather(films.histories.numbers),
            "liked": films.histories.rating >= 4,
            "age": (films.as_of - films.histories.time) / DAY,
        }
    )
    for _, row in rows_of(pages, "trending"):
        for card in row.cards:
            found = re.fullmatch(
                r"liked by (\d+) viewers in the last (\d+) days", card.reasons[0].text
            )
            assert found is not None
            likes, days = map(int, found.groups())
            recent = (pl.col("film") == card.item_id) & pl.col("liked") & (pl.col("age") <= days)
            assert ratings.filter(recent).height == likes >= 3


def test_hidden_gems_are_liked_by_most_of_the_few_who_saw_them(
    films: Dataset, pages: list[tuple[Histories, Page]]
) -> None:
    usual = np.median([(films.histories.numbers == k).sum() for k in films.histories.numbers])
    for _, row in rows_of(pages, "hidden_gems"):
        for card in row.cards:
            own = films.histories.numbers == films.items.number(card.item_id)
            seen, liked = int(own.sum()), int((films.histories.rating[own] >= 4).sum())
            text = f"seen by {seen} viewers, {liked} of them liked it"
            assert card.reasons[0].text == text
            assert liked >= 0.6 * seen
            assert seen < usual


def test_films_to_watch_again_were_liked_half_a_year_ago_or_longer(
    films: Dataset, pages: list[tuple[Histories, Page]]
) -> None:
    for history, row in rows_of(pages, "watch_again"):
        for card in row.cards:
            own = int(np.flatnonzero(history.numbers == films.items.number(card.item_id))[0])
            day = datetime.fromtimestamp(int(history.time[own]), UTC)
            assert card.reasons[0].text == f"rated {history.rating[own]:g} on {day.day} {day:%B %Y}"
            assert history.rating[own] >= 4
            assert history.time[own] < films.as_of - 180 * DAY


def test_new_films_are_the_newest_of_the_catalogue(
    films: Dataset, pages: list[tuple[Histories, Page]]
) -> None:
    newest = min(int(films.movies["year"].max()), datetime.fromtimestamp(films.as_of, UTC).year)  # type: ignore[arg-type]
    for _, row in rows_of(pages, "new"):
        for card in row.cards:
            assert card.year in {newest, newest - 1}
            assert card.reasons[0].text.startswith(f"released in {card.year}")


def test_the_page_of_a_viewer_is_equal_when_it_is_made_again(
    films: Dataset, model: Scorer, maker: PageMaker
) -> None:
    history = of_viewer(films, 3)
    assert maker.page(history) == maker.page(history) == PageMaker.of(model, films).page(history)


def test_one_more_rating_leaves_most_of_the_page_as_it_was(
    films: Dataset, maker: PageMaker
) -> None:
    kept = []
    for number in range(8, 28):
        history = of_viewer(films, number)
        less = history.where(history.time < history.time.max())
        before, after = (
            {c.item_id for row in maker.page(each).rows for c in row.cards}
            for each in (less, history)
        )
        kept.append(len(before & after) / len(before))
    assert np.mean(kept) > 0.75


def test_begun_and_listed_films_make_rows_of_their_own_and_are_not_recommended_beside(
    films: Dataset, maker: PageMaker
) -> None:
    history = of_viewer(films, 2)
    plain = maker.page(history, rows=30)
    unseen = [card.item_id for row in plain.rows[:3] for card in row.cards][:9]
    begun = dict(zip(unseen[:4], (0.2, 0.5, 0.8, 0.35), strict=True))
    page = maker.page(history, begun=begun | {"nowhere": 0.5}, listed=unseen[4:], rows=30)
    first = page.rows[0]
    assert (first.kind, first.title) == ("continue_watching", "Continue watching")
    assert {card.item_id for card in first.cards} == set(begun)
    texts = {card.item_id: card.reasons[0].text for card in first.cards}
    assert texts[unseen[0]] == "20 % watched"
    listed = next(row for row in page.rows if row.kind == "my_list")
    assert {card.item_id for card in listed.cards} == set(unseen[4:])
    others = {c.item_id for row in page.rows if row.kind not in TASKS for c in row.cards}
    assert not others & set(unseen)
    assert "begun films that the catalogue lacks: 1" in page.notes


def test_without_a_liked_film_the_page_is_anybody_s_and_says_so(
    films: Dataset, maker: PageMaker
) -> None:
    page = maker.page(of_viewer(films, 7))
    assert not page.personal
    assert "no liked film is known of this viewer: the page is the same for everybody" in page.notes
    assert page.rows[0].title == "Best loved by everybody"
    assert {row.kind for row in page.rows} >= {"top_picks", "theme", "trending", "new"}
    assert not {row.kind for row in page.rows} & {"because_you_watched", "watch_again"}
    assert all(card.reasons for row in page.rows for card in row.cards)


def test_who_has_seen_everything_is_shown_what_to_watch_again(
    films: Dataset, maker: PageMaker
) -> None:
    count = len(films.items)
    everything = Histories.from_entries(
        films.items,
        np.zeros(count, np.int32),
        np.arange(count, dtype=np.int32),
        1,
        strength=1.0,
        rating=5.0,
        time=films.as_of - 400 * DAY,
        as_of=films.as_of,
    )
    page = maker.page(everything)
    assert [row.kind for row in page.rows] == ["watch_again"]
    assert "every film that can be shown has been seen: nothing is recommended" in page.notes


def test_a_row_without_enough_films_is_left_out_and_named(films: Dataset, model: Scorer) -> None:
    allowed = np.zeros(len(films.items), bool)
    allowed[[films.items.number(f"f{k}") for k in range(30)]] = True  # the most popular ones
    page = PageMaker.of(model, films, allowed).page(of_viewer(films, 3), rows=30)
    assert "hidden_gems" not in {row.kind for row in page.rows}
    assert [note for note in page.notes if note.startswith("no row Hidden gems: ")]
    shown = {c.item_id for row in page.rows if row.kind not in TASKS for c in row.cards}
    assert shown <= {f"f{k}" for k in range(30)}


def test_films_of_which_nothing_is_known_make_a_page_too(
    bare_films: Dataset, bare_maker: PageMaker
) -> None:
    page = bare_maker.page(of_viewer(bare_films, 3))
    kinds = [row.kind for row in page.rows]
    assert "new" not in kinds
    assert {row.title for row in page.rows if row.kind == "theme"} <= {"Acclaimed films"}
    assert {"top_picks", "because_you_watched", "trending", "hidden_gems"} <= set(kinds)
    assert page.rows[0].cards[0].title == page.rows[0].cards[0].item_id


def test_each_kind_has_a_place_before_any_has_many(films: Dataset, maker: PageMaker) -> None:
    whole = {row.kind for row in maker.page(of_viewer(films, 3), rows=30, cards=4).rows}
    short = [row.kind for row in maker.page(of_viewer(films, 3), rows=len(whole), cards=4).rows]
    assert set(short) == whole
    assert short[0] == "top_picks"


@pytest.mark.parametrize("asked", [{"rows": 0}, {"cards": 0}, {"rows": True}, {"cards": 2.5}])
def test_a_page_has_at_least_one_row_and_one_card(
    films: Dataset, maker: PageMaker, asked: dict[str, int]
) -> None:
    with pytest.raises(InputError, match=r"(rows|cards): expected a whole number from 1, got"):
        maker.page(of_viewer(films, 3), **asked)


def test_a_page_is_of_one_viewer_and_of_the_films_it_was_prepared_for(
    films: Dataset, model: Scorer, maker: PageMaker
) -> None:
    with pytest.raises(InputError, match="page: expected the history of one viewer, got 2"):
        maker.page(films.histories.take(np.array([0, 1])))
    with pytest.raises(InputError, match=r"allowed: expected 150 flags, got \(3,\)"):
        PageMaker.of(model, films, np.ones(3, bool))

"""Rules keep films out, and an error says what a catalogue cannot tell."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from matinee.dataset import NO_TIME, Dataset
from matinee.errors import InputError, MissingData, UnknownId
from matinee.ranking import Exclusions, Rules

DAY = 86_400


def with_columns(data: Dataset, **columns: pl.Series) -> Dataset:
    return replace(data, movies=data.movies.with_columns(**columns))


@pytest.fixture
def told(data: Dataset) -> Dataset:
    """Films with languages, statuses and dates; of each some unknown."""
    n = len(data.items)
    return with_columns(
        data,
        language=pl.Series([[None, "en", "fr", "hi"][k % 4] for k in range(n)]),
        status=pl.Series([[None, "Released", "Post Production"][k % 3] for k in range(n)]),
        release_date=pl.Series([date(1970, 1, 1 + k) if k % 2 else None for k in range(n)]),
    )


def test_without_a_wish_only_what_is_not_out_is_kept_out(data: Dataset, told: Dataset) -> None:
    assert Rules().of(data).at(NO_TIME).all()
    status = told.movies["status"].to_list()
    assert Rules().of(told).at(NO_TIME).tolist() == [s in {None, "Released"} for s in status]


def test_a_film_is_out_from_its_date_on(told: Dataset) -> None:
    allowed = replace(Rules().of(told), masks={})
    third = allowed.at(2 * DAY)
    for k, day in enumerate(told.movies["release_date"].to_list()):
        assert third[k] == (day is None or day <= date(1970, 1, 3)), day
    assert allowed.at(-1).tolist() == told.movies["release_date"].is_null().to_list()


def test_each_rule_asks_one_thing_of_every_film(told: Dataset) -> None:
    movies = told.movies
    genres = [set(g) for g in movies["genres"].to_list()]
    ids = movies["item_id"].to_list()
    cases = {
        Rules(languages=["en", "fr"]): [x in {"en", "fr"} for x in movies["language"].to_list()],
        Rules(genres=["Drama"]): ["Drama" in g for g in genres],
        Rules(without_genres=["Drama", "Comedy"]): [not g & {"Drama", "Comedy"} for g in genres],
        Rules(available=ids[:4]): [id_ in ids[:4] for id_ in ids],
        Rules(withdrawn=ids[2:5]): [id_ not in ids[2:5] for id_ in ids],
    }
    for rules, expected in cases.items():
        (mask,) = [m for name, m in rules.of(told).masks.items() if name != "status"]
        assert mask.tolist() == expected, rules


def test_rules_are_all_kept_and_the_strictest_is_named(told: Dataset) -> None:
    both = Rules(languages=["en"], genres=["Drama"]).of(told)
    assert both.at(NO_TIME).tolist() == np.logical_and.reduce([*both.masks.values()]).tolist()
    assert both.strictest(NO_TIME) == ("languages", int((~both.masks["languages"]).sum()))
    assert Rules().of(told).strictest(-1) == ("release date", 15)  # 10 films are not out by status
    nothing = Rules().of(with_columns(told, status=pl.Series([None] * 30, dtype=pl.String)))
    assert nothing.strictest(NO_TIME) is None


def test_a_film_of_unknown_maturity_is_not_for_children(told: Dataset) -> None:
    ages = pl.Series([[None, 0, 6, 18][k % 4] for k in range(len(told.items))])
    mask = Rules(maturity=6).of(with_columns(told, maturity=ages)).masks["maturity"]
    assert mask.tolist() == [k % 4 in {1, 2} for k in range(len(mask))]


def test_a_catalogue_that_cannot_tell_says_so(data: Dataset) -> None:
    with pytest.raises(MissingData, match="maturity: expected a column `maturity`"):
        Rules(maturity=12).of(data)
    with pytest.raises(MissingData, match="languages: expected a catalogue that tells them"):
        Rules(languages=["en"]).of(data)


def test_words_and_ids_that_there_are_not_are_named(data: Dataset) -> None:
    with pytest.raises(InputError, match=r"genres: expected some of 'Comedy', .* got 'Commedy'"):
        Rules(genres=["Commedy", "Drama"]).of(data)
    with pytest.raises(InputError, match="without_genres: expected some of"):
        Rules(without_genres=["Horror"]).of(data)
    with pytest.raises(UnknownId, match="item ids: expected films of the catalogue, got 'm1'"):
        Rules(withdrawn=["m10", "m1"]).of(data)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"languages": "en"}, "languages: expected a list of texts, got 'en'"),
        ({"genres": [3]}, r"genres: expected a list of texts, got \[3\]"),
        ({"available": [""]}, "available: expected a list of texts"),
        ({"maturity": "PG"}, "maturity: expected an age in years, got 'PG'"),
        ({"maturity": True}, "maturity: expected an age in years, got True"),
    ],
)
def test_a_rule_of_the_wrong_kind_is_refused(bad: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Rules(**bad)  # type: ignore[arg-type]


def test_what_viewers_do_not_want_is_kept_from_them_alone(data: Dataset) -> None:
    users, films = data.users.ids, data.items.ids
    events = pl.DataFrame(
        {
            "user_id": [users[2], users[2], users[5], "nobody", users[5], users[6]],
            "item_id": [films[3], films[3], films[7], films[1], "no film", films[4]],
            "kind": ["not_interested", "seen_elsewhere", "seen_elsewhere", "skip", "skip", "like"],
        }
    )
    rows = np.array([5, 2, 6])
    pattern = Exclusions.of_events(events).pattern(data.histories.take(rows)).toarray()
    assert np.argwhere(pattern > 0).tolist() == [[0, 7], [1, 3]]
    assert Exclusions().pattern(data.histories).nnz == 0


def test_exclusions_need_user_ids_and_pairs(data: Dataset) -> None:
    said = Exclusions(pl.Series(["u5"]), pl.Series(["m10"]))
    with pytest.raises(InputError, match="expected histories with user ids"):
        said.pattern(replace(data.histories, user_ids=None))
    with pytest.raises(InputError, match="expected a film for each viewer, got 1 viewers and 0"):
        Exclusions(pl.Series(["u5"]), pl.Series([], dtype=pl.String))
    with pytest.raises(InputError, match=r"events: expected columns \['kind'\]"):
        Exclusions.of_events(pl.DataFrame({"user_id": ["u5"], "item_id": ["m10"]}))

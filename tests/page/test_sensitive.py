"""What films are about never becomes what is said of a viewer, where it is sensitive."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.page.conftest import dataset
from tests.ranking.policies import fitted_policy

from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.explanation import Explainer
from matinee.explanation.ranked import PolicyExplainer
from matinee.features import sensitive
from matinee.features.sensitive import SENSITIVE
from matinee.models import RECIPES
from matinee.models.widening import widened
from matinee.page import PageMaker
from matinee.page.facets import facets
from matinee.page.taste import taste
from matinee.ranking import Policy
from matinee.ranking.glass_box import GlassBox
from matinee.ranking.layout import Layout
from matinee.ranking.policy import policy_from_toml, policy_to_toml

# Written down apart from the list that is tested: a keyword or genre of each matter.
KEYWORDS = (
    *("hiv", "breast cancer", "mental illness", "depression", "drug addiction", "suicide attempt"),
    *("islam", "catholic church", "jewish family", "religious cult", "buddhist monk", "faith"),
    *("gay relationship", "lesbian", "Same-Sex Marriage", "transgender", "lgbt", "nudity"),
    *("african american", "racism", "immigrant", "native american", "holocaust", "gypsy"),
    *("politics", "communism", "feminist", "trade union", "election campaign", "abortion"),
)
GENRES = ("Gay & Lesbian", "Faith", "Politics")
SPOKEN = (
    *("hiv", "cancer", "mental", "depress", "addict", "suicide", "islam", "catholic", "jewish"),
    *("religio", "buddh", "faith", "gay", "lesbian", "same-sex", "same sex", "transgender", "lgbt"),
    *("nudity", "african", "racis", "immigrant", "native", "holocaust", "gypsy", "politic"),
    *("communis", "feminis", "union", "election", "abortion"),
)


@pytest.fixture(scope="module")
def world() -> Dataset:
    """The films of these tests, each about two sensitive matters beside a robot or a wedding."""
    data = dataset()
    count, k = len(data.items), pl.int_range(pl.len())
    about = [[KEYWORDS[n % 30], KEYWORDS[n // 5 % 30], KEYWORDS[n % 3]] for n in range(count)]
    words = pl.Series([[*a, ("robot", "wedding")[n % 2]] for n, a in enumerate(about)])
    genres = pl.Series([GENRES[n % 3] for n in range(count)])
    movies = data.movies.with_columns(
        keywords=words,
        genres=pl.concat_list("genres", genres.alias("more")),
        overview=words.list.join(" and "),
        year=pl.when(k < 140).then("year"),
    )
    return replace(data, movies=movies)


def said(text: str) -> list[str]:
    return [word for word in SPOKEN if word in text.lower()]


def texts(maker: PageMaker, data: Dataset, rows: range) -> Iterator[str]:
    """Titles of rows and all that cards say, of some viewers."""
    for row in rows:
        page = maker.page(data.histories.slice(row, row + 1), rows=40, cards=8)
        for shelf in page.rows:
            yield shelf.title
            yield from (each.text for card in shelf.cards for each in card.reasons)


@pytest.mark.parametrize("model", ["linear:ridge=20", "soup", "tfidf", "content_map"])
def test_no_row_and_no_reason_names_a_sensitive_matter(world: Dataset, model: str) -> None:
    name, _, settings = model.partition(":")
    recipe = RECIPES[name](**({"ridge": 20.0} if settings else {}))
    scorer = recipe.fit(world, np.random.default_rng(0))
    maker = PageMaker.of(scorer, world)
    found = list(texts(maker, world, range(12)))
    assert len(found) > 500
    assert [text for text in found if said(text)] == []
    assert any("robot" in text.lower() for text in found), "what is not sensitive is said"


def test_films_judged_by_what_is_known_of_them_are_explained_without_it(world: Dataset) -> None:
    known = replace(world, items=world.items)
    scorer = RECIPES["ease"]().fit(known, np.random.default_rng(0))
    wide = widened(scorer, known)
    explainer = Explainer.of(wide, known)
    if explainer.features is None:  # every film was seen: ask the portrait of the content itself
        explainer = Explainer.of(RECIPES["soup"]().fit(known, np.random.default_rng(0)), known)
    shared = [name for left in range(40) for name in explainer.shared(left, left + 30)]
    assert shared
    assert [name for name in shared if said(name)] == []


def test_no_theme_or_facet_is_of_a_sensitive_matter(world: Dataset) -> None:
    maker = PageMaker.of(RECIPES["popularity"]().fit(world, np.random.default_rng(0)), world)
    names = [theme.name for theme in maker.themes]
    evidence = [theme.evidence(int(film)) for theme in maker.themes for film in theme.films]
    assert len(names) > 20
    assert [text for text in (*names, *evidence) if said(text)] == []


def test_the_taste_of_a_viewer_has_no_sensitive_genre(world: Dataset) -> None:
    maker = PageMaker.of(RECIPES["popularity"]().fit(world, np.random.default_rng(0)), world)
    history = world.histories.slice(3, 4).on(maker.items)
    found = taste(maker, world.movies, history, history)
    names = {belief.name for belief in found.genres}
    assert names
    assert names.isdisjoint(GENRES)


def test_a_ranker_s_features_are_told_without_it(world: Dataset) -> None:
    fitted = fitted_policy(world, GlassBox(rounds=30, bags=1, interactions=0))
    explainer = PolicyExplainer.of(fitted, world)
    history = world.histories.slice(2, 3)
    allowed = np.ones(len(world.items), bool)
    reasons = explainer.reasons(history, fitted.slate(history, 20, allowed), most=1_000)
    found = [reason.text for film in reasons for reason in film]
    assert any(text.startswith("genre: ") for text in found)
    assert [text for text in found if said(text)] == []


def test_a_policy_adds_words_and_takes_none_away(world: Dataset) -> None:
    layout = Layout(unsaid=["robot*", "Horror"])
    before = [facet for facet in facets(world) if facet.before == "robot" or facet.noun == "horror"]
    assert len(before) == 2
    left = facets(world, layout.unsaid)
    assert len(left) == len(facets(world)) - 2
    scorer = RECIPES["soup"]().fit(world, np.random.default_rng(0))
    maker = PageMaker.of(scorer, world, layout=layout)
    found = list(texts(maker, world, range(4)))
    assert [text for text in found if "robot" in text.lower() or "horror" in text.lower()] == []
    assert [text for text in found if said(text)] == []


def test_the_words_of_a_policy_are_in_its_file() -> None:
    policy = policy_from_toml('[page]\nunsaid = ["weapon*", "cult"]', "careful")
    assert policy.page.unsaid == ("weapon*", "cult")
    assert policy_from_toml(policy_to_toml(policy), "careful") == policy
    assert Policy("plain").page.unsaid == ()
    for wrong in ('"cult"', "[3]", '["*"]', '[""]'):
        with pytest.raises(InputError, match=r"policy careful: \[page\] unsaid: expected"):
            policy_from_toml(f"[page]\nunsaid = {wrong}", "careful")


@pytest.mark.parametrize("keyword", [*KEYWORDS, *GENRES])
def test_every_matter_is_known(keyword: str) -> None:
    assert sensitive(keyword)
    assert sensitive(f"keyword: {keyword.upper()}")


@pytest.mark.parametrize(
    "keyword",
    [
        *("robot", "space opera", "christmas", "monkey", "car race", "based on young adult novel"),
        *(
            "winston churchill",
            "illusionist",
            "paris",
            "goddess",
            "female friendship",
            "genre: War",
        ),
        *("essex", "aidsman", "sextet", "transatlantic", "unionist", "virginia", "sadness"),
    ],
)
def test_words_that_only_look_alike_are_said(keyword: str) -> None:
    assert not sensitive(keyword)


def test_the_list_covers_the_special_categories() -> None:
    assert {"health", "religion and belief", "sex and sexuality"} <= SENSITIVE.keys()
    assert {"ethnicity and origin", "politics and unions"} <= SENSITIVE.keys()

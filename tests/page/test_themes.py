import numpy as np

from matinee.dataset import Dataset
from matinee.page import PageMaker
from matinee.page.facets import facets
from matinee.page.themes import themes
from matinee.page.words import MOODS, UNSAID

# What the words of a name mean, written down apart from the code that makes names.
NOUNS = {
    "drama": "Drama",
    "comed": "Comedy",
    "horror": "Horror",
    "science fiction": "Science Fiction",
    "roman": "Romance",
}
KEYWORDS = {"dystopia": "dystopia", "robot": "robot", "wedding": "wedding", "ghost": "ghost"}


def test_what_a_theme_is_called_is_true_of_every_film_of_it(
    films: Dataset, maker: PageMaker
) -> None:
    movies = films.movies.to_dicts()
    checked = 0
    for theme in maker.themes:
        name = theme.name.lower()
        for film in (movies[number] for number in theme.films.tolist()):
            for word, genre in NOUNS.items():
                if word in name:
                    assert genre in film["genres"], (theme.name, film)
                    checked += 1
            for word, keyword in KEYWORDS.items():
                if word in name:
                    assert keyword in film["keywords"], (theme.name, film)
                    checked += 1
            if " of the " in name:
                decade = int(name.split(" of the ")[1][:4])
                assert decade <= film["year"] < decade + 10
                checked += 1
            for mood, signs in MOODS.items():
                if name.startswith(mood):
                    assert signs & set(film["keywords"])
                    checked += 1
    assert checked > 500


def test_every_genre_with_enough_films_is_a_theme(maker: PageMaker) -> None:
    names = {theme.name for theme in maker.themes}
    assert {"Dramas", "Comedies", "Horror", "Science fiction", "Romances"} <= names


def test_names_are_different_and_never_of_bodies_or_of_the_reel(maker: PageMaker) -> None:
    names = [theme.name.lower() for theme in maker.themes]
    assert len(names) == len(set(names)) > 15
    assert not [name for name in names if "nudity" in name or "stinger" in name]
    assert {"nudity", "duringcreditsstinger"} <= UNSAID


def test_a_theme_s_evidence_is_of_the_film(films: Dataset, maker: PageMaker) -> None:
    for theme in maker.themes:
        for number in theme.films[:3].tolist():
            film = films.movies.row(number, named=True)
            known = {g.lower() for g in film["genres"]} | set(film["keywords"])
            known |= {str(film["year"]), *(f"directed by {name}" for name in film["directors"])}
            for part in theme.evidence(number).split(", "):
                assert part in known or part.startswith("rated ")


def test_of_two_themes_with_almost_the_same_films_one_is_kept(maker: PageMaker) -> None:
    sets = [
        set(theme.films.tolist())
        for theme in maker.themes
        if len(theme.facets) > 1 or theme.facets[0].kind != "genre"
    ]
    for k, one in enumerate(sets):
        for other in sets[:k]:
            assert len(one & other) <= 0.6 * len(one | other)


def test_themes_on_which_viewers_agree_come_before_those_they_do_not(films: Dataset) -> None:
    """Two keywords on as many films: those of one are liked by the same viewers."""
    data = films
    taste = np.zeros((len(data.items), 4), np.float32)
    found = {facet.before: facet for facet in facets(data) if facet.kind == "keyword"}
    robots = found["robot"].films
    rng = np.random.default_rng(1)
    taste[:] = rng.standard_normal(taste.shape)
    taste[robots] = [1, 0, 0, 0]
    taste /= np.linalg.norm(taste, axis=1, keepdims=True)
    order = [theme.name for theme in themes(facets(data), taste, len(data.items))]
    assert "robot" in order[0].lower()
    assert order.index("Robot films") < order.index("Wedding films")


def test_a_catalogue_of_which_nothing_is_known_has_no_theme_but_acclaim(
    bare_films: Dataset, bare_maker: PageMaker
) -> None:
    assert {facet.kind for facet in facets(bare_films)} <= {"acclaim"}
    assert {theme.name for theme in bare_maker.themes} <= {"Acclaimed films"}
    assert themes([], None, 150) == []

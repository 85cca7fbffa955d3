"""Who the viewers are: circles of shared taste with their rules, stars and years."""

from dataclasses import dataclass

import numpy as np

from matinee.simulation.catalogue import MOODS, Films

CIRCLES = 12
RULES = 14  # of a circle: "horror, but only if old"
STARS = 10  # people that a circle adores

# What counts how much in the appeal of a film, in units in which about +-1 is usual.
QUALITY = 0.5
LOVED = (1.1, 0.8, 0.6)  # genres of a circle
HATED = (-1.1, -0.9)
GENRE = 1.8
RULE = 3.0
YEARS = 2.2
ADOPT = 0.7  # of its rules and stars a member takes over
FANDOM = 2.0
OWN_GENRES = 0.2  # standard deviation
OWN_FILMS = 0.15  # standard deviation: what no rule explains
HOME = 0.7  # the least share of the home circle
MOVE = 0.25  # the most of a viewer's membership that changes


@dataclass(frozen=True, slots=True, eq=False)
class Circles:
    """Groups of people who share a taste; every viewer belongs to one to three of them."""

    genres: np.ndarray  # (circles, genres) taste
    rules: np.ndarray  # (circles, rules, items) bool: where the rule applies
    weights: np.ndarray  # (circles, rules)
    stars: np.ndarray  # (circles, stars) people numbers
    year: np.ndarray  # (circles,) the centre of the years they like
    width: np.ndarray  # (circles,) years
    moods: np.ndarray  # (circles, moods) shares
    sizes: np.ndarray  # (circles,) shares


@dataclass(frozen=True, slots=True, eq=False)
class Tastes:
    """A block of viewers, one row each."""

    early: np.ndarray  # (viewers, items) appeal before the viewer changes
    late: np.ndarray  # (viewers, items) appeal after
    turn: np.ndarray  # (viewers,) share of the two years when half of the change is done
    moods: np.ndarray  # (viewers, moods) how often in which mood, rows sum to 1
    moodiness: np.ndarray  # (viewers,) how much the mood of the evening counts
    offset: np.ndarray  # (viewers,) stars more or less than others give
    spread: np.ndarray  # (viewers,) stars for one unit of enjoyment


def draw_circles(films: Films, rng: np.random.Generator) -> Circles:
    """Every circle loves three genres, cannot stand two, and has its own rules and stars."""
    genres = 0.35 * rng.standard_normal((CIRCLES, len(films.genres)))
    by_size = films.genres.sum(axis=1) ** 0.5
    for circle in range(CIRCLES):
        picked = weighted(by_size, 5, rng)
        genres[circle, picked] += [*LOVED, *HATED]
    conditions = _conditions(films)
    rules = np.zeros((CIRCLES, RULES, len(films.items)), bool)
    for circle in range(CIRCLES):
        for rule in range(RULES):
            rules[circle, rule] = _conjunction(conditions, rng)
    signs = np.where(rng.random((CIRCLES, RULES)) < 0.7, 1.0, -1.0)
    fame = films.people.sum(axis=1) - 1.0
    moods = rng.random((CIRCLES, len(MOODS))) ** 4
    return Circles(
        genres,
        rules,
        signs * (0.7 + 0.6 * rng.random((CIRCLES, RULES))),
        np.stack([weighted(fame, STARS, rng) for _ in range(CIRCLES)]),
        np.quantile(films.year, 0.15 + 0.8 * rng.random(CIRCLES)),
        12 + 25 * rng.random(CIRCLES),
        moods / moods.sum(axis=1, keepdims=True),
        shares(0.4 + rng.random(CIRCLES)),
    )


def draw_tastes(
    viewers: int, films: Films, circles: Circles, quality: np.ndarray, rng: np.random.Generator
) -> Tastes:
    """A block of viewers: mixtures of circles, and what is theirs alone."""
    member = _memberships(viewers, circles, rng)
    later = _memberships(viewers, circles, rng)
    moved = MOVE * rng.random((viewers, 1))
    own = _Own.draw(viewers, films, circles, rng)
    moods = member @ circles.moods
    return Tastes(
        _appeal(member, own, films, circles, quality),
        _appeal((1 - moved) * member + moved * later, own, films, circles, quality),
        rng.random(viewers),
        moods / moods.sum(axis=1, keepdims=True),
        0.4 + 0.6 * rng.random(viewers),
        0.35 * rng.standard_normal(viewers),
        0.63 + 0.35 * rng.random(viewers),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Own:
    """What a viewer makes of the circles, and shares with nobody."""

    rules: np.ndarray  # (viewers, circles, rules) bool: taken over, if a member
    fan: np.ndarray  # (viewers, circles, stars) bool: adored too, if a member
    genres: np.ndarray  # (viewers, genres)
    stars: np.ndarray  # (viewers, 3) people numbers
    year: np.ndarray  # (viewers,) years later or earlier than the circle
    old: np.ndarray  # (viewers,) films before this year have to be good
    films: np.ndarray  # (viewers, items) what no rule explains

    @classmethod
    def draw(cls, viewers: int, films: Films, circles: Circles, rng: np.random.Generator) -> "_Own":
        fame = np.cumsum(shares(films.people.sum(axis=1) - 1.0))
        return cls(
            rng.random((viewers, *circles.weights.shape)) < ADOPT,
            rng.random((viewers, *circles.stars.shape)) < ADOPT,
            OWN_GENRES * rng.standard_normal((viewers, len(films.genres))),
            np.minimum(np.searchsorted(fame, rng.random((viewers, 3))), len(fame) - 1),
            8 * rng.standard_normal(viewers),
            1935 + 50 * rng.random(viewers),
            OWN_FILMS * rng.standard_normal((viewers, len(films.items))),
        )


def _appeal(
    member: np.ndarray, own: _Own, films: Films, circles: Circles, quality: np.ndarray
) -> np.ndarray:
    """(viewers, items): how much a film appeals, before mood and the taste of the time."""
    genre = _genre_appeal(member @ circles.genres + own.genres, films)
    rules = np.zeros((len(member), len(films.items)))
    fans = np.zeros(rules.shape)
    for circle in range(CIRCLES):
        belongs = np.flatnonzero(member[:, circle] > 0)
        share = np.sqrt(member[belongs, circle, None])
        rules[belongs] += share * (
            (own.rules[belongs, circle] * circles.weights[circle]) @ circles.rules[circle]
        )
        adored = own.fan[belongs, circle] @ films.people[circles.stars[circle]] > 0
        fans[belongs] = np.maximum(fans[belongs], share * adored)
    for star in range(own.stars.shape[1]):
        fans = np.maximum(fans, 0.8 * films.people[own.stars[:, star]])
    centre = member @ circles.year + own.year
    away = (films.year - centre[:, None]) / (member @ circles.width)[:, None]
    dated = (films.year < own.old[:, None]) & (quality < 0.8)
    return np.asarray(
        QUALITY * quality
        + GENRE * genre
        # A second reason adds less than the first, a third next to nothing.
        + RULE * np.tanh(rules)
        # Fandom does not save a film of a kind that the viewer cannot stand.
        + FANDOM * np.where(genre > -0.6, 1.0, 0.2) * fans
        - YEARS * np.minimum(1.0, 0.35 * away**2)
        - 0.9 * dated
        + own.films
    )


def _genre_appeal(taste: np.ndarray, films: Films) -> np.ndarray:
    """Mostly a film's best genre, partly its worst; one that the viewer hates is a veto."""
    best = np.full((len(taste), len(films.items)), -np.inf)
    worst = np.full(best.shape, np.inf)
    for genre, has in enumerate(films.genres):
        one = taste[:, genre, None]
        best[:, has] = np.maximum(best[:, has], one)
        worst[:, has] = np.minimum(worst[:, has], one)
    return np.asarray(0.65 * best + 0.35 * worst - 0.8 * (worst < -0.9))


def _memberships(viewers: int, circles: Circles, rng: np.random.Generator) -> np.ndarray:
    """(viewers, circles): a home circle of .7 to 1, the rest in up to two others."""
    bounds = np.cumsum(circles.sizes)
    picked = np.minimum(np.searchsorted(bounds, rng.random((viewers, 3))), CIRCLES - 1)
    home = HOME + (1 - HOME) * rng.random(viewers)
    second = (1 - home) * rng.random(viewers)
    member = np.zeros((viewers, CIRCLES))
    rows = np.arange(viewers)
    for column, weight in enumerate((home, second, 1 - home - second)):
        member[rows, picked[:, column]] += weight
    return member


def _conditions(films: Films) -> list[np.ndarray]:
    """What a rule may ask: a genre, a mood, a keyword, an age, a language, a length."""
    return [
        *films.genres,
        *films.genres,
        *films.moods,
        *films.keywords,
        *((films.year >= decade) & (films.year < decade + 20) for decade in range(1940, 2020, 10)),
        films.foreign,
        films.runtime < 95,
        films.runtime > 140,
    ]


def _conjunction(conditions: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Two conditions, the second negated in a third of the rules, that 12 to 120 films meet."""
    while True:
        first, second = (conditions[int(k)] for k in rng.integers(0, len(conditions), 2))
        both = first & (~second if rng.random() < 1 / 3 else second)
        if 12 <= both.sum() <= 120:
            return np.asarray(both)


def weighted(weights: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` distinct positions, drawn in proportion to their weights."""
    draw = rng.random(len(weights))
    with np.errstate(divide="ignore"):
        order: np.ndarray = np.argsort(-np.log(draw) / weights, kind="stable")
    first: np.ndarray = order[:n]
    return first


def shares(weights: np.ndarray) -> np.ndarray:
    """The weights over their sum."""
    return np.asarray(weights / weights.sum())

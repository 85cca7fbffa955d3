"""The world: what every viewer would enjoy, and when."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from matinee.errors import InputError
from matinee.simulation.catalogue import Films, films
from matinee.simulation.tastes import Circles, Tastes, draw_circles, draw_tastes

BLOCK = 250  # viewers that are drawn together: viewer n is the same in a world of any size
START = 1_704_067_200  # 2024-01-01 00:00:00 UTC
DAYS = 731  # to 2025-12-31
DAY = 86_400
FAME = 0.6  # standard deviation of the log of how easily films are noticed


@dataclass(frozen=True, slots=True)
class World:
    """A simulated world of viewers over the built-in catalogue; equal seeds are equal worlds.

    `drift` and `fatigue` scale the change of tastes and the tiredness of a genre: 0 is without.
    """

    seed: int = 0
    viewers: int = 2_000
    drift: float = 1.0
    fatigue: float = 1.0

    def __post_init__(self) -> None:
        if self.viewers < 1 or self.seed < 0:
            raise InputError(
                f"world: expected a seed >= 0 and viewers >= 1, got {self.seed} and {self.viewers}"
            )

    def enjoyment(self, user_numbers: np.ndarray, time: np.ndarray | int) -> np.ndarray:
        """True expected enjoyment of every film at `time` (UTC seconds), (rows, items) float64.

        Between -2.5 and 2.5; the mean over the moods in which the viewer may sit down, before
        anything seen that week tires them. Items in the order of `catalogue.films().items`.
        """
        user_numbers = np.asarray(user_numbers, np.int64)
        if len(user_numbers) and not 0 <= user_numbers.min() <= user_numbers.max() < self.viewers:
            raise InputError(
                f"world: expected viewers 0 to {self.viewers - 1}, got {user_numbers.min()} to "
                f"{user_numbers.max()}"
            )
        days = (np.broadcast_to(np.asarray(time, np.int64), user_numbers.shape) - START) / DAY
        common = self.common()
        expected = np.zeros((len(user_numbers), len(common.films.items)))
        for block in np.unique(user_numbers // BLOCK):
            rows = np.flatnonzero(user_numbers // BLOCK == block)
            tastes = self.tastes(int(block))
            own = user_numbers[rows] % BLOCK
            appeal = self.appeal(tastes, own, days[rows], common)
            for mood, fits in enumerate(common.films.moods):
                lifted = saturated(appeal + self.lift(tastes, own, fits))
                expected[rows] += tastes.moods[own, mood, None] * lifted
        return expected

    def appeal(
        self, tastes: Tastes, own: np.ndarray, days: np.ndarray, common: "Common"
    ) -> np.ndarray:
        """(rows, items) of viewers `own` of a block on these days, before mood and saturation."""
        change = self.drift / (1 + np.exp(-(days - DAYS * tastes.turn[own]) / 60))
        early, late = tastes.early[own], tastes.late[own]
        return np.asarray(
            early + change[:, None] * (late - early) + self.drift * common.waves(days)
        )

    def lift(self, tastes: Tastes, own: np.ndarray, fits: np.ndarray) -> np.ndarray:
        """(rows, items): what the mood adds to films that fit it (`fits`, bool) or takes off."""
        return np.asarray(tastes.moodiness[own, None] * (fits - 0.25))

    def common(self) -> "Common":
        """What all viewers share: the films' quality and fame, the circles, the waves."""
        return _common(self.seed)

    def tastes(self, block: int) -> Tastes:
        """Viewers BLOCK * block and after; the last block is drawn whole too."""
        common = self.common()
        rng = np.random.default_rng([self.seed, 1, block])
        return draw_tastes(BLOCK, common.films, common.circles, common.quality, rng)


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """What is the same for every viewer."""

    films: Films
    quality: np.ndarray  # (items,) standard normal
    fame: np.ndarray  # (items,) log of how easily a film comes to mind
    fad: np.ndarray  # (items,) the day on which a film is talked about; some never
    circles: Circles
    height: np.ndarray  # (genres,) of the genre's wave
    period: np.ndarray  # (genres,) days
    phase: np.ndarray  # (genres,)

    @classmethod
    def draw(cls, films: Films, rng: np.random.Generator) -> "Common":
        """Every number of the world but the viewers."""
        n, genres = len(films.items), len(films.genres)
        quality = rng.standard_normal(n)
        recent = (films.year - 1920) / 100
        return cls(
            films,
            quality,
            FAME * rng.standard_normal(n) + 0.25 * quality + 0.8 * recent,
            np.where(rng.random(n) < 0.3, DAYS * rng.random(n), -1e6),
            draw_circles(films, rng),
            0.5 * rng.random(genres),
            200 + 400 * rng.random(genres),
            2 * np.pi * rng.random(genres),
        )

    def waves(self, days: np.ndarray) -> np.ndarray:
        """(rows, items): genres come into fashion and go; a film has the mean of its genres."""
        wave = self.height * np.sin(2 * np.pi * days[:, None] / self.period + self.phase)
        return np.asarray(wave @ (self.films.genres / self.films.genres.sum(axis=0)))

    def noticed(self, days: np.ndarray) -> np.ndarray:
        """(rows, items): fame, and the month in which a film is talked about."""
        return np.asarray(self.fame + 1.2 * np.exp(-(((days[:, None] - self.fad) / 25) ** 2)))


@lru_cache(maxsize=4)
def _common(seed: int) -> Common:
    return Common.draw(films(), np.random.default_rng([seed, 0]))


def saturated(appeal: np.ndarray) -> np.ndarray:
    """Enjoyment grows ever more slowly with appeal, (-2.5, 2.5)."""
    return np.asarray(2.5 * np.tanh(appeal / 2.5))

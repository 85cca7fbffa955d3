"""The page of an evening, and what of it is noticed."""

import numpy as np

from matinee.simulation.catalogue import Films
from matinee.simulation.log import ROWS, SLOTS

SEEN_AGAIN = -3.0  # films already seen are rarely shown
ATTENTION = 1.6  # log-odds that the first place is looked at
BELOW = 0.35  # of log-odds, lost with each row further down
RIGHT = 0.35  # the same with each slot further to the right
FAMOUS = 0.4  # of log-odds, for each unit of fame


def page(
    notice: np.ndarray, seen: np.ndarray, habits: np.ndarray, films: Films, rng: np.random.Generator
) -> np.ndarray:
    """Item numbers (rows, ROWS * SLOTS): what is popular, three genres of the viewer, a lucky dip.

    Films are drawn without replacement in proportion to exp(`notice`); fame does not count in the
    lucky dip. `habits` (rows, genres) is how much each viewer likes a genre.
    """
    draw = notice + gumbel(notice.shape, rng) + SEEN_AGAIN * seen
    wish = habits + 0.25 * gumbel(habits.shape, rng)
    themes = np.argsort(-wish, axis=1, kind="stable")[:, : ROWS - 2]
    everything = np.ones((1, notice.shape[1]), bool)
    masks = [everything, *(films.genres[theme] for theme in themes.T), everything]
    shown = np.empty((len(notice), ROWS * SLOTS), np.int64)
    for row, mask in enumerate(masks):
        # A genre that runs out is filled up with others. No two scores are equal, so that the six
        # best are the same on every machine.
        scores = (draw if row < ROWS - 1 else draw - notice) - 1e4 * ~mask
        top = np.argpartition(-scores, SLOTS, axis=1)[:, :SLOTS]
        order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable")
        top = np.take_along_axis(top, order, axis=1)
        shown[:, row * SLOTS : (row + 1) * SLOTS] = top
        np.put_along_axis(draw, top, -1e7, axis=1)
    return shown


def attention(famous: np.ndarray) -> np.ndarray:
    """Chance that each place is looked at (rows, ROWS * SLOTS), where films so famous stand."""
    row, slot = np.divmod(np.arange(ROWS * SLOTS), SLOTS)
    odds = ATTENTION - BELOW * row - RIGHT * slot + FAMOUS * (famous - 0.8)
    return np.asarray(1 / (1 + np.exp(-odds)))


def gumbel(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Standard Gumbel noise: the largest of weights + noise is a draw in proportion to exp."""
    return np.asarray(-np.log(-np.log(rng.random(shape))))

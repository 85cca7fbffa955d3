"""Slopes within viewers and between them are those of least squares, and are told apart."""

import numpy as np
import pytest

from matinee.evaluation.growth import between, within


def world(own: float, among: float, seed: int = 0, viewers: int = 80):
    """y rises by `own` with each unit of x of one viewer, by `among` from viewer to viewer."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 9, viewers)
    viewer = np.repeat(3 * np.arange(viewers) + 1, lengths)
    usual = rng.normal(0, 2, viewers)
    x = np.repeat(usual, lengths) + rng.normal(0, 1, len(viewer))
    noise = rng.normal(0, 0.3, len(viewer)) + np.repeat(rng.normal(0, 0.2, viewers), lengths)
    y = own * (x - np.repeat(usual, lengths)) + among * np.repeat(usual, lengths) + noise
    return x, y, viewer


def test_within_is_least_squares_with_a_level_for_each_viewer():
    x, y, viewer = world(0.3, -0.5)
    levels = (viewer[:, None] == np.unique(viewer)[None, :]).astype(float)
    solved = np.linalg.lstsq(np.column_stack([x, levels]), y, rcond=None)[0]
    found = within(x, y, viewer)
    assert found.slope == pytest.approx(solved[0], rel=1e-9)
    assert found.viewers == int((np.bincount(viewer) > 1).sum())


def test_between_is_least_squares_over_means():
    x, y, viewer = world(0.3, -0.5)
    means = [(x[viewer == v].mean(), y[viewer == v].mean()) for v in np.unique(viewer)]
    slope, _ = np.polyfit(*np.array(means).T, 1)
    assert between(x, y, viewer).slope == pytest.approx(slope, rel=1e-9)


def test_learning_is_not_mistaken_for_who_watches_much_nor_the_reverse():
    found = [(within(*world(0.3, -0.5)), between(*world(0.3, -0.5)))]
    for own, among in found:
        assert own.slope > 0 > among.slope
        assert own.p < 0.001
        assert among.p < 0.001
        assert own.low < 0.3 < own.high


def test_intervals_cover_what_they_claim():
    """Of 300 worlds without growth about 5 % are called growing: 95 % +- 3 binomial errors."""
    p = np.array([within(*world(0.0, 0.7, seed)).p for seed in range(300)])
    called = (p < 0.05).mean()
    assert 0.05 - 3 * np.sqrt(0.05 * 0.95 / 300) <= called <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


def test_what_is_not_defined_is_left_out_and_too_little_has_no_slope():
    x, y, viewer = world(0.3, -0.5)
    holed = y.copy()
    holed[::3] = np.nan
    kept = ~np.isnan(holed)
    assert within(x, holed, viewer) == within(x[kept], y[kept], viewer[kept])
    assert np.isnan(within(x[:0], y[:0], viewer[:0]).slope)
    assert np.isnan(within(np.ones(3), np.arange(3.0), np.zeros(3)).slope)
    alone = within(np.arange(3.0), 2 * np.arange(3.0), np.zeros(3))
    assert alone.slope == pytest.approx(2)
    assert np.isnan(alone.p)

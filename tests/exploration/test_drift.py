"""Drift is said only where it is larger than chance."""

import numpy as np
import pytest

from matinee.exploration.drift import ACT, LEAST, counted, stability, tenths


def test_the_index_is_that_of_its_definition():
    then, recent = np.array([500.0, 300, 200]), np.array([300.0, 300, 400])
    p, q = then / 1000, recent / 1000
    assert stability(then, recent).index == pytest.approx(sum((q - p) * np.log(q / p)))


def test_the_same_world_is_fine_however_often_it_is_looked_at():
    rng = np.random.default_rng(4)
    shares = np.array([0.5, 0.2, 0.1, 0.1, 0.05, 0.05])
    states = [
        stability(rng.multinomial(300, shares), rng.multinomial(300, shares)).state
        for _ in range(300)
    ]
    assert states.count("fine") >= 295


def test_another_world_is_to_be_acted_on_and_too_few_events_say_nothing():
    then, recent = np.array([250, 50]), np.array([100, 200])
    found = stability(then, recent)
    assert (found.state, found.index >= ACT) == ("act", True)
    assert stability(then, recent // 2).state == "unknown"
    assert stability(np.array([LEAST]), np.array([LEAST])).state == "unknown"


def test_values_are_counted_between_the_tenths():
    rng = np.random.default_rng(1)
    values = rng.normal(size=1000)
    found = counted(values, tenths(values))
    assert found.sum() == 1000
    assert found.max() - found.min() <= 2
    assert len(tenths(np.zeros(50))) == 1

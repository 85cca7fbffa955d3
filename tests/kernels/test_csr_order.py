"""Entries are seen to be in row-major form exactly where they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.kernels.csr_order import (
    csr_order,
    csr_order_reference,
    in_order,
    in_order_reference,
)

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12)


def columns(entries: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(entries, np.int64).reshape(-1, 2)
    return table[:, 0].copy(), table[:, 1].copy()


@settings(deadline=None)
@given(pairs)
def test_in_order_equals_its_reference_and_comparing_neighbours(
    entries: list[tuple[int, int]],
) -> None:
    for given_entries in (entries, sorted(entries), sorted(set(entries))):
        rows, numbers = columns(given_entries)
        expected = given_entries == sorted(set(given_entries))
        assert in_order(rows, numbers) == expected
        assert in_order_reference(rows, numbers) == expected


@settings(deadline=None)
@given(pairs)
def test_csr_order_equals_its_reference(entries: list[tuple[int, int]]) -> None:
    rows, numbers = columns(entries)
    found, expected = (f(rows, numbers, 7, 6) for f in (csr_order, csr_order_reference))
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@pytest.mark.parametrize("dtype", [np.int32, np.uint32])
def test_in_order_takes_the_types_that_numbers_come_in(dtype: type) -> None:
    rows = np.array([0, 0, 3], dtype)
    assert in_order(rows, np.array([1, 4, 0], dtype))
    assert not in_order(rows, np.array([4, 1, 0], dtype))

"""The kernel finds what np.isin finds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.kernels.hits import (
    gains,
    gains_reference,
    hits,
    hits_reference,
    precisions,
    precisions_reference,
)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 30), st.integers(0, 600))
def test_hits_equals_its_reference(seed: int, items: int, n: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = rng.integers(-1, items, (rows, n)).astype(np.int32)
    truth = rng.random((rows, items)) < rng.random()
    indptr = np.concatenate([[0], np.cumsum(truth.sum(1))])
    entries = np.nonzero(truth)[1].astype(np.int32)
    found = hits(numbers, indptr, entries, items)
    np.testing.assert_array_equal(found, hits_reference(numbers, indptr, entries, items))


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 130), st.integers(0, 8))
def test_sums_over_hits_equal_their_references(seed: int, n: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    found = rng.random((rows, n + 3))[:, :n] < rng.random()
    gain = 1 / np.log2(np.arange(2, n + 2))
    np.testing.assert_allclose(gains(found, gain), gains_reference(found, gain), rtol=1e-12)
    np.testing.assert_allclose(precisions(found), precisions_reference(found), rtol=1e-12)

"""Sums over shared levels are those of the definition, and a row depends on itself alone."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.kernels.level_sums import level_sums, level_sums_reference


def question(seed: int, rows: int, films: int, widths: list[int]):
    """Histories, films' levels, the kind of each level and asked films, lopsided."""
    rng = np.random.default_rng(seed)
    kind_of = np.repeat(np.arange(len(widths), dtype=np.uint8), widths)
    has = rng.random((films, len(kind_of))) < 0.4
    levels = (
        np.concatenate([[0], np.cumsum(has.sum(axis=1))]),
        np.nonzero(has)[1].astype(np.int32),
        rng.random(int(has.sum()), np.float32),
    )
    seen = rng.random((rows, films)) < rng.random((rows, 1))
    history = (
        np.concatenate([[0], np.cumsum(seen.sum(axis=1))]),
        np.nonzero(seen)[1].astype(np.int32),
        rng.random(int(seen.sum()), np.float32),
    )
    return history, levels, kind_of, len(widths), rng.integers(0, films, (rows, 7))


sizes = st.tuples(
    st.integers(0, 2**32 - 1),
    st.integers(0, 5),
    st.integers(1, 9),
    st.lists(st.integers(0, 6), min_size=0, max_size=4),
)


@settings(deadline=None, max_examples=40)
@given(sizes)
def test_sums_are_those_of_the_definition(size):
    asked = question(*size)
    np.testing.assert_allclose(level_sums(*asked), level_sums_reference(*asked), rtol=1e-5)


@settings(deadline=None, max_examples=40)
@given(sizes)
def test_a_row_is_the_same_alone(size):
    (starts, numbers, strength), levels, kind_of, kinds, asked = question(*size)
    together = level_sums((starts, numbers, strength), levels, kind_of, kinds, asked)
    for row in range(len(asked)):
        part = slice(starts[row], starts[row + 1])
        own = np.array([0, part.stop - part.start]), numbers[part], strength[part]
        alone = level_sums(own, levels, kind_of, kinds, asked[[row]])
        np.testing.assert_array_equal(alone[:, 0], together[:, row])

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matinee.kernels.top_neighbours import top_neighbours, top_neighbours_reference

blocks = st.tuples(st.integers(1, 4), st.integers(1, 9)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.sampled_from([-1.0, 0, 0.25, 0.5, 2]))
)


@settings(deadline=None, max_examples=100)
@given(blocks, st.integers(1, 9))
def test_the_largest_positive_values_stay_and_of_ties_the_lower_column(block, n):
    n = min(n, block.shape[1])
    for found, expected in zip(
        top_neighbours(block, n), top_neighbours_reference(block, n), strict=True
    ):
        np.testing.assert_array_equal(found, expected)

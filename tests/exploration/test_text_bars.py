from hypothesis import given
from hypothesis import strategies as st

from matinee.exploration import bars
from matinee.exploration.text_bars import columns

COUNTS = st.lists(st.integers(0, 10**7), min_size=1, max_size=20)


@given(COUNTS, st.integers(40, 140))
def test_bars_keep_to_the_width_and_to_the_order_of_counts(counts, width):
    lines = bars([f"label {k}" for k in range(len(counts))], counts, width)
    assert all(len(line) <= width for line in lines)
    filled = [sum(line.count(block) for block in "▏▎▍▌▋▊▉█") for line in lines]
    for one, other in zip(range(len(counts)), range(1, len(counts)), strict=False):
        if counts[one] > counts[other]:
            assert filled[one] >= filled[other]
    assert [f > 0 for f in filled] == [c > 0 for c in counts]


def test_a_long_label_is_cut():
    (line,) = bars(["a very long label indeed"], [3], 20)
    assert line == "a very … █████████ 3"


@given(COUNTS, st.integers(1, 6))
def test_columns_are_as_high_as_their_share_of_the_largest(counts, height):
    lines = columns(counts, height)
    assert len(lines) == height
    for k, count in enumerate(counts):
        eighths = sum(" ▁▂▃▄▅▆▇█".index(line[k]) for line in lines)
        share = 8 * height * count / max(*counts, 1)
        assert abs(eighths - share) <= 1
        assert (eighths > 0) == (count > 0)

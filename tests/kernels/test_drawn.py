import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.kernels.drawn_ratings import Days, Films, Viewers, doubted, moments, moments_reference
from matinee.kernels.drawn_viewers import Asked, Drawn, fold_in, fold_in_reference

SIZE, DRAWS, FILMS = 3, 4, 8
seeds = st.integers(0, 2**32 - 1)
GRID = np.linspace(-5, 3, 1200)  # of log(own): wide and fine enough to be the integral


def alike(rng, middle):
    """Draws that differ a little, as those of one chain do."""
    return (middle + rng.normal(0, 0.1, (*middle.shape[:-1], DRAWS))).astype(np.float32)


def drawn(rng, shape, implicit=True, days=0.2):
    return Drawn(
        alike(rng, rng.normal(size=(FILMS, SIZE, 1))),
        rng.normal(0, 0.3, (FILMS if implicit else 0, SIZE, DRAWS)).astype(np.float32),
        rng.normal(0, 0.3, (SIZE, DRAWS)),
        rng.uniform(1, 5, (SIZE, DRAWS)),
        rng.uniform(2, 2.5, DRAWS),
        np.full(DRAWS, days),
        np.full(DRAWS, shape),
    )


def asked(rng, rows):
    """Viewers with no to four days of one to three ratings, a third of the cells without a day."""
    row_cells = np.concatenate([[0], np.cumsum(rng.integers(0, 5, rows))])
    cell_entries = np.concatenate([[0], np.cumsum(rng.integers(1, 4, row_cells[-1]))])
    entries = cell_entries[-1]
    return Asked(
        row_cells,
        cell_entries,
        rng.random(row_cells[-1]) < 0.7,
        rng.integers(0, FILMS, entries).astype(np.int32),
        rng.normal(0, 1.5, entries),
    )


@settings(deadline=None, max_examples=25)
@given(seeds, st.integers(0, 6), st.booleans())
def test_with_noise_that_is_known_viewers_are_the_plain_gaussian_posterior(seed, rows, implicit):
    rng = np.random.default_rng(seed)
    question, model = asked(rng, rows), drawn(rng, 1e9, implicit)
    found = fold_in(question, model, spread=True)
    expected = fold_in_reference(question, model, np.zeros(1))
    for name in ("means", "covariances"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), rtol=1e-3, atol=1e-4, err_msg=name
        )


@settings(deadline=None, max_examples=6)
@given(seeds)
def test_seven_nodes_are_near_the_integral_over_the_viewers_noise(seed):
    rng = np.random.default_rng(seed)
    question, model = asked(rng, 3), drawn(rng, 6.0)
    found = fold_in(question, model, spread=True)
    expected = fold_in_reference(question, model, GRID)
    sd = np.sqrt(np.einsum("rffd->rfd", expected.covariances))
    assert np.abs(found.means - expected.means).max() < 0.03 * sd.max()
    np.testing.assert_allclose(found.noise[:, 0], expected.noise[:, 0], rtol=0.03)
    np.testing.assert_allclose(found.noise[:, 1], expected.noise[:, 1], rtol=0.1)


@settings(deadline=None, max_examples=25)
@given(seeds, st.integers(1, 6), st.booleans())
def test_what_entries_add_is_the_mean_less_that_of_a_viewer_without_ratings(seed, rows, implicit):
    """Exactly so where the prior mean is 0: then nothing else moves a viewer."""
    rng = np.random.default_rng(seed)
    question, model = asked(rng, rows), drawn(rng, 6.0, implicit)
    model = model._replace(mean=np.zeros((SIZE, DRAWS)))
    found = fold_in(question, model, moved=True)
    entry_rows = np.repeat(np.arange(rows), np.diff(question.cell_entries[question.row_cells]))
    sums = np.zeros((rows, SIZE, DRAWS))
    np.add.at(sums, entry_rows, found.moved)
    np.testing.assert_allclose(sums, found.means, rtol=1e-9, atol=1e-11)


def test_one_viewer_alone_is_what_it_is_among_many():
    rng = np.random.default_rng(4)
    question, model = asked(rng, 9), drawn(rng, 6.0)
    together = fold_in(question, model)
    for row in range(9):
        cells = slice(question.row_cells[row], question.row_cells[row + 1])
        starts = question.cell_entries[question.row_cells[row] : question.row_cells[row + 1] + 1]
        entries = slice(starts[0], starts[-1])
        alone = Asked(
            np.array([0, cells.stop - cells.start]),
            starts - starts[0],
            question.timed[cells],
            question.numbers[entries],
            question.values[entries],
        )
        np.testing.assert_array_equal(fold_in(alone, model).means[0], together.means[row])


def test_a_viewer_who_rates_as_expected_has_less_noise_than_one_who_does_not():
    rng = np.random.default_rng(1)
    model = drawn(rng, 6.0, implicit=False, days=0.0)
    numbers = np.tile(np.arange(FILMS, dtype=np.int32), 10)
    level = model.films[numbers, 0].mean(axis=1)
    values = np.concatenate([level, level + rng.normal(0, 5, len(level))])
    both = Asked(
        np.array([0, 1, 2]),
        np.array([0, len(level), 2 * len(level)]),
        np.zeros(2, bool),
        np.tile(numbers, 2),
        values,
    )
    calm, wild = fold_in(both, model).noise[:, 1].mean(axis=1)
    assert wild > 3 * calm


@settings(deadline=None, max_examples=25)
@given(seeds, st.integers(0, 300))
def test_moments_are_the_plain_definition(seed, count):
    rng = np.random.default_rng(seed)
    rows, cells = 3, 2
    roots = rng.normal(size=(rows, SIZE, SIZE, DRAWS)) / 3
    C = np.einsum("rfkd,rgkd->rfgd", roots, roots)[..., doubted(DRAWS)].astype(np.float32)
    wide = rng.normal(size=(FILMS, SIZE, SIZE)) / 4
    viewers = Viewers(
        rng.normal(size=(rows, SIZE, DRAWS)).astype(np.float32),
        C,
        rng.normal(size=(rows, SIZE, SIZE)).astype(np.float32) ** 2,
        rng.uniform(1, 3, (rows, DRAWS)),
        rng.uniform(0.2, 1, rows),
    )
    films = Films(
        rng.normal(size=(FILMS, SIZE, DRAWS)).astype(np.float32),
        (wide @ wide.transpose(0, 2, 1)).astype(np.float32),
    )
    days = Days(
        rng.normal(size=(cells, SIZE, DRAWS)),
        rng.normal(size=(cells, DRAWS)),
        rng.integers(1, 5, cells),
        rng.uniform(0, 0.4, DRAWS),
    )
    pairs = tuple(
        rng.integers(low, high, count) for low, high in ((0, rows), (0, FILMS), (-1, cells))
    )
    expected = moments_reference(pairs, viewers, films, days)
    for found, wanted in zip(moments(pairs, viewers, films, days), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)


def test_a_known_day_is_conditioned_on_as_in_one_gaussian():
    """Viewer and day together, by their joint covariance, against the kernel's shortcut."""
    rng = np.random.default_rng(2)
    model = drawn(rng, 1e9, implicit=False)
    question = Asked(
        np.array([0, 2]),
        np.array([0, 3, 5]),
        np.ones(2, bool),
        rng.integers(0, FILMS, 5).astype(np.int32),
        rng.normal(size=5),
    )
    folded = fold_in(question, model, spread=True)
    first = model.films[question.numbers[:3]].astype(np.float64)
    target = (question.values[:3, None] - first[:, 0]).sum(axis=0)
    first[:, 0] = 1
    days = Days(first.sum(axis=0)[None], target[None], np.array([3]), model.days)
    viewers = Viewers(
        folded.means.astype(np.float32),
        folded.covariances[..., doubted(DRAWS)].astype(np.float32),
        np.zeros((1, SIZE, SIZE), np.float32),
        folded.noise[:, 0],
        np.zeros(1),
    )
    films = Films(model.films, np.zeros((FILMS, SIZE, SIZE), np.float32))
    found = moments((np.array([0]), np.array([6]), np.array([0])), viewers, films, days)
    means, variances = [], []
    for d in range(DRAWS):
        X = model.films[question.numbers, :, d].astype(np.float64)
        left = question.values - X[:, 0]
        X[:, 0] = 1
        X = np.column_stack([X, [1, 1, 1, 0, 0], [0, 0, 0, 1, 1]])
        precision = np.append(model.precision[:, d], np.repeat(1 / model.days[d], 2))
        prior = np.append(model.mean[:, d], [0, 0])
        A = model.noise[d] * X.T @ X + np.diag(precision)
        mean = np.linalg.solve(A, model.noise[d] * X.T @ left + precision * prior)
        x = np.append(model.films[6, :, d].astype(np.float64), [1, 0])
        means.append(x[0] + x @ mean - x[0] * mean[0] + mean[0])
        x[0] = 1
        variances.append(x @ np.linalg.solve(A, x))
    assert found[0][0] == pytest.approx(np.mean(means), rel=1e-3, abs=1e-4)
    assert found[1][0] == pytest.approx(np.mean(variances) + np.var(means), rel=1e-2)

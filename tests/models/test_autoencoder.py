"""The autoencoder as it is served, which needs no PyTorch, and as PyTorch trains it."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from matinee import training
from matinee.api import as_dataset
from matinee.dataset import Dataset, Histories, Vocabulary, strong_split
from matinee.errors import InputError, MissingData, MissingPackage
from matinee.evaluation.accuracy import Hits, ndcg
from matinee.evaluation.measure import Question
from matinee.models.autoencoder import EPSILON, LAYERS, Autoencoder, FittedAutoencoder, shapes
from matinee.models.autoencoder_training import initial
from matinee.models.blend import Blend
from matinee.models.leave_one_out import leave_one_out

SMALL = Autoencoder(factors=3, hidden=5, epochs=2)
Row = list[float]


@pytest.fixture
def torch() -> ModuleType:
    """PyTorch; without the extra the test is skipped."""
    return pytest.importorskip("torch", reason="needs the extra `neural`")


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if PyTorch were not installed."""
    monkeypatch.setitem(sys.modules, "torch", None)


def by_hand(data: Dataset, recipe: Autoencoder = SMALL, seed: int = 0) -> FittedAutoencoder:
    """A model of random weights on all films of the data: no training."""
    rng = np.random.default_rng(seed)
    layers = {
        name: rng.normal(0, 0.7, shape).astype(np.float32)
        for name, shape in shapes(len(data.items), recipe.hidden, recipe.factors).items()
    }
    return FittedAutoencoder(recipe, data.items, layers)


def expected(model: FittedAutoencoder, entries: list[tuple[int, float]]) -> Row:
    """The definition in plain Python numbers: (film, what it counts) → a chance for each film."""
    layers = {name: array.astype(float).tolist() for name, array in model.layers.items()}
    length = math.sqrt(sum(value**2 for _, value in entries)) or 1.0
    summed = [0.0] * model.recipe.hidden
    for film, value in entries:
        summed = added(summed, [value / length * x for x in layers["input"][film]])
    earlier: list[Row] = []
    for k in range(LAYERS):
        inner = times(earlier[-1], layers[f"dense{k}"]) if k else summed
        for before in earlier:
            inner = added(inner, before)
        inner = added(inner, layers[f"bias{k}"])
        swish = [x / (1 + math.exp(-x)) for x in inner]
        mean = sum(swish) / len(swish)
        spread = math.sqrt(sum((x - mean) ** 2 for x in swish) / len(swish) + EPSILON)
        gains, shifts = layers[f"gain{k}"], layers[f"shift{k}"]
        normed = [(x - mean) / spread for x in swish]
        earlier.append([g * x + b for g, x, b in zip(gains, normed, shifts, strict=True)])
    taste = added(times(earlier[-1], layers["mean"]), layers["mean_bias"])
    logits = [
        sum(t * f for t, f in zip(taste, film, strict=True)) + level
        for film, level in zip(layers["films"], layers["levels"], strict=True)
    ]
    total = sum(math.exp(x) for x in logits)
    return [math.exp(x) / total for x in logits]


def added(one: Row, other: Row) -> Row:
    return [a + b for a, b in zip(one, other, strict=True)]


def times(row: Row, matrix: list[Row]) -> Row:
    return [
        sum(x * m for x, m in zip(row, column, strict=True)) for column in zip(*matrix, strict=True)
    ]


def test_the_scores_are_what_the_layers_say(data: Dataset) -> None:
    model = by_hand(data)
    histories = data.histories.slice(0, 9)  # row 7 is empty
    counted = SMALL.inputs.values(histories)
    assert len(np.unique(counted)) > 2
    for row, scores in enumerate(model.score(histories)):
        part = slice(histories.indptr[row], histories.indptr[row + 1])
        entries = zip(histories.numbers[part].tolist(), counted[part].tolist(), strict=True)
        chances = np.array(expected(model, list(entries)))
        chances[histories.numbers[part][histories.strength[part] < 0]] = 0
        np.testing.assert_allclose(scores, chances, rtol=1e-4)


def test_chances_add_up_to_one_and_large_weights_stay_finite(data: Dataset) -> None:
    model = by_hand(data)
    liked = data.histories.where(data.histories.strength >= 0)
    np.testing.assert_allclose(model.score(liked).sum(axis=1), 1, rtol=1e-5)
    wild = replace(model, layers={name: 1e4 * array for name, array in model.layers.items()})
    assert np.isfinite(wild.score(data.histories)).all()


def test_a_disliked_film_has_no_chance_but_tells_of_the_taste(data: Dataset) -> None:
    model = by_hand(data)
    disliked = data.histories.strength < 0
    rows, numbers = data.histories.entry_rows[disliked], data.histories.numbers[disliked]
    scores = model.score(data.histories)
    assert not scores[rows, numbers].any()
    without = model.score(data.histories.where(~disliked))
    assert (scores[rows[0]] != without[rows[0]]).sum() > 1


def test_its_leave_one_out_differences_add_up(data: Dataset) -> None:
    model = by_hand(data)
    histories = data.histories.take(np.array([0, 3, 7]))
    items = np.argsort(-model.score(histories), axis=1)[:, :4]
    parts = leave_one_out(model, histories, items)
    scores = np.take_along_axis(model.score(histories), items, axis=1)
    np.testing.assert_allclose(parts.totals(), scores, rtol=1e-5)
    assert np.abs(parts.entries).max() > 0.01


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"factors": 0}, "autoencoder: expected factors, hidden, epochs and least >= 1"),
        ({"dropout": 1.0}, "dropout from 0 to below 1"),
        ({"learning_rate": 0.0}, "learning_rate from above 0"),
        ({"gamma": float("nan")}, "gamma >= 0"),
        ({"neutral": 2.0}, "inputs: expected neutral and disliked from 0 to 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Autoencoder(**wrong)  # type: ignore[arg-type]


@pytest.mark.usefixtures("without_torch")
class TestWithoutPyTorch:
    def test_training_says_what_to_install(self, data: Dataset) -> None:
        message = r'^autoencoder: expected PyTorch.*not installed; pip install "matinee\[neural\]"$'
        with pytest.raises(MissingPackage, match=message):
            Autoencoder().fit(data, np.random.default_rng(0))

    def test_a_blend_is_of_what_is_there(self, data: Dataset) -> None:
        model = Blend(("ease", "autoencoder"), (1.0, 0.5)).fit(data, np.random.default_rng(0))
        assert model.recipe == Blend(("ease",), (1.0,))

    def test_a_kept_model_is_read_and_scores(self, data: Dataset, tmp_path: Path) -> None:
        model = by_hand(data)
        trained = training.Trained("autoencoder", SMALL, model, 0.0)
        training.save(trained, tmp_path / "kept", data)
        found = training.load(tmp_path / "kept")
        assert found.recipe == SMALL
        assert found.scorer.items == data.items
        scores = found.scorer.score(data.histories)
        np.testing.assert_array_equal(scores, model.score(data.histories))


def test_the_command_says_what_to_install_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('hidden by a test')")
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "matinee", "train", "-d", "starter", "-m", "autoencoder"]
    surroundings = os.environ | {"PYTHONPATH": path, "MATINEE_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=surroundings, cwd=tmp_path
    )
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert line.endswith('expected PyTorch, which is not installed; pip install "matinee[neural]"')


def test_nothing_liked_leaves_nothing_to_learn(data: Dataset) -> None:
    nothing = data.with_histories(data.histories.where(data.histories.strength < 0))
    with pytest.raises(MissingData, match="autoencoder: expected likes to learn from, got none"):
        Autoencoder().fit(nothing, np.random.default_rng(0))


def test_it_starts_from_how_much_each_film_is_liked() -> None:
    likes = np.array([0, 9, 4, 2])
    levels = initial(SMALL, likes, np.random.default_rng(0))["levels"]
    np.testing.assert_allclose(np.exp(levels), (likes + 1) / 19, rtol=1e-6)


class TestWithPyTorch:
    def test_numpy_encodes_as_pytorch_does(self, torch: ModuleType, data: Dataset) -> None:
        from matinee.models.autoencoder_training import _Net

        net = _Net.of(SMALL, data.histories, np.random.default_rng(0))
        for _ in range(3):
            net.turn(decoding=False)
            net.turn(decoding=True)
        model = FittedAutoencoder(SMALL, data.items, net.layers())
        with torch.no_grad():
            mean, _ = net.encoded(net.weights, net.entering(data.histories, None))
            logits = mean @ net.weights["films"].T + net.weights["levels"]
            scores = torch.softmax(logits, dim=1).numpy()
        np.testing.assert_allclose(model.tastes(data.histories), mean.numpy(), rtol=1e-4, atol=1e-5)
        disliked = data.histories.strength < 0
        scores[data.histories.entry_rows[disliked], data.histories.numbers[disliked]] = 0
        np.testing.assert_allclose(model.score(data.histories), scores, rtol=1e-4)

    def test_the_decoder_raises_the_likelihood_of_likes_alone(
        self, torch: ModuleType, data: Dataset
    ) -> None:
        from matinee.models.autoencoder_training import _Net

        net = _Net.of(SMALL, data.histories, np.random.default_rng(0))
        with torch.no_grad():
            net.weights["spread"].zero_()
            net.weights["spread_bias"].fill_(-60.0)  # a taste without doubt: nothing is drawn
            loss = float(net.loss(data.histories, decoding=True))
        model = FittedAutoencoder(SMALL, data.items, net.layers())
        liked = data.histories.strength > 0
        rows, numbers = data.histories.entry_rows[liked], data.histories.numbers[liked]
        chances = np.log(model.score(data.histories)[rows, numbers], dtype=np.float64)
        assert loss == pytest.approx(-chances.sum() / data.histories.rows, rel=1e-5)

    def test_the_divergence_counts_by_likes_and_the_prior_holds_the_encoder_before(
        self, torch: ModuleType, data: Dataset
    ) -> None:
        """The prior is at least 0.75 times the encoder before, which here is the encoder now."""
        from matinee.models.autoencoder_training import _Net

        def losses(gamma: float) -> tuple[float, float]:
            recipe = replace(SMALL, gamma=gamma, dropout=0.0)
            net = _Net.of(recipe, data.histories, np.random.default_rng(0))
            with torch.no_grad():
                for name in ("mean_bias", "spread_bias"):
                    net.weights[name] -= 2.0  # away from the standard normal
                net.remember()
                near = float(net.loss(data.histories, decoding=False))
                net.weights["mean_bias"] += 4.0  # away from the encoder before
                return near, float(net.loss(data.histories, decoding=False))

        likes = float((data.histories.strength > 0).sum()) / data.histories.rows
        (near, far), (near_free, far_free) = losses(1.0), losses(0.0)
        bound = likes * SMALL.factors * -np.log(0.75)
        assert 0 < near - near_free <= bound * (1 + 1e-5)
        assert far - far_free > bound

    @pytest.mark.usefixtures("torch")
    def test_training_raises_the_chance_of_what_was_liked(self, data: Dataset) -> None:
        likes = data.histories.where(data.histories.strength > 0)

        def likelihood(epochs: int) -> float:
            recipe = Autoencoder(factors=8, hidden=16, epochs=epochs, least=1)
            model = recipe.fit(data, np.random.default_rng(0))
            own = likes.on(model.items)
            chances = model.score(own)[own.entry_rows, own.numbers]
            return float(np.log(chances).mean())

        assert likelihood(15) > likelihood(1) + 0.1

    @pytest.mark.usefixtures("torch")
    def test_other_seeds_give_other_models(self, data: Dataset) -> None:
        one, other = (SMALL.fit(data, np.random.default_rng(seed)) for seed in (0, 1))
        assert (one.score(data.histories) != other.score(data.histories)).any()

    def test_the_state_of_pytorch_is_left_alone(self, torch: ModuleType, data: Dataset) -> None:
        threads, state = torch.get_num_threads(), torch.get_rng_state()
        SMALL.fit(data, np.random.default_rng(0))
        assert torch.get_num_threads() == threads
        assert torch.equal(torch.get_rng_state(), state)

    @pytest.mark.slow
    @pytest.mark.usefixtures("torch")
    def test_it_finds_more_than_popularity_and_knows_the_trend(self) -> None:
        viewers = as_dataset("starter").take_users(np.arange(0, 2000, 2))
        stage = strong_split(viewers, np.random.default_rng(0)).final
        question = Question.of(stage, None)
        found = {}
        for name in ("autoencoder", "popularity"):
            scorer = training.fit(name, stage.train).scorer
            hits = Hits.of(question.lists(scorer), question.truth)
            found[name] = float(np.nanmean(ndcg(hits, 100)))
            if name == "autoencoder":
                nobody = empty(scorer.items)
                trend = scorer.score(nobody)[0]
                likes = stage.train.histories.on(scorer.items).liked().sum(axis=0)
                assert np.corrcoef(np.log(trend), np.log(likes + 1))[0, 1] > 0.8
        assert found["autoencoder"] > 1.2 * found["popularity"]


def empty(items: Vocabulary) -> Histories:
    """One viewer without a history."""
    none = np.zeros(0, np.int64)
    return Histories.from_entries(items, none, none, 1, strength=np.zeros(0, np.float32))

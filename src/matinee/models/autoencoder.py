"""A variational autoencoder of histories: trained with PyTorch, served with NumPy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData
from matinee.models.statistic import Inputs
from matinee.models.stored import check_shape

LAYERS = 3  # hidden ones of the encoder
EPSILON = 0.1  # added to the variance in a layer norm, as the authors do
_LEAST_SIZE = 1e-12


@dataclass(frozen=True, slots=True)
class Autoencoder:
    """RecVAE (Shenbin et al. 2020): a viewer's films → a taste in a few factors → all films.

    The decoder is linear, a softmax over films; the encoder has a few dense layers, each of which
    sees those before it. Training maximises the likelihood of each viewer's likes (multinomial,
    Liang et al. 2018) less `gamma` · (their likes) · KL of the taste from a composite prior
    (eq. 8 and 9); encoder and decoder take turns, and only the encoder's input has a share
    `dropout` of its films dropped (section 3.5).

    What enters is everything seen: a film without opinion counts `neutral`, a disliked one
    `disliked`, and only likes are to be predicted, as in `linear`. Films with fewer than `least`
    likes are left out.
    """

    kind: ClassVar[str] = "autoencoder"
    factors: int = 128
    hidden: int = 256
    epochs: int = 8
    learning_rate: float = 2e-3
    dropout: float = 0.6
    gamma: float = 0.005
    neutral: float = 0.5
    disliked: float = 0.3
    least: int = 2

    def __post_init__(self) -> None:
        if min(self.factors, self.hidden, self.epochs, self.least) < 1:
            raise InputError(
                f"autoencoder: expected factors, hidden, epochs and least >= 1, got {self}"
            )
        if not (0 < self.learning_rate < 1 and 0 <= self.dropout < 1 and 0 <= self.gamma < np.inf):
            raise InputError(
                "autoencoder: expected a learning_rate from above 0 to below 1, dropout from 0 to "
                f"below 1 and gamma >= 0, got {self}"
            )
        _ = self.inputs

    @property
    def inputs(self) -> Inputs:
        """What the entries of a history count."""
        return Inputs(self.neutral, self.disliked)

    def entering(self, histories: Histories) -> np.ndarray:
        """What each entry counts, divided by the length of its row as a vector, (entries,)."""
        values = self.inputs.values(histories)
        squares = np.bincount(histories.entry_rows, values.astype(np.float64) ** 2, histories.rows)
        lengths = np.sqrt(np.maximum(squares, _LEAST_SIZE))
        return np.asarray(values / lengths[histories.entry_rows], np.float32)

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedAutoencoder":
        """Train with PyTorch, by Adam, on the GPU where there is one.

        Equal seeds give equal models on one machine's CPU with equal numbers of threads.
        MissingPackage where PyTorch is not installed, MissingData where nobody likes anything.
        """
        from matinee.models.autoencoder_training import trained

        likes = np.bincount(
            data.histories.numbers[data.histories.strength > 0], minlength=len(data.items)
        )
        kept = likes >= min(self.least, max(1, likes.max(initial=0)))
        if not kept.any():
            raise MissingData("autoencoder: expected likes to learn from, got none")
        items = Vocabulary(data.items.ids.filter(pl.Series(kept)))
        return FittedAutoencoder(self, items, trained(self, data.histories.on(items), rng))


@dataclass(frozen=True, slots=True, eq=False)
class FittedAutoencoder:
    """The layers as plain arrays; see `shapes` for their names."""

    kind: ClassVar[str] = "autoencoder"
    recipe: Autoencoder
    items: Vocabulary
    layers: Mapping[str, np.ndarray]  # float32

    def score(self, histories: Histories) -> np.ndarray:
        """The chance of each film to be the viewer's next like, (rows, items).

        A disliked film gets 0, whatever its neighbours say for it.
        """
        own = histories.on(self.items)
        scores = self.tastes(own) @ self.layers["films"].T
        scores += self.layers["levels"]
        softmax(scores)
        disliked = own.strength < 0
        scores[own.entry_rows[disliked], own.numbers[disliked]] = 0
        return np.asarray(scores)

    def tastes(self, histories: Histories) -> np.ndarray:
        """The means of the viewers' latent factors, (rows, factors)."""
        own = histories.on(self.items)
        return encoded(self.layers, gathered(self.layers["input"], own, self.recipe.entering(own)))

    def arrays(self) -> dict[str, np.ndarray]:
        """The layers."""
        return dict(self.layers)

    @classmethod
    def from_arrays(
        cls, recipe: Autoencoder, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedAutoencoder":
        """The fitted model of stored arrays."""
        expected = shapes(len(items), recipe.hidden, recipe.factors)
        for name, shape in expected.items():
            check_shape(name, arrays[name], shape)
        return cls(recipe, items, {name: arrays[name] for name in expected})


def shapes(items: int, hidden: int, factors: int) -> dict[str, tuple[int, ...]]:
    """The arrays of a fitted model and their shapes; matrices are applied from the right."""
    deep = {f"dense{k}": (hidden, hidden) for k in range(1, LAYERS)}
    bent = {f"{n}{k}": (hidden,) for k in range(LAYERS) for n in ("bias", "gain", "shift")}
    return {
        "input": (items, hidden),
        **deep,
        **bent,
        "mean": (hidden, factors),
        "mean_bias": (factors,),
        "films": (items, factors),
        "levels": (items,),
    }


def gathered(matrix: np.ndarray, histories: Histories, values: np.ndarray) -> np.ndarray:
    """Σ value · row of the matrix over each history, (rows, columns): no dense histories."""
    return np.asarray(histories.matrix(values) @ matrix, np.float32)


def encoded(layers: Mapping[str, np.ndarray], summed: np.ndarray) -> np.ndarray:
    """From the sums of the first layer to the latent mean: h_k = norm(swish(W_k h + Σ earlier))."""
    hidden = bent(layers, 0, summed)
    earlier = hidden.copy()
    for k in range(1, LAYERS):
        hidden = bent(layers, k, hidden @ layers[f"dense{k}"] + earlier)
        earlier += hidden
    return np.asarray(hidden @ layers["mean"] + layers["mean_bias"])


def bent(layers: Mapping[str, np.ndarray], k: int, values: np.ndarray) -> np.ndarray:
    """gain · (s - mean s) / deviation of s + shift, s = swish(values + bias)."""
    values = values + layers[f"bias{k}"]
    with np.errstate(over="ignore"):  # exp(large) is infinite and its swish 0, as it should be
        s = values / (1 + np.exp(-values))
    s -= s.mean(axis=1, keepdims=True)
    s /= np.sqrt((s * s).mean(axis=1, keepdims=True) + np.float32(EPSILON))
    return np.asarray(s * layers[f"gain{k}"] + layers[f"shift{k}"])


def softmax(scores: np.ndarray) -> None:
    """Turn each row into chances that add up to 1, in place."""
    if scores.size:
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)

"""The training of `autoencoder`, and the only module that imports PyTorch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matinee.dataset import Histories
from matinee.errors import MissingPackage, NumericError
from matinee.models.autoencoder import EPSILON, LAYERS, Autoencoder, shapes

if TYPE_CHECKING:
    from torch import Tensor

_BATCHES = 16  # of an epoch at least, so that few viewers give enough steps
_SMALLEST, _LARGEST = 16, 512  # viewers in a batch
_ENCODER_TURNS = 3  # epochs of the encoder for each of the decoder (Shenbin et al., section 4.3)
_PRIOR = (0.15, 0.75, 0.1)  # shares of the standard normal, the encoder before, the wide normal
_WIDE = 10.0  # log variance of the wide normal
_LEAST_LIKES = 2  # of a viewer: one film says nothing of what goes together
_MANY_SCORES = 10**9  # viewers times films; with fewer, threads wait longer than they help
_DECODER = ("films", "levels")


def trained(
    recipe: Autoencoder, histories: Histories, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The layers of a fitted model, as `autoencoder.shapes` names them.

    An epoch is some turns of the encoder and one of the decoder; then the prior takes over what
    the encoder has become.
    """
    likes = np.bincount(histories.entry_rows, histories.strength > 0, histories.rows)
    telling = likes >= min(_LEAST_LIKES, likes.max())
    histories = histories.take(np.flatnonzero(telling))
    torch = pytorch()
    usual = torch.get_num_threads()
    if histories.rows * len(histories.items) < _MANY_SCORES:
        torch.set_num_threads(1)
    try:
        layers = _learnt(_Net.of(recipe, histories, rng))
    finally:
        torch.set_num_threads(usual)
    if not all(np.isfinite(array).all() for array in layers.values()):
        raise NumericError(f"autoencoder: the weights left the finite numbers with {recipe}")
    return layers


def _learnt(net: _Net) -> dict[str, np.ndarray]:
    epochs = net.recipe.epochs
    for epoch in range(epochs):
        net.slow_down(1 - epoch / epochs)
        for _ in range(_ENCODER_TURNS):
            net.turn(decoding=False)
        net.turn(decoding=True)
        net.remember()
    return net.layers()


@dataclass(slots=True, eq=False)
class _Net:
    """Weights under training. The one object here that changes."""

    torch: Any
    recipe: Autoencoder
    histories: Histories
    weights: dict[str, Tensor]
    before: dict[str, Tensor]  # the encoder that the prior knows
    optimisers: tuple[Any, Any]  # of the encoder, of the decoder
    rng: np.random.Generator
    noise: Any  # torch.Generator

    @classmethod
    def of(cls, recipe: Autoencoder, histories: Histories, rng: np.random.Generator) -> _Net:
        """Weights as Glorot and Bengio draw them; the films' levels begin at their likes."""
        torch = pytorch()
        device = "cuda" if torch.cuda.is_available() else "cpu"
        likes = np.bincount(histories.numbers, histories.strength > 0, len(histories.items))
        first = initial(recipe, likes, rng)
        weights = {
            name: torch.from_numpy(array).to(device).requires_grad_()
            for name, array in first.items()
        }
        decoder = [weights[name] for name in _DECODER]
        encoder = [weight for name, weight in weights.items() if name not in _DECODER]
        optimisers = tuple(
            torch.optim.Adam(group, lr=recipe.learning_rate, fused=True)
            for group in (encoder, decoder)
        )
        noise = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
        net = cls(torch, recipe, histories, weights, {}, optimisers, rng, noise)
        net.remember()
        return net

    def turn(self, decoding: bool) -> None:
        """One pass over the viewers in random order, moving the decoder or the encoder."""
        optimiser = self.optimisers[decoding]
        for rows in self.batches():
            loss = self.loss(self.histories.take(rows), decoding)
            self.torch.autograd.backward(loss, inputs=optimiser.param_groups[0]["params"])
            optimiser.step()
            optimiser.zero_grad()

    def slow_down(self, share: float) -> None:
        """Let both optimisers go on with this share of the learning rate."""
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = share * self.recipe.learning_rate

    def batches(self) -> Iterator[np.ndarray]:
        """Row numbers, in random order."""
        rows = self.histories.rows
        size = int(np.clip(rows // _BATCHES, _SMALLEST, _LARGEST))
        order = self.rng.permutation(rows)
        return (order[start : start + size] for start in range(0, rows, size))

    def loss(self, batch: Histories, decoding: bool) -> Tensor:
        """-ELBO, the mean over viewers; of the likelihood alone when the decoder moves."""
        torch, liked = self.torch, batch.strength > 0
        whole = self.entering(batch, None)
        dropped = whole if decoding else self.entering(batch, self.recipe.dropout)
        mean, log_variance = self.encoded(self.weights, dropped)
        deviation = torch.exp(0.5 * log_variance)
        z = mean + deviation * torch.randn(mean.shape, generator=self.noise, device=mean.device)
        logits = z @ self.weights["films"].T + self.weights["levels"]
        rows, columns = self.moved(batch.entry_rows[liked]), self.moved(batch.numbers[liked])
        counts = self.moved(np.bincount(batch.entry_rows, liked, batch.rows).astype(np.float32))
        likelihood = logits[rows, columns].sum() - (counts * logits.logsumexp(dim=1)).sum()
        if decoding:
            return -likelihood / batch.rows
        with torch.no_grad():
            old = self.encoded(self.before, whole)
        prior = torch.stack(
            [
                np.log(share) + log_normal(torch, z, *parameters)
                for share, parameters in zip(
                    _PRIOR,
                    ((0 * mean, 0 * mean), old, (0 * mean, 0 * mean + _WIDE)),
                    strict=True,
                )
            ]
        ).logsumexp(dim=0)
        divergence = (log_normal(torch, z, mean, log_variance) - prior).sum(dim=1)
        return (self.recipe.gamma * (counts * divergence).sum() - likelihood) / batch.rows

    def entering(self, batch: Histories, dropout: float | None) -> tuple[Tensor, Tensor, Tensor]:
        """Item numbers, row starts and values of what the first layer sums."""
        kept = batch
        if dropout:
            kept = batch.where(self.rng.random(batch.entries) >= dropout)
        values = self.recipe.entering(kept)
        return self.moved(kept.numbers), self.moved(kept.indptr[:-1]), self.moved(values)

    def encoded(
        self, weights: Mapping[str, Tensor], entering: tuple[Tensor, Tensor, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Means and log variances of the tastes; what `autoencoder.encoded` does in NumPy."""
        functional = self.torch.nn.functional
        numbers, starts, values = entering
        summed = functional.embedding_bag(
            numbers, weights["input"], starts, mode="sum", per_sample_weights=values
        )
        earlier = hidden = 0
        for k in range(LAYERS):
            summed = hidden @ weights[f"dense{k}"] + earlier if k else summed
            hidden = functional.layer_norm(
                functional.silu(summed + weights[f"bias{k}"]),
                (self.recipe.hidden,),
                weights[f"gain{k}"],
                weights[f"shift{k}"],
                EPSILON,
            )
            earlier = earlier + hidden
        return (
            hidden @ weights["mean"] + weights["mean_bias"],
            hidden @ weights["spread"] + weights["spread_bias"],
        )

    def moved(self, array: np.ndarray) -> Tensor:
        """The array where the weights are; whole numbers as int64."""
        array = array.astype(np.int64) if array.dtype.kind == "i" else array
        return self.torch.from_numpy(array).to(self.noise.device)

    def remember(self) -> None:
        """Let the prior take over the encoder as it is."""
        self.before = {
            name: weight.detach().clone()
            for name, weight in self.weights.items()
            if name not in _DECODER
        }

    def layers(self) -> dict[str, np.ndarray]:
        """What serving needs."""
        names = shapes(len(self.histories.items), self.recipe.hidden, self.recipe.factors)
        return {name: self.weights[name].detach().cpu().numpy() for name in names}


def initial(
    recipe: Autoencoder, likes: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Weights to start from: those of serving, and `spread`, the log variances' layer."""
    wanted = shapes(len(likes), recipe.hidden, recipe.factors)
    wanted |= {"spread": wanted["mean"], "spread_bias": wanted["mean_bias"]}
    found: dict[str, np.ndarray] = {}
    for name, shape in wanted.items():
        if name.startswith("gain"):
            found[name] = np.ones(shape, np.float32)
        elif len(shape) == 1:
            found[name] = np.zeros(shape, np.float32)
        else:
            size = np.float32(np.sqrt(2 / sum(shape)))
            found[name] = size * rng.standard_normal(shape, np.float32)
    found["levels"] = np.log((likes + 1) / (likes + 1).sum()).astype(np.float32)
    return found


def log_normal(torch: Any, z: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Log density of each coordinate under normals with these means and log variances."""
    found = log_variance + np.log(2 * np.pi) + (z - mean) ** 2 / torch.exp(log_variance)
    return -0.5 * found


def pytorch() -> Any:
    """The module torch; MissingPackage where it is not installed."""
    try:
        import torch
    except ImportError:
        raise MissingPackage(
            'autoencoder: expected PyTorch, which is not installed; pip install "matinee[neural]"'
        ) from None
    return torch

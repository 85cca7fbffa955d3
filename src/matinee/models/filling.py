"""What a part of a blend would say of films that it lacks, by what is known of these films."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack

from matinee.dataset import Dataset
from matinee.errors import MissingData, NumericError
from matinee.features import portrait
from matinee.models.content_regression import ContentRegression, discounted, stretch
from matinee.models.stored import check_csr, check_shape

_RIDGE, _DISCOUNT = 2.0, 0.25  # those of `ContentMap`
_NEIGHBOURS = 100  # films that a film's scores are made of
_SOURCES = 4000  # the most liked films, which may be such neighbours
_BLOCK = 1024  # films at a time


@dataclass(frozen=True, slots=True, eq=False)
class Filling:
    """The score of a film that part k lacks: stretches[k] · Σ_w weight(w) · its score of film w.

    The weights are those of `ContentRegression` (kernel ridge regression on `features.portrait`),
    the largest of them, for all parts the same; stretches undo what the regression shrinks, so that
    the sum over the parts is spread over such films as over others. Parts that say the same of everybody, such as
    what is trending, are not filled: nobody has seen the film, and 0 is the truth.
    """

    weights: csr_array  # (items, items) float32: row = film that some part lacks, else empty
    stretches: np.ndarray  # (parts,) float32, 0 for a part that is not filled

    @classmethod
    def none(cls, items: int, parts: int) -> "Filling":
        """Nothing is known of the films: they get 0 from parts that lack them."""
        return cls(csr_array((items, items), dtype=np.float32), np.zeros(parts, np.float32))

    @classmethod
    def of(
        cls,
        data: Dataset,
        places: Sequence[np.ndarray],
        entering: Sequence[np.ndarray],
        factors: np.ndarray,
    ) -> "Filling":
        """For parts that have the films `places` of the data and these scores (rows, places).

        The scores are of some usual viewers, and count `factors` (parts,) in the blend. In the
        numbers of the data.
        """
        everything = len(data.items)
        filled = [
            k
            for k, scores in enumerate(entering)
            if len(places[k]) < everything and not same_for_all(scores)
        ]
        have = np.zeros(everything, np.int64)
        for k in filled:
            have[places[k]] += 1
        sources = np.flatnonzero(have == len(filled))
        lacking = np.flatnonzero(have < len(filled))
        if not filled or len(sources) < 2:
            return cls.none(everything, len(places))
        likes, _ = discounted(data, sources, 0)
        sources = np.sort(sources[np.argsort(-likes, kind="stable")[:_SOURCES]])
        try:
            regression = ContentRegression.of(portrait(data.movies), sources, _RIDGE)
        except (MissingData, NumericError):
            return cls.none(everything, len(places))
        _, scales = discounted(data, sources, _DISCOUNT)
        asked = sources[:: max(1, len(sources) // _BLOCK)]
        alone = _weights(regression, scales, asked)[:, sources]
        stretches = np.zeros(len(places), np.float32)
        total, total_mapped = (np.zeros((len(entering[0]), len(asked)), np.float32) for _ in "12")
        for k in filled:
            own = np.zeros((len(entering[k]), everything), np.float32)
            own[:, places[k]] = factors[k] * entering[k]
            mapped = (alone @ own[:, sources].T).T
            stretches[k] = stretch(own[:, asked], mapped)
            total += own[:, asked]
            total_mapped += stretches[k] * mapped
        # Parts agree more on a film by its content than by their own scores.
        stretches *= stretch(total, total_mapped)
        weights = _weights(regression, scales, lacking)
        starts = np.zeros(everything + 1, np.int64)
        starts[lacking + 1] = np.diff(weights.indptr)
        whole = csr_array(
            (weights.data, weights.indices, np.cumsum(starts)), shape=(everything, everything)
        )
        return cls(whole, stretches)

    @property
    def known(self) -> np.ndarray:
        """The films that can be filled, (items,) bool."""
        return np.diff(self.weights.indptr) > 0

    def on(self, items: np.ndarray) -> "Filling":
        """In the numbers of these items, among which all are that it needs."""
        return replace(self, weights=csr_array(self.weights[items][:, items]))

    def filled(self, scores: np.ndarray, places: np.ndarray, part: int) -> np.ndarray:
        """The part's scores (rows, places) on all items: 0 of a film that is not known either."""
        whole = np.zeros((len(scores), self.weights.shape[0]), np.float32)
        whole[:, places] = scores
        if self.stretches[part]:
            lacking = self._lacking(places)
            mapped = self.weights[lacking] @ whole.T
            whole[:, lacking] = self.stretches[part] * np.asarray(mapped.T)
        return whole

    def mixes(
        self, places: np.ndarray, items: np.ndarray, part: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Which of the part's films make up each of `items` (rows, n), and their weights.

        Both (rows, n, width): a film that the part has is itself alone, with weight 1.
        """
        own = np.full(self.weights.shape[0], -1, np.int64)
        own[places] = np.arange(len(places))
        films, weights = own[items][..., None], (own[items] >= 0).astype(np.float32)[..., None]
        lacking = np.zeros(len(own), bool)
        lacking[self._lacking(places)] = bool(self.stretches[part])
        rows, columns = np.nonzero(lacking[items])
        if not len(rows):
            return np.maximum(films, 0), weights
        starts = self.weights.indptr[items[rows, columns]]
        counts = self.weights.indptr[items[rows, columns] + 1] - starts
        width = int(counts.max())
        films = np.concatenate([films, np.zeros((*items.shape, width - 1), np.int64)], axis=2)
        weights = np.concatenate([weights, np.zeros((*items.shape, width - 1))], axis=2)
        for row, column, start, count in zip(rows, columns, starts, counts, strict=True):
            entries = slice(start, start + count)
            films[row, column, :count] = own[self.weights.indices[entries]]
            weights[row, column, :count] = self.stretches[part] * self.weights.data[entries]
        return np.maximum(films, 0), weights.astype(np.float32)

    def arrays(self) -> dict[str, np.ndarray]:
        """`filling_` values, numbers, starts and stretches."""
        weights = self.weights
        return {
            "filling_values": weights.data,
            "filling_numbers": weights.indices,
            "filling_starts": weights.indptr,
            "filling_stretches": self.stretches,
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, np.ndarray], items: int, places: Sequence[np.ndarray]
    ) -> "Filling":
        """What was stored, for parts that have the items `places`; InputError unless it fits."""
        stored = tuple(arrays[f"filling_{name}"] for name in ("values", "numbers", "starts"))
        check_csr(stored, items, items)
        check_shape("filling_stretches", arrays["filling_stretches"], (len(places),))
        return cls(csr_array(stored, shape=(items, items)), arrays["filling_stretches"])

    def _lacking(self, places: np.ndarray) -> np.ndarray:
        lacking = self.known
        lacking[places] = False
        return np.flatnonzero(lacking)


def same_for_all(scores: np.ndarray) -> bool:
    """Whether several viewers have the same scores."""
    return len(scores) > 1 and bool((scores == scores[0]).all())


def _weights(regression: ContentRegression, scales: np.ndarray, films: np.ndarray) -> csr_array:
    """The largest weights of each film, (films, all items) float32."""
    items = regression.features.shape[0]
    blocks = [csr_array((0, items), dtype=np.float32)]
    for start in range(0, len(films), _BLOCK):
        M = (regression.columns(films[start : start + _BLOCK]) * scales[:, None]).T
        if M.shape[1] > _NEIGHBOURS:
            least = np.partition(np.abs(M), -_NEIGHBOURS, axis=1)[:, [-_NEIGHBOURS]]
            M[np.abs(M) < least] = 0
        found = csr_array(M)
        sources = regression.sources[found.indices].astype(np.int32)
        blocks.append(csr_array((found.data, sources, found.indptr), shape=(len(M), items)))
    return csr_array(vstack(blocks, format="csr"))

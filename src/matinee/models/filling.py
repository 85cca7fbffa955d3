"""What a part of a blend would say of films that it lacks, by what is known of these films."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
from scipy.sparse import csr_array, vstack

from matinee.dataset import Dataset, Histories
from matinee.errors import InputError, MissingData, NumericError
from matinee.features import portrait
from matinee.models.content_regression import ContentRegression, discounted, stretch
from matinee.models.stored import check_csr, check_shape

_RIDGE, _DISCOUNT = 2.0, 0.25  # those of `ContentMap`
_NEIGHBOURS = 100  # films that a film's scores are made of
_SOURCES = 4000  # the most liked films, which may be such neighbours
_PLACES = 20  # of a list, of which such films get as many as others
_WATCHED = 5  # likes of the films with which new ones are compared
_VIEWS, _DAYS = 1.0, 30.0  # a film with so many views, or so long there, is new no more
_LEAST = 0.01  # rest that is taken for none
_BLOCK = 1024  # films at a time


@dataclass(frozen=True, slots=True, eq=False)
class Filling:
    """Part k says of film i: (1 - rest_i) · own_i + rest_i · stretches_k · Σ_w weight_iw · own_w.

    The sum runs over films that the part knows; the weights are the largest of
    `ContentRegression` (kernel ridge regression on `features.portrait`), for all parts the same.
    A film that nobody has seen has rest 1, one with n views the first of which was t days ago
    views / (views + n) · exp(-t / days): long unseen is no longer new. Stretches undo what the
    regression shrinks, so that such films reach a viewer's first places as often as others do.
    Parts that say the same of everybody, such as what is trending, and those that go by content
    themselves are not filled.
    """

    weights: csr_array  # (items, items) float32: row = film with a rest, else empty
    rest: np.ndarray  # (items,) float32, 0 where the row is empty
    stretches: np.ndarray  # (parts,) float32, 0 for a part that is not filled
    new: "Rest" = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "new", Rest.of(self))

    @classmethod
    def none(cls, items: int, parts: int) -> "Filling":
        """Nothing is known of the films: they get 0 from parts that lack them."""
        return cls(_empty(items, items), np.zeros(items, np.float32), np.zeros(parts, np.float32))

    @classmethod
    def of(
        cls,
        data: Dataset,
        histories: Histories,
        places: Sequence[np.ndarray],
        entering: Sequence[np.ndarray],
        factors: np.ndarray,
        rest: np.ndarray | None = None,
    ) -> "Filling":
        """For parts that have the films `places` of the data and these scores (rows, places).

        The scores are of the usual viewers of `histories`, and count `factors` (parts,) in the
        blend: 0 for a part that is not to be filled. `rest` (items,) is by default that of views
        and time. In the numbers of the data.
        """
        everything, parts = len(data.items), len(places)
        filled = [k for k in range(parts) if factors[k]]
        rest = newness(data) if rest is None else rest.copy()
        if not filled or not rest.any():
            return cls.none(everything, parts)
        sources = reduce(np.intersect1d, [places[k] for k in filled])
        if len(sources) < 2:
            return cls.none(everything, parts)
        likes, _ = discounted(data, sources, 0)
        sources = np.sort(sources[np.argsort(-likes, kind="stable")[:_SOURCES]])
        try:
            regression = ContentRegression.of(portrait(data.movies), sources, _RIDGE)
        except (MissingData, NumericError):
            return cls.none(everything, parts)
        likes, scales = discounted(data, sources, _DISCOUNT)
        alone = _weights(regression, scales, sources)[:, sources]
        stretches = np.zeros(parts, np.float32)
        total, expected = (np.zeros((histories.rows, len(sources)), np.float32) for _ in "12")
        for k in filled:
            own = np.zeros((len(entering[k]), everything), np.float32)
            own[:, places[k]] = factors[k] * entering[k]
            own = own[:, sources]
            mapped = np.asarray((alone @ own.T).T)
            stretches[k] = stretch(own, mapped)
            total += own
            expected += stretches[k] * mapped
        watched = likes >= _WATCHED
        stretches *= _evened(total[:, watched], expected[:, watched])
        new = np.flatnonzero(rest)
        weights = _weights(regression, scales, new)
        starts = np.zeros(everything + 1, np.int64)
        starts[new + 1] = np.diff(weights.indptr)
        whole = csr_array(
            (weights.data, weights.indices, np.cumsum(starts)), shape=(everything, everything)
        )
        rest[np.diff(whole.indptr) == 0] = 0  # nothing is known of it
        return cls(whole, rest, stretches)

    def on(self, items: np.ndarray) -> "Filling":
        """In the numbers of these items, among which all are that it needs."""
        return replace(
            self, weights=csr_array(self.weights[items][:, items]), rest=self.rest[items]
        )

    def joined(self, more: "Filling", places: np.ndarray) -> "Filling":
        """With the films of `more`, in whose numbers this one's are `places`, stretched alike."""
        if not self.stretches.any():
            return more
        own, other = self.weights.tocoo(), more.weights.tocoo()
        values = np.concatenate([own.data, other.data])
        rows = np.concatenate([places[own.coords[0]], other.coords[0]])
        columns = np.concatenate([places[own.coords[1]], other.coords[1]])
        rest = more.rest.copy()
        rest[places] = self.rest
        shape = more.weights.shape
        return Filling(csr_array((values, (rows, columns)), shape=shape), rest, self.stretches)

    def filled(self, scores: np.ndarray, places: np.ndarray, part: int) -> np.ndarray:
        """What the part with scores (rows, places) says of all items, (rows, items) float32."""
        whole = np.zeros((len(scores), self.weights.shape[0]), np.float32)
        whole[:, places] = scores
        new = self.new
        if self.stretches[part] and len(new.items):
            mapped = np.asarray((new.weights @ whole.T).T)
            own = (1 - new.rest) * whole[:, new.items]
            whole[:, new.items] = own + new.rest * self.stretches[part] * mapped
        return whole

    def mixes(
        self, places: np.ndarray, items: np.ndarray, part: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Which of the part's films make up each of `items` (rows, n), and their weights.

        Both (rows, n, width): the film itself, if the part has it, then those it is filled by.
        """
        own = np.full(self.weights.shape[0], -1, np.int64)
        own[places] = np.arange(len(places))
        starts = self.weights.indptr
        counts = (starts[items + 1] - starts[items]) * bool(self.stretches[part])
        width = 1 + int(counts.max(initial=0))
        films = np.zeros((*items.shape, width), np.int64)
        weights = np.zeros((*items.shape, width), np.float32)
        films[..., 0] = np.maximum(own[items], 0)
        weights[..., 0] = np.where(counts > 0, 1 - self.rest[items], 1) * (own[items] >= 0)
        for row, column in zip(*np.nonzero(counts), strict=True):
            item = items[row, column]
            entries = slice(self.weights.indptr[item], self.weights.indptr[item + 1])
            stop = 1 + counts[row, column]
            films[row, column, 1:stop] = own[self.weights.indices[entries]]
            share = self.rest[item] * self.stretches[part]
            weights[row, column, 1:stop] = share * self.weights.data[entries]
        return films, weights

    def arrays(self) -> dict[str, np.ndarray]:
        """`filling_` values, numbers, starts, rest and stretches."""
        return {
            "filling_values": self.weights.data,
            "filling_numbers": self.weights.indices,
            "filling_starts": self.weights.indptr,
            "filling_rest": self.rest,
            "filling_stretches": self.stretches,
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, np.ndarray], items: int, places: Sequence[np.ndarray]
    ) -> "Filling":
        """What was stored, for parts that have the items `places`; InputError unless it fits."""
        values, numbers, starts = (
            arrays[f"filling_{name}"] for name in ("values", "numbers", "starts")
        )
        stored = values, numbers, starts
        rest, stretches = arrays["filling_rest"], arrays["filling_stretches"]
        check_csr(stored, items, items)
        check_shape("filling_rest", rest, (items,))
        check_shape("filling_stretches", stretches, (len(places),))
        sources = np.unique(numbers)
        for stretched, own in zip(stretches, places, strict=True):
            if stretched and not np.isin(sources, own).all():
                raise InputError("filling_numbers: expected films that every filled part has")
        return cls(csr_array(stored, shape=(items, items)), rest, stretches)


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """The items that are filled at all, and what by: taken out of a filling once."""

    items: np.ndarray  # (new,)
    rest: np.ndarray  # (new,) float32
    weights: csr_array  # (new, items) float32

    @classmethod
    def of(cls, filling: Filling) -> "Rest":
        """Of a whole filling."""
        items = np.flatnonzero(filling.rest)
        return cls(items, filling.rest[items], csr_array(filling.weights[items]))


def _empty(rows: int, columns: int) -> csr_array:
    starts = np.zeros(rows + 1, np.int32)
    nothing = np.zeros(0, np.float32), np.zeros(0, np.int32), starts
    return csr_array(nothing, shape=(rows, columns))


def newness(data: Dataset) -> np.ndarray:
    """The rest of each item by views and time, (items,) float32: 1 for those without a view."""
    histories = data.histories
    views = np.bincount(histories.numbers, minlength=len(data.items))
    first = np.full(len(data.items), data.as_of, np.int64)
    if data.has_times:
        np.minimum.at(first, histories.numbers, histories.time)
        days = (data.as_of - first) / 86_400
    else:
        days = np.where(views > 0, np.inf, 0)
    rest = _VIEWS / (_VIEWS + views) * np.exp(-days / _DAYS)
    return np.where(rest > _LEAST, rest, 0).astype(np.float32)


def _evened(own: np.ndarray, mapped: np.ndarray) -> float:
    """By what mapped scores (rows, films) are multiplied to reach a viewer's first places as often.

    As often as own scores do: over the own score at the viewer's `_PLACES`th place.
    """
    if own.shape[1] <= _PLACES:
        return 1.0
    least = -np.partition(-own, _PLACES - 1, axis=1)[:, [_PLACES - 1]]
    reachable = (mapped > 0) & (least > 0)
    needed = np.divide(least, mapped, out=np.full(own.shape, np.inf, np.float32), where=reachable)
    count = _PLACES * len(own)
    factor = float(np.partition(needed, count - 1, axis=None)[count - 1])
    return factor if 0 < factor < np.inf else 1.0


def _weights(regression: ContentRegression, scales: np.ndarray, films: np.ndarray) -> csr_array:
    """The largest weights of each film, (films, all items) float32."""
    items = regression.features.shape[0]
    blocks = [_empty(0, items)]
    for start in range(0, len(films), _BLOCK):
        M = (regression.columns(films[start : start + _BLOCK]) * scales[:, None]).T
        if M.shape[1] > _NEIGHBOURS:
            least = np.partition(np.abs(M), -_NEIGHBOURS, axis=1)[:, [-_NEIGHBOURS]]
            M[np.abs(M) < least] = 0
        found = csr_array(M)
        sources = regression.sources[found.indices].astype(np.int32)
        blocks.append(csr_array((found.data, sources, found.indptr), shape=(len(M), items)))
    return csr_array(vstack(blocks, format="csr"))

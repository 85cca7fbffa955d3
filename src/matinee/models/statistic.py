"""Sums over viewers from which every linear item-item model is solved."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array, vstack

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData
from matinee.kernels.gram import gram, upper_gram
from matinee.models.solve import check_memory, invert, invert_rows

GRID = 1024  # values are multiples of 1 / GRID: float64 sums of their products are exact
_FEW = 0.5  # viewers an item, below which their rows are inverted rather than the sums
_BLOCK = 512  # rows of the item-item matrix at a time


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an entry of a history counts for: 1 times the strength if liked, else these."""

    neutral: float = 0.0  # seen without opinion
    disliked: float = 0.0  # times |strength|

    def __post_init__(self) -> None:
        if not (0 <= self.neutral <= 1 and 0 <= self.disliked <= 1):
            raise InputError(f"inputs: expected neutral and disliked from 0 to 1, got {self}")

    @property
    def likes_only(self) -> bool:
        """Whether a film that was seen but not liked counts as not seen."""
        return self.neutral == 0 == self.disliked

    def values(self, histories: Histories) -> np.ndarray:
        """Of each entry, (entries,) float32 from 0 to 1."""
        strength = histories.strength
        others = np.where(strength < 0, np.float32(-self.disliked) * strength, self.neutral)
        return np.where(strength > 0, strength, others).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Weighing:
    """What a viewer's row depends on: equal weighings share their sums."""

    inputs: Inputs = Inputs()
    activity: float = 0.0  # a row is multiplied by (entries that count)^(-activity / 2)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a recipe is solved from."""

    weighing: Weighing = Weighing()
    least: int = 1  # likes that a film must have
    crossed: bool = False  # whether `products` are needed
    matrices: bool = False  # whether the sums themselves are needed, and not what follows of them
    dtype: str = "float64"


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Σ over viewers on the items that are solved for. Solving overwrites the matrices."""

    items: Vocabulary
    likes: np.ndarray  # (items,) int64: viewers who liked it
    squares: np.ndarray  # (items, items) Σ y yᵀ of what was seen; zeros below the diagonal
    products: np.ndarray | None  # (items, items) Σ y_seen y_likedᵀ, if it is needed

    @property
    def counts(self) -> np.ndarray:
        """Σ y² of each item as seen, (items,) float64."""
        return self.squares.diagonal().astype(np.float64)

    @property
    def own(self) -> np.ndarray:
        """Σ y_seen y_liked of each item with itself, (items,) float64."""
        assert self.products is not None
        return self.products.diagonal().astype(np.float64)

    def inverse(
        self, ridges: np.ndarray | float, name: str, scales: np.ndarray | None = None
    ) -> np.ndarray:
        """(diag(s) Σ y yᵀ diag(s) + diag(ridges))⁻¹, s = `scales` or 1, in place of `squares`."""
        G = self.squares
        if scales is not None:
            G *= scales
            G *= scales[:, None]
        G[np.diag_indices_from(G)] += ridges
        return invert(G, name)

    def predicted(self, P: np.ndarray) -> np.ndarray:
        """P Σ y_seen y_likedᵀ, (items, items)."""
        assert self.products is not None
        return np.asarray(P @ self.products)


@dataclass(frozen=True, slots=True, eq=False)
class FewRows:
    """What `Sums` gives, from the rows: far less work where viewers are fewer than items."""

    items: Vocabulary
    rows: "Rows"  # on `items`
    dtype: str

    @property
    def likes(self) -> np.ndarray:
        """How many viewers liked each item, (items,) int64."""
        return self.rows.likes

    @property
    def counts(self) -> np.ndarray:
        """Σ y² of each item as seen, (items,) float64."""
        return _column_sums(self.rows.seen.multiply(self.rows.seen))

    @property
    def own(self) -> np.ndarray:
        """Σ y_seen y_liked of each item with itself, (items,) float64."""
        return _column_sums(self.rows.seen.multiply(self.rows.liked))

    def inverse(
        self, ridges: np.ndarray | float, name: str, scales: np.ndarray | None = None
    ) -> np.ndarray:
        """(diag(s) Σ y yᵀ diag(s) + diag(ridges))⁻¹, s = `scales` or 1."""
        seen = self.rows.seen
        scaled = seen if scales is None else csr_array(seen @ diags_array(scales))
        return invert_rows(scaled, np.broadcast_to(ridges, len(self.items)), self.dtype, name)

    def predicted(self, P: np.ndarray) -> np.ndarray:
        """P Σ y_seen y_likedᵀ, (items, items), P being symmetric."""
        by_row: np.ndarray = self.rows.seen.astype(P.dtype) @ P
        return np.ascontiguousarray((self.rows.liked.T.astype(P.dtype) @ by_row).T)


class Summed(Protocol):
    """A recipe that starts from sums over viewers."""

    kind: ClassVar[str]

    @property
    def needs(self) -> Needs:
        """Which sums."""
        ...


@runtime_checkable
class LinearRecipe(Summed, Protocol):
    """A recipe that is solved from sums over viewers: `fit` is `solve` of `gathered`."""

    def solve(self, sums: Sums | FewRows, data: Dataset) -> Any:
        """The fitted model; of the data only its films' descriptions are read."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What viewers add to the sums: y = √w · values, one row a viewer.

    A row depends on that viewer's history alone, and is rounded to multiples of 1 / GRID.
    """

    items: Vocabulary
    seen: csr_array  # (users, items) float32: everything that counts
    liked: csr_array  # (users, items) float32: the likes, which are what is predicted

    @classmethod
    def of(cls, data: Dataset, weighing: Weighing) -> "Rows":
        """Rows of all viewers on all items; w = (entries that count)^-activity."""
        histories, inputs = data.histories, weighing.inputs
        values, strength = inputs.values(histories), histories.strength
        if weighing.activity:
            lengths = np.bincount(histories.entry_rows, values > 0, histories.rows)
            weight = np.sqrt(np.maximum(lengths, 1.0) ** -weighing.activity)[histories.entry_rows]
            values, strength = weight * values, weight * strength
        seen = _positive(histories, values)
        if inputs.likes_only:
            return cls(data.items, seen, seen)
        return cls(data.items, seen, _positive(histories, strength))

    def on(self, items: Vocabulary) -> "Rows":
        """The same on other items; what those lack is left out."""
        numbers = items.numbers(self.items.ids)
        seen = _columns(self.seen, numbers, len(items))
        same = self.liked is self.seen
        return Rows(items, seen, seen if same else _columns(self.liked, numbers, len(items)))

    def take(self, rows: np.ndarray) -> "Rows":
        """These viewers alone."""
        seen = self.seen[rows]
        return Rows(self.items, seen, seen if self.liked is self.seen else self.liked[rows])

    def and_(self, others: "Rows") -> "Rows":
        """These rows and then others, on the same items."""
        seen = csr_array(vstack([self.seen, others.seen], format="csr"))
        if self.liked is self.seen and others.liked is others.seen:
            return Rows(self.items, seen, seen)
        liked = csr_array(vstack([self.liked, others.liked], format="csr"))
        return Rows(self.items, seen, liked)

    @property
    def likes(self) -> np.ndarray:
        """How many viewers liked each item, (items,) int64."""
        return np.bincount(self.liked.indices, minlength=len(self.items))

    def squares(self, dtype: str = "float64") -> np.ndarray:
        """Σ y yᵀ of what was seen, (items, items): the upper triangle, zeros below it."""
        items = self.seen.shape[1]
        out: np.ndarray = np.zeros((items, items), dtype)
        upper_gram(self.seen, out)
        return out

    def products(self, dtype: str = "float64") -> np.ndarray:
        """Σ y_seen y_likedᵀ, (items, items): row = seen, column = liked."""
        items = self.seen.shape[1]
        out: np.ndarray = np.empty((items, items), dtype)
        by_column = self.seen.T.tocsr()
        for start in range(0, items, _BLOCK):
            stop = min(start + _BLOCK, items)
            out[start:stop] = gram(self.liked, by_column, start, stop)
        return out


def gathered(recipe: Summed, data: Dataset, predicted: np.ndarray | None = None) -> Sums | FewRows:
    """What the recipe is solved from, of every viewer of the data.

    `predicted` (entries,) from 0 to 1 takes the place of the likes as what is predicted.
    """
    needs = recipe.needs
    if not data.histories.entries:
        raise MissingData(f"{recipe.kind}: expected interactions to learn from, got none")
    rows = Rows.of(data, needs.weighing)
    items = solved_items(recipe, rows.likes, data)
    if predicted is not None:
        rows = replace(rows, liked=_positive(data.histories, predicted))
    rows = rows.on(items)
    if not needs.matrices and len(data.users) < len(items) * _FEW:
        return FewRows(items, rows, needs.dtype)
    squares = rows.squares(needs.dtype)
    return Sums(items, rows.likes, squares, rows.products(needs.dtype) if needs.crossed else None)


def solved_items(recipe: Summed, likes: np.ndarray, data: Dataset) -> Vocabulary:
    """The items with enough likes, of which a linear model can say anything.

    `likes` (items of the data,). Data without a like keeps its rated items: their weights are 0.
    NumericError where there is no memory to solve for them.
    """
    needs = recipe.needs
    keep = likes >= needs.least
    items = Vocabulary(data.items.ids.filter(pl.Series(keep if keep.any() else data.rated_items)))
    check_memory(len(items), 3.1 if needs.crossed else 1.1, needs.dtype, recipe.kind)
    return items


def _positive(histories: Histories, values: np.ndarray) -> csr_array:
    """(rows, items) of the values that are positive on the grid."""
    rounded = np.asarray(np.round(GRID * values) / GRID, np.float32)
    keep = rounded > 0
    return histories.where(keep).matrix(rounded[keep])


def _columns(matrix: csr_array, numbers: np.ndarray, width: int) -> csr_array:
    """The matrix with column k as column numbers[k] of `width`, left out where that is -1."""
    keep = numbers[matrix.indices] >= 0
    kept = np.concatenate([[0], np.cumsum(keep)])
    starts = kept[matrix.indptr].astype(matrix.indptr.dtype)  # else SciPy copies the numbers
    columns = numbers[matrix.indices[keep]]
    found = csr_array((matrix.data[keep], columns, starts), shape=(matrix.shape[0], width))
    found.sort_indices()
    return found


def _column_sums(matrix: Any) -> np.ndarray:
    entries = matrix.tocsr()
    return np.bincount(entries.indices, entries.data.astype(np.float64), entries.shape[1])

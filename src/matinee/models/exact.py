"""The sums over viewers kept sparse, so that viewers can come and go: exact in any order."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import coo_array, csr_array, vstack

from matinee.dataset import Dataset, Vocabulary
from matinee.errors import InputError
from matinee.kernels.gram import gram
from matinee.models.statistic import LinearRecipe, Rows, Sums, solved_items
from matinee.models.stored import check_csr, check_shape

_BLOCK = 512  # rows of the item-item matrices at a time


@dataclass(frozen=True, slots=True, eq=False)
class Statistic:
    """Σ over viewers, on the items that somebody saw; no stored zeros, columns ascend in a row.

    Values are multiples of 2⁻²⁰ and sums below 2³³ are exact, so viewers may be added and removed
    in any order: the arrays are those of the viewers who are left, bit for bit.
    """

    items: Vocabulary
    likes: np.ndarray  # (items,) int64: viewers who liked it
    squares: csr_array  # (items, items) float64 Σ y yᵀ of what was seen: the upper triangle
    products: csr_array  # (items, items) float64 Σ y_seen y_likedᵀ

    @classmethod
    def of(cls, rows: Rows) -> "Statistic":
        """The sums of these rows."""
        seen = np.bincount(rows.seen.indices, minlength=len(rows.items)) > 0
        own = rows.on(Vocabulary(rows.items.ids.filter(pl.Series(seen))))
        by_column = own.seen.T.tocsr()
        squares, products = [], []
        for start in range(0, len(own.items), _BLOCK):
            stop = min(start + _BLOCK, len(own.items))
            squares.append(csr_array(np.triu(gram(own.seen, by_column, start, stop), start)))
            products.append(csr_array(gram(own.liked, by_column, start, stop)))
        shape = (len(own.items), len(own.items))
        return cls(own.items, own.likes, _stacked(squares, shape), _stacked(products, shape))

    def plus(self, other: "Statistic", order: Vocabulary) -> "Statistic":
        """The sums of both; `order` holds the items of both, which come out in its order."""
        return self._combined(other, order, 1)

    def minus(self, other: "Statistic", order: Vocabulary) -> "Statistic":
        """The sums without those of the other, which are among them."""
        return self._combined(other, order, -1)

    def on(self, items: Vocabulary) -> "Statistic":
        """The same on other items: zero for new ones, and what they lack is left out."""
        if items == self.items:
            return self
        numbers = items.numbers(self.items.ids)
        likes = np.zeros(len(items), np.int64)
        likes[numbers[numbers >= 0]] = self.likes[numbers >= 0]
        squares = _moved(self.squares, numbers, len(items), upper=True)
        return Statistic(items, likes, squares, _moved(self.products, numbers, len(items)))

    def sums(self, recipe: LinearRecipe, data: Dataset) -> Sums:
        """What `gathered` gives for the viewers of these sums; `data` knows the films."""
        needs = recipe.needs
        likes = np.zeros(len(data.items), np.int64)
        likes[data.items.numbers(self.items.ids)] = self.likes
        items = solved_items(recipe, likes, data)
        own = self.on(items)
        products = own.products.astype(needs.dtype).toarray() if needs.crossed else None
        return Sums(items, own.likes, own.squares.astype(needs.dtype).toarray(), products)

    def difference(self, other: "Statistic") -> float:
        """The largest difference between two sums of the same entry; inf if items differ."""
        if self.items != other.items:
            return np.inf
        pairs = ((self.squares, other.squares), (self.products, other.products))
        found = [np.abs(self.likes - other.likes), *(np.abs((a - b).data) for a, b in pairs)]
        return float(max(values.max(initial=0) for values in found))

    def arrays(self) -> dict[str, np.ndarray]:
        """`likes`, and of each matrix its row starts, columns and values."""
        found = {"likes": self.likes}
        for name, matrix in (("squares", self.squares), ("products", self.products)):
            found |= {
                f"{name}_starts": matrix.indptr,
                f"{name}_columns": matrix.indices,
                f"{name}_values": matrix.data,
            }
        return found

    @classmethod
    def from_arrays(cls, items: Vocabulary, arrays: Mapping[str, np.ndarray]) -> "Statistic":
        """The statistic of stored arrays; InputError unless they fit together."""
        check_shape("likes", arrays["likes"], (len(items),))
        shape = (len(items), len(items))
        matrices = []
        for name in ("squares", "products"):
            stored = tuple(arrays[f"{name}_{part}"] for part in ("values", "columns", "starts"))
            check_csr(stored, *shape)  # type: ignore[arg-type]
            matrices.append(csr_array(stored, shape=shape))
        if (
            matrices[0].indices < np.repeat(np.arange(len(items)), np.diff(matrices[0].indptr))
        ).any():
            raise InputError("squares: expected nothing below the diagonal")
        return cls(items, arrays["likes"], *matrices)

    def _combined(self, other: "Statistic", order: Vocabulary, sign: int) -> "Statistic":
        a, b = self.on(order), other.on(order)
        squares, products = a.squares + sign * b.squares, a.products + sign * b.products
        squares.eliminate_zeros()
        products.eliminate_zeros()
        both = Statistic(order, a.likes + sign * b.likes, squares, products)
        return both.on(Vocabulary(order.ids.filter(pl.Series(squares.diagonal() > 0))))


def _stacked(blocks: list[csr_array], shape: tuple[int, int]) -> csr_array:
    if not blocks:
        return csr_array(shape)
    found: csr_array = vstack(blocks, format="csr")
    found.sort_indices()
    return found


def _moved(matrix: csr_array, numbers: np.ndarray, n: int, upper: bool = False) -> csr_array:
    """The matrix with row and column k at numbers[k] of n; an upper triangle stays one."""
    entries = matrix.tocoo()
    row, column = (numbers[places] for places in entries.coords)
    known = (row >= 0) & (column >= 0)
    row, column, values = row[known], column[known], entries.data[known]
    if upper:
        row, column = np.minimum(row, column), np.maximum(row, column)
    found: csr_array = coo_array((values, (row, column)), shape=(n, n)).tocsr()
    found.sort_indices()
    return found

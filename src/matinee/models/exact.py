"""The sums over viewers kept sparse, so that viewers can come and go: exact in any order."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import coo_array, csr_array

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
    products: csr_array | None  # (items, items) float64 Σ y_seen y_likedᵀ; None: as the squares

    @classmethod
    def of(cls, rows: Rows) -> "Statistic":
        """The sums of these rows."""
        seen = np.bincount(rows.seen.indices, minlength=len(rows.items)) > 0
        own = rows.on(Vocabulary(rows.items.ids.filter(pl.Series(seen))))
        by_column = own.seen.T.tocsr()
        symmetric = own.liked is own.seen
        squares, products = list[csr_array](), list[csr_array]()
        for start in range(0, len(own.items), _BLOCK):
            stop = min(start + _BLOCK, len(own.items))
            squares.append(csr_array(np.triu(gram(own.seen, by_column, start, stop), start)))
            if not symmetric:
                products.append(csr_array(gram(own.liked, by_column, start, stop)))
        n = len(own.items)
        stacked = _stacked(squares, n)
        return cls(own.items, own.likes, stacked, None if symmetric else _stacked(products, n))

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
        products = self.products
        if products is not None:
            products = _moved(products, numbers, len(items))
        return Statistic(items, likes, squares, products)

    def sums(self, recipe: LinearRecipe, data: Dataset) -> Sums:
        """What `gathered` gives for the viewers of these sums; `data` knows the films."""
        needs = recipe.needs
        likes = np.zeros(len(data.items), np.int64)
        likes[data.items.numbers(self.items.ids)] = self.likes
        items = solved_items(recipe, likes, data)
        own = self.on(items)
        squares = own.squares.astype(needs.dtype).toarray()
        if not needs.crossed:
            return Sums(items, own.likes, squares, None)
        if own.products is None:
            return Sums(items, own.likes, squares, squares + np.triu(squares, 1).T)
        return Sums(items, own.likes, squares, own.products.astype(needs.dtype).toarray())

    def difference(self, other: "Statistic") -> float:
        """The largest difference between two sums of the same entry; inf if items differ."""
        if self.items != other.items:
            return np.inf
        found = [np.abs(self.likes - other.likes), np.abs((self.squares - other.squares).data)]
        if self.products is not None and other.products is not None:
            found.append(np.abs((self.products - other.products).data))
        return float(max(values.max(initial=0) for values in found))

    def arrays(self) -> dict[str, np.ndarray]:
        """`likes`, and of each matrix its row starts, columns and values."""
        found = {"likes": self.likes}
        for name, matrix in (("squares", self.squares), ("products", self.products)):
            if matrix is not None:
                found |= csr_arrays(name, matrix)
        return found

    @classmethod
    def from_arrays(cls, items: Vocabulary, arrays: Mapping[str, np.ndarray]) -> "Statistic":
        """The statistic of stored arrays; InputError unless they fit together."""
        check_shape("likes", arrays["likes"], (len(items),))
        squares = csr_of(arrays, "squares", len(items), len(items))
        products = None
        if "products_values" in arrays:
            products = csr_of(arrays, "products", len(items), len(items))
        rows = np.repeat(np.arange(len(items)), np.diff(squares.indptr))
        if (squares.indices < rows).any():
            raise InputError("squares: expected nothing below the diagonal")
        return cls(items, arrays["likes"], squares, products)

    def _combined(self, other: "Statistic", order: Vocabulary, sign: int) -> "Statistic":
        a, b = self.on(order), other.on(order)
        squares, products = a.squares + sign * b.squares, None
        squares.eliminate_zeros()
        if a.products is not None and b.products is not None:
            products = a.products + sign * b.products
            products.eliminate_zeros()
        both = Statistic(order, a.likes + sign * b.likes, squares, products)
        return both.on(Vocabulary(order.ids.filter(pl.Series(squares.diagonal() > 0))))


def csr_arrays(name: str, matrix: csr_array) -> dict[str, np.ndarray]:
    """Row starts, columns and values of a matrix, under names that begin with its own."""
    parts = {"starts": matrix.indptr, "columns": matrix.indices, "values": matrix.data}
    return {f"{name}_{part}": array for part, array in parts.items()}


def csr_of(arrays: Mapping[str, np.ndarray], name: str, rows: int, columns: int) -> csr_array:
    """The matrix of `csr_arrays`; InputError unless its arrays fit together."""
    values, numbers, starts = (arrays[f"{name}_{p}"] for p in ("values", "columns", "starts"))
    check_csr((values, numbers, starts), rows, columns)
    return csr_array((values, numbers, starts), shape=(rows, columns))


def _stacked(blocks: list[csr_array], n: int) -> csr_array:
    """The blocks of rows as one (n, n) matrix; they are let go on the way: there is no room."""
    starts = np.zeros(1, np.int64)
    entries = sum(block.nnz for block in blocks)
    values, columns = np.empty(entries), np.empty(entries, np.int32)
    for k in range(len(blocks)):
        block, blocks[k] = blocks[k], None  # type: ignore[call-overload]
        part = slice(starts[-1], starts[-1] + block.nnz)
        values[part], columns[part] = block.data, block.indices
        starts = np.append(starts, starts[-1] + block.indptr[1:])
    return csr_array((values, columns, starts), shape=(n, n))


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

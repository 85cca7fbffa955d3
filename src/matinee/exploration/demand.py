"""What viewers like beside what the catalogue offers, cell by cell, with how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.exploration.taste_segments import LEAST_VIEWERS

_SURE: Final = 0.95  # of all intervals that are shown together
_WORTH: Final = 1.25  # times what is offered: less is no reason to buy
COLUMNS: Final = ("genre", "decade", "films", "viewers", "demand", "low", "high", "supply")


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A genre in a decade each: `names` (genre, decade), `shares` (films, cells) sum to 1 a film.

    A film of two genres is half in each; one of which either is unknown is in none.
    """

    names: Sequence[tuple[str, int]]
    shares: csr_array


def cells_of(genres: pl.Series, years: pl.Series, unsaid: Sequence[str] = ()) -> Cells:
    """The cells of films by their genres (lists) and years; genres that are `unsaid` left out."""
    films = pl.DataFrame({"film": pl.int_range(len(genres), eager=True), "genre": genres})
    films = films.with_columns(decade=(years // 10 * 10).cast(pl.Int64)).drop_nulls("decade")
    pairs = films.explode("genre").drop_nulls("genre").unique(["film", "genre"])
    pairs = pairs.filter(~pl.col("genre").is_in(list(unsaid)))
    pairs = pairs.with_columns(share=1.0 / pl.len().over("film"))
    known = pairs.select("genre", "decade").unique().sort("genre", "decade")
    names = [(str(genre), int(decade)) for genre, decade in known.iter_rows()]
    numbered = pairs.join(known.with_row_index("cell"), on=["genre", "decade"])
    numbered = numbered.sort("film", "cell")
    shape = (len(genres), len(names))
    at = (numbered["film"].to_numpy(), numbered["cell"].to_numpy())
    return Cells(names, csr_array((numbered["share"].to_numpy(), at), shape=shape))


def demand(likes: csr_array, cells: Cells, offered: np.ndarray) -> pl.DataFrame:
    """A row a cell with 10 viewers or more: COLUMNS; those with fewer are left out.

    `likes` (viewers, films) of 0 and 1; `offered` (films,) bool. Every viewer counts the same: the
    demand of a cell is the mean over viewers of their share of likes in it; supply is its share of
    the films offered. The interval is normal, of the mean over viewers, at 95 % for all cells
    together (Bonferroni).
    """
    supply = np.asarray(cells.shares[offered].sum(0)).ravel()
    supply = supply / max(supply.sum(), 1e-12)
    liked = csr_array(likes @ cells.shares)
    totals = np.asarray(liked.sum(1)).ravel()
    liked, totals = liked[totals > 0], totals[totals > 0]
    viewers = liked.shape[0]
    shares = csr_array(liked.multiply(1.0 / totals[:, None])) if viewers else liked
    there = np.bincount(shares.indices, minlength=len(cells.names))
    shown = np.flatnonzero(there >= LEAST_VIEWERS)
    if not len(shown):
        kinds = [pl.String, pl.Int64, pl.Float64, pl.Int64, *[pl.Float64] * 4]
        return pl.DataFrame(schema=dict(zip(COLUMNS, kinds, strict=True)))
    mean = np.asarray(shares.mean(0)).ravel()[shown]
    square = np.asarray(shares.power(2).mean(0)).ravel()[shown]
    error = np.sqrt(np.maximum(square - mean**2, 0) / max(viewers - 1, 1))
    wide = NormalDist().inv_cdf(1 - (1 - _SURE) / (2 * len(shown))) * error
    films = np.asarray(cells.shares[offered].sum(0)).ravel()[shown]
    names = [cells.names[k] for k in shown.tolist()]
    columns = (
        [genre for genre, _ in names],
        [decade for _, decade in names],
        *(films, there[shown], mean, np.maximum(mean - wide, 0), mean + wide, supply[shown]),
    )
    return pl.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def wanting(found: pl.DataFrame) -> pl.DataFrame:
    """Cells that are surely liked more than they are offered, by how much is lacking.

    The low end of the demand is a quarter and more above the supply; `lacking` is the difference.
    """
    lacking = found.with_columns(lacking=pl.col("low") - pl.col("supply"))
    enough = pl.col("low") > _WORTH * pl.col("supply")
    return lacking.filter(enough).sort(
        "lacking", "genre", "decade", descending=[True, False, False]
    )


def glutted(found: pl.DataFrame) -> pl.DataFrame:
    """Cells that are surely offered more than they are liked, the largest difference first."""
    spare = found.with_columns(spare=pl.col("supply") - pl.col("high"))
    enough = pl.col("supply") > _WORTH * pl.col("high")
    return spare.filter(enough).sort("spare", "genre", "decade", descending=[True, False, False])

"""The genres of films as shares."""

import numpy as np
import polars as pl
from scipy.sparse import csr_array


def genre_shares(movies: pl.DataFrame) -> csr_array:
    """p(genre | film), (items, genres): a film's genres share it equally (Steck 2018, 3.1).

    Genres in text order; a film without any is a row of zeros.
    """
    listed = (
        movies.select("genres")
        .with_row_index("item")
        .explode("genres", empty_as_null=True)
        .drop_nulls()
        .unique()
        .sort("item", "genres")
    )
    names = listed["genres"].unique().sort()
    genres = listed["genres"].cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64)
    items = listed["item"].to_numpy().astype(np.int64)
    per_item = np.bincount(items, minlength=movies.height)
    return csr_array((1 / per_item[items], (items, genres)), shape=(movies.height, len(names)))

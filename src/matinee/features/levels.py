"""What is known of films as levels: one column for each genre, year, person and keyword."""

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.features.metadata import LEADING_CAST
from matinee.features.named import FeatureMatrix

# Kind -> column of the catalogue. Of a year there is its decade besides.
KINDS = {
    "genre": "genres",
    "year": "year",
    "decade": "year",
    "director": "directors",
    "cast": "cast",
    "keyword": "keywords",
    "writer": "writers",
    "company": "companies",
    "country": "countries",
    "language": "language",
}
_LEAST = 2  # films of a level; a level of one film says no more than the film itself


def levels(movies: pl.DataFrame) -> dict[str, FeatureMatrix]:
    """A matrix (films, levels) of each kind that is known of some films, names "genre: Drama".

    Entries are 1 over the square root of how many levels of the kind the film has, so that rows
    have length 1. A film of which a kind is not known has its level "genre: unknown"; a level
    that fewer than two films have is left out, and its film then is all zeros. A kind of which
    one level alone is left tells no films apart and is left out.
    """
    found = {}
    for kind, column in KINDS.items():
        if column not in movies.columns or movies[column].null_count() == movies.height:
            continue
        values = movies[column]
        if kind == "decade":
            values = values // 10 * 10
        elif kind == "cast":
            values = values.list.head(LEADING_CAST)
        matrix = _levels(kind, values)
        if len(matrix.names) > 1:
            found[kind] = matrix
    return found


def _levels(kind: str, values: pl.Series) -> FeatureMatrix:
    frame = pl.DataFrame({"film": np.arange(len(values)), "value": values})
    if isinstance(values.dtype, pl.List):
        frame = frame.explode("value", empty_as_null=True)
    frame = frame.with_columns(pl.col("value").cast(pl.String).fill_null("unknown")).unique()
    counts = frame.group_by("value").len().filter(pl.col("len") >= _LEAST).sort("value")
    frame = frame.join(counts.with_row_index("column"), on="value").sort("film", "column")
    films, columns = frame["film"].to_numpy(), frame["column"].to_numpy()
    lengths = np.bincount(films, minlength=len(values))
    matrix = csr_array(
        (1 / np.sqrt(lengths[films]), (films, columns)), shape=(len(values), counts.height)
    )
    names = [f"{kind}: {value}" for value in counts["value"]]
    return FeatureMatrix(matrix.astype(np.float32), names)

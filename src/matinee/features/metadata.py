"""The metadata soup: director, leading cast, genres and keywords of a film."""

import numpy as np
import polars as pl
from scipy.sparse import csr_array, hstack

from matinee.errors import MissingData
from matinee.features.named import FeatureMatrix, unit_rows

LEADING_CAST = 5  # of the billing order

# Kind -> (column, share of the cosine of two films of which all four kinds are known).
SOUP = {
    "director": ("directors", 0.2),
    "cast": ("cast", 0.2),
    "genre": ("genres", 0.25),
    "keyword": ("keywords", 0.35),
}


def soup(movies: pl.DataFrame) -> FeatureMatrix:
    """Directors, top five cast, genres and keywords, (films, features), names "cast: Tom Hanks".

    Each kind is a block of its own: idf weights ln((1 + n) / (1 + df)) + 1 over the n films of
    which the kind is known, at unit length times the square root of the kind's share in `SOUP`
    (of the kinds that any film has). So fifty keywords weigh no more than five. What is not known
    of a film counts as unlike: its row is shorter than 1, zero if nothing is known; or a film
    known by its genres alone would be the nearest to many. MissingData if so for all films.
    """
    kinds = {}
    for kind, (column, share) in SOUP.items():
        if column not in movies.columns:
            continue
        lists = movies[column].list.head(LEADING_CAST) if kind == "cast" else movies[column]
        block, values = listed(lists)
        if values:
            kinds[kind] = (block, values, share)
    if not kinds:
        columns = ", ".join(column for column, _ in SOUP.values())
        raise MissingData(f"movies: expected one of {columns} of at least one film, got none")
    total = sum(share for _, _, share in kinds.values())
    blocks = [block * np.sqrt(share / total) for block, _, share in kinds.values()]
    names = [f"{kind}: {value}" for kind, (_, values, _) in kinds.items() for value in values]
    matrix = csr_array(hstack(blocks, format="csr")).astype(np.float32)
    return FeatureMatrix(matrix, names)


def content_vectors(movies: pl.DataFrame) -> FeatureMatrix:
    """What diversity and serendipity measure the distance of films by: 1 - cosine of these rows.

    The soup at unit length; so genres alone where nothing but genres is known of the films. A film
    of which nothing is known is a row of zeros: at distance 1 from every other.
    """
    features = soup(movies)
    return FeatureMatrix(unit_rows(features.matrix).astype(np.float32), features.names)


def listed(lists: pl.Series) -> tuple[csr_array, list[str]]:
    """Idf-weighted rows of unit length, (films, values), and the values in text order."""
    frame = pl.DataFrame({"film": np.arange(len(lists), dtype=np.int32), "value": lists})
    frame = frame.explode("value", empty_as_null=True).with_columns(
        pl.col("value").str.replace_all(r"\s+", " ").str.strip_chars()
    )
    frame = frame.filter(pl.col("value").str.len_bytes() > 0).unique(["film", "value"])
    values = frame["value"].unique().sort()
    columns = frame["value"].cast(pl.Enum(values)).to_physical().to_numpy().astype(np.int32)
    films = frame["film"].to_numpy()
    known = len(np.unique(films))
    frequency = np.bincount(columns, minlength=len(values))
    idf = np.log((1 + known) / (1 + frequency)) + 1
    matrix = csr_array((idf[columns], (films, columns)), shape=(len(lists), len(values)))
    return unit_rows(matrix), values.to_list()

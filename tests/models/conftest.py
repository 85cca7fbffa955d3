"""The published protocol's strong-generalisation split, as a data set and histories."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array

from matinee.dataset import NO_TIME, Dataset, Histories, Vocabulary
from matinee.models.protocols import Scorer
from matinee.schema import MOVIES, RatingScale


@pytest.fixture(scope="session")
def extracted(real_data, tmp_path_factory) -> Path:
    """The folder in which ml-latest-small lies unpacked."""
    import zipfile

    folder = tmp_path_factory.mktemp("ratings")
    with zipfile.ZipFile(real_data / "ml-latest-small.zip") as archive:
        archive.extract("ml-latest-small/ratings.csv", folder)
    return folder


@dataclass(frozen=True)
class Strong:
    """What the held-out viewers of the protocol say of a model."""

    train: Dataset
    histories: Histories
    measured: Callable[[Scorer], dict[str, float]]


@pytest.fixture(scope="session")
def strong(protocols, extracted) -> Strong:
    """latest-small, liked = rating >= 4, 60 + 60 viewers held out, seed 98765."""
    ratings = protocols.load("ml-latest-small", extracted)
    ranking = protocols.strong_generalisation(ratings, min_rating=4, n_heldout=60)
    items = Vocabulary(pl.Series([str(item) for item in ranking.items]))
    train = histories_of(ranking.train, items)
    seen, target = ranking.test

    def measured(model: Scorer) -> dict[str, float]:
        top = protocols.top_k(model.score(histories_of(seen, items)), seen, 100)
        by_user, _ = protocols.ranking_metrics(top, target, ranking.train)
        return {name: float(values.mean()) for name, values in by_user.items()}

    movies = pl.DataFrame({"item_id": items.ids}).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in MOVIES.items() if name != "item_id"
    )
    users = Vocabulary(pl.Series([f"u{row}" for row in range(train.rows)]))
    data = Dataset("latest-small", users, items, train, movies, RatingScale(0.5, 5, 0.5))
    return Strong(data, histories_of(seen, items), measured)


def histories_of(matrix: csr_array, items: Vocabulary) -> Histories:
    """A 0/1 matrix as histories of likes without time."""
    return Histories(
        items,
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32),
        matrix.data.astype(np.float32),
        np.full(matrix.nnz, np.nan, np.float32),
        np.full(matrix.nnz, NO_TIME),
        np.full(matrix.shape[0], NO_TIME),
    )

"""Write the strong-generalisation split of an independent protocols.py as a file for --split.

python scripts/export_split.py ../shared/protocols.py ../shared/data ml-latest-small split.parquet
matinee evaluate --data ml-latest-small --split split.parquet -m ease:ridge=100
"""

import importlib.util
import sys
import tempfile
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl

# The name there, the zip here, its file of ratings.
SOURCES = {
    "ml-latest-small": ("ml-latest-small.zip", "ml-latest-small/ratings.csv"),
    "movietweetings": ("movietweetings-100k.zip", "movietweetings/ratings.dat"),
}
MIN_EVENTS = 5


def load(path: Path) -> ModuleType:
    """The module at `path`."""
    spec = importlib.util.spec_from_file_location("protocols", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def ratings_of(protocols: Any, data: Path, name: str) -> pl.DataFrame:
    """The ratings as the protocol reads them: user, item, rating, time."""
    archive, member = SOURCES[name]
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(data / archive) as source:
        inside = next(n for n in source.namelist() if n.endswith(member.rpartition("/")[2]))
        target = Path(folder, member)
        target.parent.mkdir()
        target.write_bytes(source.read(inside))
        frame: pl.DataFrame = protocols.load(name, folder)
    return frame


def split_of(protocols: Any, ratings: pl.DataFrame, name: str) -> tuple[pl.DataFrame, Any]:
    """`user_id, item_id, part` in five parts, and the protocol's own matrices.

    The protocol forgets whose its rows are: they are its viewers in ascending order, of the
    held-out ones those with five likes or more among the films of the training.
    """
    least, held_out = protocols.STRONG[name]
    ranking = protocols.strong_generalisation(ratings, least, n_heldout=held_out)
    liked = ratings.filter(pl.col("rating") >= least)
    liked = liked.filter(pl.len().over("user") >= MIN_EVENTS)
    order = np.random.RandomState(98765).permutation(liked["user"].unique().sort().to_numpy())
    users = {
        "train": np.sort(order[: -2 * held_out]),
        "valid": order[-2 * held_out : -held_out],
        "test": order[-held_out:],
    }
    warm = liked.filter(pl.col("item").is_in(ranking.items.tolist()))
    for part in ("valid", "test"):
        own = warm.filter(pl.col("user").is_in(users[part].tolist()))
        counts = own.group_by("user").len().filter(pl.col("len") >= MIN_EVENTS)
        users[part] = counts["user"].sort().to_numpy()
    matrices = {
        "train": (users["train"], ranking.train),
        "valid_history": (users["valid"], ranking.valid[0]),
        "valid_truth": (users["valid"], ranking.valid[1]),
        "test_history": (users["test"], ranking.test[0]),
        "test_truth": (users["test"], ranking.test[1]),
    }
    frames = []
    for part, (names, matrix) in matrices.items():
        rows, columns = matrix.nonzero()
        assert len(names) == matrix.shape[0], part
        pairs = {"user_id": names[rows], "item_id": ranking.items[columns], "part": part}
        frames.append(pl.DataFrame(pairs))
    whole = pl.concat(frames)
    missing = whole.join(
        liked, left_on=["user_id", "item_id"], right_on=["user", "item"], how="anti"
    )
    assert missing.is_empty(), missing  # or the rows are someone else's
    return whole, ranking


def main() -> None:
    """Read what the command line names and write the table."""
    protocols = load(Path(sys.argv[1]))
    data, name, out = Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    table, _ = split_of(protocols, ratings_of(protocols, data, name), name)
    table.write_parquet(out)
    counts = table["part"].value_counts(sort=True).rows()
    print(f"{out}: " + ", ".join(f"{rows:,} {part}" for part, rows in counts))


if __name__ == "__main__":
    main()

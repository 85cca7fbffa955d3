"""What linear models were solved from: sums over viewers, and the rows that are in them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.dataset import Dataset, Vocabulary
from matinee.errors import ArtefactError, InputError
from matinee.models.blend import Blend
from matinee.models.exact import Statistic, csr_arrays, csr_of
from matinee.models.solve import check_memory
from matinee.models.statistic import GRID, Inputs, LinearRecipe, Rows, Weighing
from matinee.store import artefacts
from matinee.store.changes import Change
from matinee.store.workspace import Workspace
from matinee.training.fingerprints import fingerprint

_KIND = "statistic"


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """A statistic with its ledger: the row of each viewer who is in it.

    A row that is no longer known could not be subtracted. It goes with its viewer.
    """

    weighing: Weighing
    statistic: Statistic
    users: Vocabulary  # those who contribute, in the order of the data
    rows: Rows  # of these users, on the items of the statistic

    @classmethod
    def of(cls, data: Dataset, weighing: Weighing) -> "Learnt":
        """The sums over all viewers of the data."""
        users, rows = _ledger(data, weighing)
        statistic = Statistic.of(rows)
        return cls(weighing, statistic, users, rows.on(statistic.items))

    def changed(self, ids: Sequence[str], data: Dataset) -> "Learnt":
        """The same with the rows of these viewers as the data has them: new, others, or none.

        Nobody else's row may differ. Equal to `Learnt.of(data)` to the last bit; only the rows of
        these viewers are read.
        """
        found = self.users.numbers(pl.Series(list(ids), dtype=pl.String))
        staying = np.setdiff1d(np.arange(len(self.users)), found)
        gone = Statistic.of(self.rows.take(np.unique(found[found >= 0])))
        left = self.statistic.minus(gone, self.statistic.items)
        numbers = np.sort(data.users.numbers(pl.Series(list(ids), dtype=pl.String)))
        come, rows = _ledger(data.take_users(np.unique(numbers[numbers >= 0])), self.weighing)
        statistic = left.plus(Statistic.of(rows), data.items)
        everybody = pl.concat([self.users.ids.gather(staying), come.ids])
        order = np.argsort(data.users.numbers(everybody), kind="stable")
        both = self.rows.take(staying).on(statistic.items).and_(rows.on(statistic.items))
        users = Vocabulary(everybody.gather(order))
        return Learnt(self.weighing, statistic, users, both.take(order))

    def differing(self, data: Dataset) -> list[str]:
        """The viewers whose rows are not what the data says: come, gone, or of other films."""
        users, rows = _ledger(data, self.weighing)
        before, after = _told(self.users, self.rows.on(data.items)), _told(users, rows)
        return sorted(
            id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)
        )

    def save(self, folder: Path, data: Dataset) -> None:
        """Write it as an artefact of what was learnt from the data."""
        learnt = {"name": data.name, "fingerprint": fingerprint(data)}
        inputs = self.weighing.inputs
        settings = {
            "neutral": inputs.neutral,
            "disliked": inputs.disliked,
            "activity": self.weighing.activity,
        }
        manifest = artefacts.Manifest(_KIND, settings, self.statistic.items.ids, learnt)
        ids = json.dumps(self.users.ids.to_list()).encode()
        arrays = self.statistic.arrays() | {"users": np.frombuffer(ids, np.uint8)}
        arrays |= _stored("seen", self.rows.seen)
        if not inputs.likes_only:
            arrays |= _stored("liked", self.rows.liked)
        artefacts.write(folder, manifest, arrays)

    @classmethod
    def load(cls, folder: Path) -> tuple["Learnt", dict[str, Any]]:
        """What `save` wrote and of which data; ArtefactError if it is damaged or foreign."""
        manifest, arrays = artefacts.read(folder)
        try:
            settings = dict(manifest.recipe)
            activity = float(settings.pop("activity"))
            weighing = Weighing(Inputs(**settings), activity)
            statistic = Statistic.from_arrays(Vocabulary(manifest.item_ids), arrays)
            ids = json.loads(np.asarray(arrays["users"]).tobytes())
            users = Vocabulary(pl.Series(ids, dtype=pl.String))
            shape = (len(users), len(statistic.items))
            seen = _matrix(arrays, "seen", shape)
            liked = seen
            if not weighing.inputs.likes_only:
                liked = _matrix(arrays, "liked", shape)
        except (InputError, KeyError, TypeError, ValueError) as error:
            raise ArtefactError(
                f"{folder}: expected a statistic with its ledger, got {error}"
            ) from error
        return cls(weighing, statistic, users, Rows(statistic.items, seen, liked)), dict(
            manifest.data
        )


def keep_statistics(workspace: Workspace, data: Dataset, recipe: Any) -> list[Path]:
    """Keep what a recipe's linear parts were solved from; where it is. What is there stays.

    Those of other data under that name go: they can no longer be updated. NumericError where there
    is no memory.
    """
    now = fingerprint(data)
    for folder in workspace.statistic_folders(data.name):
        if artefacts.data_of(folder).get("fingerprint") != now:
            artefacts.remove(folder)
    kept = []
    for part in linear_parts(recipe):
        folder = statistic_folder(workspace, data, part.needs.weighing)
        if not artefacts.exists(folder):
            learnt_for(part, data).save(folder, data)
        kept.append(folder)
    return kept


def bring_up_to_date(
    workspace: Workspace, change: Change, data: Dataset
) -> Iterator[tuple[Weighing, Path]]:
    """Sums brought to what the data says now: only rows that differ are subtracted and added.

    Each is written within the change; one that is damaged goes.
    """
    for folder in workspace.statistic_folders(data.name):
        try:
            before, _ = Learnt.load(folder)
        except ArtefactError:
            change.remove(folder)  # gathered anew by what needs them
            continue
        learnt = before.changed(before.differing(data), data)
        target = change.folder(folder)
        learnt.save(target, data)
        yield learnt.weighing, target


def learnt_for(recipe: LinearRecipe, data: Dataset) -> Learnt:
    """The sums over all viewers that the recipe needs; NumericError if there is no memory."""
    weighing = recipe.needs.weighing
    matrices = 1.0 if weighing.inputs.likes_only else 2.5
    rated = int(data.rated_items.sum())
    check_memory(rated, matrices, "float64", f"statistic of {recipe.kind}")
    return Learnt.of(data, weighing)


def linear_parts(recipe: Any) -> list[LinearRecipe]:
    """The recipe itself or the parts of a blend, as far as they are solved from a statistic."""
    parts = recipe.recipes() if isinstance(recipe, Blend) else [recipe]
    return [part for part in parts if isinstance(part, LinearRecipe)]


def statistic_folder(workspace: Workspace, data: Dataset, weighing: Weighing) -> Path:
    """Where the statistic of this weighing is, or would be."""
    inputs = weighing.inputs
    key = f"neutral{inputs.neutral}_disliked{inputs.disliked}_activity{weighing.activity}"
    return workspace.statistic_folder(data.name, key)


def _ledger(data: Dataset, weighing: Weighing) -> tuple[Vocabulary, Rows]:
    """The viewers whose row is not empty, and these rows."""
    rows = Rows.of(data, weighing)
    there = np.flatnonzero(np.diff(rows.seen.indptr))
    return Vocabulary(data.users.ids.gather(there)), rows.take(there)


def _told(users: Vocabulary, rows: Rows) -> dict[str, tuple[bytes, ...]]:
    """What each viewer's row says, to be compared."""
    matrices = [matrix.sorted_indices() for matrix in (rows.seen, rows.liked)]
    return {
        id_: tuple(
            part[matrix.indptr[k] : matrix.indptr[k + 1]].tobytes()
            for matrix in matrices
            for part in (matrix.indices.astype(np.int32), matrix.data)
        )
        for k, id_ in enumerate(users.ids)
    }


def _stored(name: str, matrix: csr_array) -> dict[str, np.ndarray]:
    """As arrays, the values as whole numbers of the grid's steps."""
    arrays = csr_arrays(name, matrix)
    return arrays | {f"{name}_values": (GRID * matrix.data).astype(np.int16)}


def _matrix(arrays: Mapping[str, np.ndarray], name: str, shape: tuple[int, int]) -> csr_array:
    values = arrays[f"{name}_values"].astype(np.float32) / np.float32(GRID)
    return csr_of({**arrays, f"{name}_values": values}, name, *shape)

"""Lists of every viewer in one file, for e-mails and caches: chunk by chunk."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from matinee.dataset import Dataset, Histories
from matinee.errors import InputError
from matinee.explanation import Explainer
from matinee.models.popularity import Popularity
from matinee.models.protocols import Scorer
from matinee.models.weighted_rating import WeightedRating
from matinee.ranking import FittedPolicy, Rules, top
from matinee.schema import Schema
from matinee.training.version_folders import Fitted, first_stage_of

LISTS: Schema = {
    "user_id": pl.String(),
    "rank": pl.Int32(),  # from 1
    "item_id": pl.String(),
    "score": pl.Float32(),
    "reason": pl.String(),  # the film of the history that adds most, or what holds for anybody
}
ROWS = 1_000  # viewers at a time
_EXPLAINED = 50  # of these at a time: what a blend's reasons are summed from is large
_ANYBODY = "for anybody: nothing that this viewer likes is known"


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """What makes the lists of all viewers of a data set."""

    data: Dataset
    known: Histories  # row by row of the data's viewers: what their lists leave out
    fitted: Fitted
    allowed: np.ndarray  # (films,) bool: may be recommended at all
    explainer: Explainer
    anybody: Explainer  # for viewers of whom no liked film is known
    hidden: np.ndarray  # ascending (row x films + film): what a list has no place for
    most: int = 0  # such films of one viewer

    @classmethod
    def of(
        cls,
        data: Dataset,
        fitted: Fitted,
        known: Histories | None = None,
        withdrawn: np.ndarray | None = None,
    ) -> "Lists":
        """Prepared once. `withdrawn` (films,) bool, beside what the policy's rules leave out."""
        policy = fitted.policy if isinstance(fitted, FittedPolicy) else None
        recipe = None if policy is None else policy.reranking
        unsaid = () if policy is None else policy.page.unsaid
        allowed = (Rules() if recipe is None else recipe.rules).of(data).at(data.as_of)
        if withdrawn is not None:
            allowed = allowed & ~withdrawn
        votes = data.movies["vote_count"].drop_nulls().len() > 0
        popular: Scorer = (WeightedRating() if votes else Popularity()).fit(
            data, np.random.default_rng(0)
        )
        return cls(
            data,
            data.histories if known is None else known,
            fitted,
            allowed,
            Explainer.of(first_stage_of(fitted), data, unsaid),
            Explainer.of(popular, data, unsaid),
            np.zeros(0, np.int64),
        )

    def without(self, pairs: pl.DataFrame) -> "Lists":
        """With films (user_id, item_id) that have no part in a viewer's taste or list."""
        rows = self.data.users.numbers(pairs["user_id"]).astype(np.int64)
        films = self.data.items.numbers(pairs["item_id"])
        known = (rows >= 0) & (films >= 0)
        hidden = np.sort(rows[known] * len(self.data.items) + films[known])
        own = self.known.entry_rows.astype(np.int64) * len(self.data.items) + self.known.numbers
        most = int(np.bincount(rows[known], minlength=1).max())
        left = self.known.where(~np.isin(own, hidden))
        return replace(self, known=left, hidden=hidden, most=most)

    def chunks(self, n: int, rows: int = ROWS) -> Iterator[pl.DataFrame]:
        """The lists of some viewers after the other as LISTS, by viewer and rank."""
        for start in range(0, self.known.rows, rows):
            part = self.known.slice(start, min(start + rows, self.known.rows))
            personal = np.bincount(part.entry_rows[part.strength > 0], minlength=part.rows) > 0
            users = np.arange(start, start + part.rows)
            tables = [
                self._table(users[asked], part.take(np.flatnonzero(asked)), n, own)
                for asked, own in ((personal, True), (~personal, False))
                if asked.any()
            ]
            yield pl.concat(tables).sort("user_id", "rank")

    def _table(self, users: np.ndarray, histories: Histories, n: int, own: bool) -> pl.DataFrame:
        explainer = self.explainer if own else self.anybody
        if own and isinstance(self.fitted, FittedPolicy):
            ranked = self.fitted.recommend(histories, n + self.most, self.allowed)
        else:
            ranked = top(explainer.scorer, histories, n + self.most, self.allowed)
        keys = users[:, None] * len(self.data.items) + ranked.numbers
        there = (ranked.numbers >= 0) & ~np.isin(keys, self.hidden)
        ranks = np.cumsum(there, axis=1)
        there &= ranks <= n
        rows, _ = np.nonzero(there)
        films = ranked.numbers[there]
        numbers = np.where(there, ranked.numbers, -1)
        reasons = self._reasons(histories, numbers, explainer) if own else None
        return pl.DataFrame(
            {
                "user_id": self.data.users.ids.gather(users[rows]),
                "rank": ranks[there].astype(np.int32),
                "item_id": self.data.items.ids.gather(films),
                "score": ranked.scores[there].astype(np.float32),
                "reason": [_ANYBODY] * len(films) if reasons is None else reasons,
            },
            schema=LISTS,
        )

    def _reasons(
        self, histories: Histories, numbers: np.ndarray, explainer: Explainer
    ) -> list[str]:
        """Of each film that is there, row by row, the largest of what is for it."""
        if len(numbers) > _EXPLAINED:
            starts = range(0, len(numbers), _EXPLAINED)
            return [
                text
                for start in starts
                for text in self._reasons(
                    histories.slice(start, min(start + _EXPLAINED, len(numbers))),
                    numbers[start : start + _EXPLAINED],
                    explainer,
                )
            ]
        items = explainer.scorer.items
        asked = items.numbers(self.data.items.ids.gather(np.maximum(numbers, 0).ravel()))
        found = explainer.reasons(
            histories.on(items), np.maximum(asked, 0).reshape(numbers.shape), 1
        )
        texts = []
        for row, own in zip(found, numbers, strict=True):
            for parts, number in zip(row, own, strict=True):
                if number >= 0:
                    best = max(parts, key=lambda part: part.contribution, default=None)
                    texts.append("" if best is None or best.contribution <= 0 else best.text)
        return texts


def write_lists(
    lists: Lists,
    path: Path,
    n: int,
    progress: Callable[[int, int], None] = lambda *_: None,
    rows: int = ROWS,
) -> int:
    """Write the n best films of every viewer as Parquet, LISTS; how many viewers have a list.

    The file is there whole or not at all: what was there before stays until the end. Held in
    memory are the lists of `rows` viewers. InputError where it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.partial")
    try:
        temporary.mkdir(parents=True)
        viewers = 0
        empty = temporary / "0.parquet"
        pl.DataFrame(schema=LISTS).write_parquet(empty)
        for k, table in enumerate(lists.chunks(n, rows), 1):
            table.write_parquet(temporary / f"{k}.parquet", compression="zstd")
            viewers += table["user_id"].n_unique()
            progress(min(k * rows, lists.known.rows), lists.known.rows)
        parts = [temporary / f"{k}.parquet" for k in range(len(list(temporary.iterdir())))]
        whole = temporary / "whole"
        pl.scan_parquet(parts).sink_parquet(whole, compression="zstd")
        with whole.open("rb") as file:
            os.fsync(file.fileno())
        whole.replace(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise InputError(f"--out {path}: expected to write it, got {reason}") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return viewers

"""Viewers that no version learns from, so that versions can be compared on them."""

import hashlib
import math
from dataclasses import replace

import numpy as np
import polars as pl

from matinee.dataset import Dataset, Histories, Stage, warm
from matinee.errors import InputError, MissingData

LEAST = 5  # films of a viewer who is asked
_HIDDEN = 0.2  # of each one's films, the latest


def chances(user_ids: pl.Series) -> np.ndarray:
    """A number in [0, 1) of each viewer's id, the same always and everywhere, (users,).

    A version that holds out a share holds out the viewers below it: of two versions the viewers
    below the smaller share were seen by neither.
    """
    digests = (hashlib.blake2b(id_.encode(), digest_size=6).digest() for id_ in user_ids)
    return np.array([int.from_bytes(digest, "big") for digest in digests], np.float64) / 2.0**48


def without_held_out(data: Dataset, share: float) -> Dataset:
    """The viewers who are learnt from."""
    if not (math.isfinite(share) and 0 < share <= 0.5):
        raise InputError(f"hold out: expected a share above 0 and up to 0.5, got {share}")
    return data.take_users(np.flatnonzero(chances(data.users.ids) >= share))


def held_out_stage(data: Dataset, share: float, known: Histories | None = None) -> Stage:
    """The viewers held out: what came first of each one's films is seen, the rest to be found.

    `known` are the films that lists leave out, of the same rows; by default all of the data's.
    The latest fifth of a viewer's films is hidden, of those with at least LEAST films. Candidates
    are the films that the others have had to do with.
    """
    train = without_held_out(data, share)
    known = data.histories if known is None else known
    held = np.flatnonzero((chances(data.users.ids) < share) & (known.lengths >= LEAST))
    histories = known.take(held)
    if not histories.rows:
        raise MissingData(
            f"held-out viewers: expected some with {LEAST} films or more, got none of "
            f"{len(data.users):,} viewers"
        )
    late = _late(histories)
    return Stage(train, histories.where(~late), histories.where(late), warm(train))


def known_stage(data: Dataset) -> Stage:
    """The latest fifth of each viewer's films, of viewers that a model may have learnt from.

    For asking what a fitted model goes by, not how good it is.
    """
    known = data.histories.take(np.flatnonzero(data.histories.lengths >= LEAST))
    late = _late(known)
    return Stage(data, known.where(~late), known.where(late), warm(data))


def some_viewers(stage: Stage, most: int, rng: np.random.Generator) -> Stage:
    """The same question of at most `most` viewers, drawn."""
    rows = stage.histories.rows
    if rows <= most:
        return stage
    chosen = np.sort(rng.choice(rows, most, replace=False))
    return replace(stage, histories=stage.histories.take(chosen), truth=stage.truth.take(chosen))


def _late(histories: Histories) -> np.ndarray:
    """The latest entries of each row, (entries,) bool; at one moment the higher number is later."""
    order = np.lexsort((histories.numbers, histories.time, histories.entry_rows))
    from_end = np.empty(histories.entries, np.int64)
    from_end[order] = np.repeat(histories.indptr[1:], histories.lengths) - np.arange(len(order))
    hidden = np.ceil(_HIDDEN * histories.lengths).astype(np.int64)
    return np.asarray(from_end <= np.repeat(hidden, histories.lengths))

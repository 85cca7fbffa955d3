"""Who asks for films: a viewer of the data, somebody who likes titles, a person's own export."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matinee.dataset import Dataset, Histories, strength_of_ratings
from matinee.dataset.histories import NO_TIME
from matinee.errors import MissingData, UnknownId, few
from matinee.intake.personal import read_history
from matinee.intake.titles import find


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Who asks: in words, as one history, with what the reader should know of it."""

    text: str
    history: Histories
    notes: tuple[str, ...] = ()
    titles: bool = False  # whether it is about given titles, and not about a viewer


def question_of(
    data: Dataset, user: str | None, like: Sequence[str], history: str | Path | None
) -> Question:
    """Whose films are asked for: a user of the data, a person's export, or one who likes titles."""
    if user is not None:
        if not len(data.users):
            raise MissingData(f"user: expected a viewer, {data.name} has films alone")
        number = int(data.users.numbers([str(user)])[0])  # a notebook gives 42 for "42"
        if number < 0:
            some = ", ".join(data.users.ids.head(3))
            raise UnknownId(
                f"user: expected one of {len(data.users):,} viewers ({some}, ...), got {user!r}"
            )
        return Question(f"for viewer {user}", data.histories.take(np.array([number])))
    if history is not None:
        return _own_history(data, history)
    liked = [data.items.number(find(data.movies, title)) for title in like]
    titles = ", ".join(data.titles(np.array(liked)))
    return Question(f"for one who likes {titles}", liking(data, liked), titles=True)


def _own_history(data: Dataset, path: str | Path) -> Question:
    own = read_history(path, data.movies)
    numbers = data.items.numbers(own.ratings["item_id"])
    rating = own.ratings["rating"].fill_null(float("nan")).to_numpy()
    histories = Histories.from_entries(
        data.items,
        np.zeros(len(numbers), np.int32),
        numbers,
        1,
        strength=strength_of_ratings(rating, own.scale),
        rating=rating,
        time=own.ratings["timestamp"].fill_null(NO_TIME).to_numpy(),
    )
    notes = [f"found in {data.name}: {len(numbers):,} of your films"]
    for table, what in (
        (own.unmatched, "not found"),
        (own.doubtful, "left out, since the match is doubtful"),
    ):
        if table.height:
            notes.append(f"{what}: {few(sorted(table['title']))}")
    if own.quarantine.height:
        notes.append(f"broken rows of the export left out: {own.quarantine.height:,}")
    return Question(f"for the history in {Path(path).name}", histories, tuple(notes))


def liking(data: Dataset, numbers: Sequence[int]) -> Histories:
    """One row that likes these items, asked now."""
    items = np.array(sorted(set(numbers)), np.int32)
    return Histories.from_entries(
        data.items,
        np.zeros(len(items), np.int32),
        items,
        1,
        strength=np.ones(len(items), np.float32),
        as_of=data.as_of,
    )

"""Recommendations with their reasons, for a viewer, for some titles or for one film."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from matinee import ranking, training
from matinee.api.reading import Data, as_dataset
from matinee.dataset import Dataset, Histories, strength_of_ratings
from matinee.dataset.histories import NO_TIME
from matinee.errors import InputError, MissingData, UnknownId, few
from matinee.explanation import (
    Counterfactual,
    Raise,
    Reason,
    counterfactual_text,
    counterfactuals,
    raising,
    raising_text,
    reasons,
)
from matinee.intake.personal import read_history
from matinee.intake.titles import find
from matinee.models.blend import FittedBlend
from matinee.models.protocols import Scorer
from matinee.training import Trained
from matinee.training.choosing import learnt_blend

_DENSE_ITEMS = 20_000  # above this the dense item-item matrix is no longer a laptop's matter
_FEW_LIKES = 5  # a film with fewer is likened by what is known of it, not by who liked it


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One film; its reasons add up to its score.

    Where it was asked for: the films without which it would not be here, and a film that would
    raise it, both as the model answers when it is asked again.
    """

    item_id: str
    title: str
    year: int | None
    score: float
    reasons: tuple[Reason, ...]
    counterfactual: Counterfactual | None = None
    raised_by: Raise | None = None
    what_if: tuple[str, ...] = ()  # the two in words


@dataclass(frozen=True, slots=True, repr=False)
class Recommendations:
    """A ranked list with what made it."""

    data: str
    model: str
    question: str
    simulated: bool
    items: tuple[Recommendation, ...]
    notes: tuple[str, ...] = ()

    def frame(self) -> pl.DataFrame:
        """One row a film: item_id, title, year, score, why (the reasons as one text)."""
        return pl.DataFrame(
            [
                (i.item_id, i.title, i.year, i.score, "; ".join(r.text for r in i.reasons))
                for i in self.items
            ],
            schema={
                "item_id": pl.String,
                "title": pl.String,
                "year": pl.Int32,
                "score": pl.Float64,
                "why": pl.String,
            },
            orient="row",
        )

    def to_pandas(self) -> Any:
        """The same as a pandas table (needs pandas)."""
        return self.frame().to_pandas()

    def to_json_dict(self) -> dict[str, Any]:
        """The document that --json prints."""
        return {
            "data": self.data,
            "model": self.model,
            "question": self.question,
            "simulated": self.simulated,
            "notes": list(self.notes),
            "items": [
                {
                    "item_id": item.item_id,
                    "title": item.title,
                    "year": item.year,
                    "score": item.score,
                    "reasons": [
                        {
                            "kind": reason.kind,
                            "text": reason.text,
                            "item_id": reason.item_id,
                            "contribution": reason.contribution,
                        }
                        for reason in item.reasons
                    ],
                    "counterfactual": _changed(item.counterfactual),
                    "raised_by": None if item.raised_by is None else asdict(item.raised_by),
                    "what_if": list(item.what_if),
                }
                for item in self.items
            ],
        }

    def __repr__(self) -> str:
        films = ", ".join(f"{item.title} ({item.score:.3f})" for item in self.items)
        return f"Recommendations({self.question}; {self.model}: {films})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{place}</td><td style='text-align:left'>{escape(item.title)}"
            f"{f' ({item.year})' if item.year else ''}</td><td>{item.score:.3f}</td>"
            "<td style='text-align:left'>"
            + "<br>".join(f"{r.contribution:+.3f} {escape(r.text)}" for r in item.reasons)
            + "</td></tr>"
            for place, item in enumerate(self.items, 1)
        )
        note = f"{escape(self.question)} · {escape(self.data)} · {escape(self.model)}" + (
            " · <b>simulated data</b>" if self.simulated else ""
        )
        return (
            f"<p>{note}</p><table><tr><th></th><th>film</th><th>score</th>"
            f"<th>why (adds up to the score)</th></tr>{rows}</table>"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Who asks: in words, as one history, with what the reader should know of it."""

    text: str
    history: Histories
    notes: tuple[str, ...] = ()
    titles: bool = False  # whether it is about given titles, and not about a viewer


def fit(data: Data, model: str | None = None, seed: int = 0) -> Trained:
    """A fitted model by name ("ease") or with settings ("ease:ridge=100"), of all the data.

    "blend", the default, has its weights learnt on the latest part of the data, and is then fitted
    on all of it.
    """
    dataset = as_dataset(data)
    asked = model or default_model(dataset)
    return training.fit(learnt_blend(dataset, seed) if asked == "blend" else asked, dataset, seed)


def default_model(data: Dataset) -> str:
    """The name of the model that is used when none is named."""
    if not data.histories.entries:
        return "soup"
    return "blend" if int(data.rated_items.sum()) <= _DENSE_ITEMS else "als"


def recommend(
    data: Data,
    *,
    user: str | None = None,
    like: Sequence[str] = (),
    history: str | Path | None = None,
    model: Trained | str | None = None,
    n: int = 10,
    why: int = 3,
    seed: int = 0,
    verify: bool = False,
) -> Recommendations:
    """The n best unseen films for a user of the data, for liked titles, or for a person's export.

    With none of them: what is best for anybody (demographic). `why` films of the history are named
    for each recommendation, the rest counts as one reason. With `verify` each film has its
    counterfactual and what would raise it, for which the model is asked again.
    """
    dataset = as_dataset(data)
    like = [like] if isinstance(like, str) else like
    if sum((user is not None, bool(like), history is not None)) > 1:
        raise InputError("recommend: expected one of user, like and history, got several")
    if user is None and not like and history is None:
        return _for_anybody(dataset, Question("for anybody", _liking(dataset, [])), n, seed)
    question = question_of(dataset, user, like, history)
    if not (question.history.strength > 0).any():
        note = "no liked film is known: the answer is the same for everybody"
        question = replace(question, notes=(*question.notes, note))
        return _for_anybody(dataset, question, n, seed)
    trained = model if isinstance(model, Trained) else fit(dataset, model, seed)
    found = _answer(dataset, trained, question, n, why)
    return _verified(found, dataset, trained, question) if verify else found


def similar(
    data: Data,
    title: str,
    *,
    model: Trained | str | None = None,
    n: int = 10,
    why: int = 3,
    seed: int = 0,
) -> Recommendations:
    """The n films most like this one: by who liked both, or by what is known of the films.

    With no model named: `default_model` if at least five viewers liked the film, else "soup".
    """
    dataset = as_dataset(data)
    number = dataset.items.number(find(dataset.movies, title))
    if model is None:
        liked = (dataset.histories.numbers == number) & (dataset.histories.strength > 0)
        model = default_model(dataset) if int(liked.sum()) >= _FEW_LIKES else "soup"
    trained = model if isinstance(model, Trained) else fit(dataset, model, seed)
    question = Question(
        f"more like {dataset.titles(np.array([number]))[0]}",
        _liking(dataset, [number]),
        titles=True,
    )
    return _answer(dataset, trained, question, n, why)


def _for_anybody(data: Dataset, question: Question, n: int, seed: int) -> Recommendations:
    votes = data.movies["vote_count"].drop_nulls().len() > 0
    name = "weighted_rating" if votes or not data.histories.entries else "popularity"
    return _answer(data, training.fit(name, data, seed), question, n, 0)


def _answer(
    data: Dataset, trained: Trained, question: Question, n: int, why: int
) -> Recommendations:
    scorer = _asked_of(trained, question)
    recipe = scorer.recipe if isinstance(scorer, FittedBlend) else trained.recipe
    # Nobody gets more films than there are; a number that is none is the ranking's to refuse.
    most = max(len(data.items), 1)
    ranked = ranking.top(scorer, question.history, min(n, most) if isinstance(n, int) else n)
    found = ranked.numbers[0][ranked.numbers[0] >= 0]
    own = scorer.items.numbers(data.items.ids.gather(found))
    because = reasons(scorer, question.history, own[None, :], data, why)[0]
    films = data.movies.select("item_id", "title", "year")[found]
    items = tuple(
        Recommendation(id_, title or id_, year, float(score), tuple(parts))
        for (id_, title, year), score, parts in zip(
            films.iter_rows(), ranked.scores[0], because, strict=False
        )
        if parts
    )
    notes = question.notes
    if len(items) < n:
        notes = (*notes, f"{len(items)} of {n} films: no other has anything to do with the history")
    text = training.describe(recipe)
    return Recommendations(data.name, text, question.text, data.simulated, items, notes)


def _verified(
    found: Recommendations, data: Dataset, trained: Trained, question: Question
) -> Recommendations:
    """With what would change each recommendation, as the model answers."""
    scorer = _asked_of(trained, question)
    numbers = scorer.items.numbers([item.item_id for item in found.items])[None, :]
    if not numbers.size:
        return found
    changed = counterfactuals(scorer, question.history, numbers, len(found.items))[0]
    raised = raising(scorer, question.history, numbers)[0]
    items = []
    for item, change, up in zip(found.items, changed, raised, strict=True):
        words = [counterfactual_text(change, _titles(data, change.item_ids))]
        if up is not None:
            words.append(raising_text(up, _titles(data, [up.item_id])[0]))
        items.append(replace(item, counterfactual=change, raised_by=up, what_if=tuple(words)))
    return replace(found, items=tuple(items))


def _titles(data: Dataset, ids: Sequence[str]) -> list[str]:
    return data.titles(data.items.numbers(list(ids))) if ids else []


def _changed(change: Counterfactual | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "item_ids": list(change.item_ids),
        "verified": change.verified,
        "place": change.place,
        "place_without": change.place_without,
        "n": change.n,
        "most": change.most,
    }


def _asked_of(trained: Trained, question: Question) -> Scorer:
    """The scorer; of a blend that is asked about titles, its personal parts."""
    if question.titles and isinstance(trained.scorer, FittedBlend):
        return trained.scorer.personal()
    return trained.scorer


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
    return Question(f"for one who likes {titles}", _liking(data, liked), titles=True)


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


def _liking(data: Dataset, numbers: Sequence[int]) -> Histories:
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

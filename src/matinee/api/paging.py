"""The page of one viewer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from matinee import training
from matinee.api.policies import fit_policy
from matinee.api.questions import question_of
from matinee.api.reading import STARTER, Data, as_dataset
from matinee.api.recommending import fit
from matinee.dataset import NO_TIME, Dataset, Doings, Histories
from matinee.errors import InputError
from matinee.page import Page, PageMaker, PageRow
from matinee.page.progress import begun as begun_of
from matinee.page.standing import runtimes
from matinee.ranking import FittedPolicy, Policy
from matinee.simulation import starter_events
from matinee.training import Trained


@dataclass(frozen=True, slots=True, repr=False)
class ViewerPage:
    """A page with what made it."""

    data: str
    model: str
    question: str
    simulated: bool
    day: str | None  # on which it is asked for; None: the data has no times
    page: Page
    notes: tuple[str, ...]

    @property
    def rows(self) -> tuple[PageRow, ...]:
        """From above to below."""
        return self.page.rows

    def to_json_dict(self) -> dict[str, Any]:
        """The document that --json prints."""
        about = {
            "data": self.data,
            "model": self.model,
            "question": self.question,
            "simulated": self.simulated,
            "day": self.day,
            "personal": self.page.personal,
            "notes": list(self.notes),
        }
        return about | self.page.to_json_dict()

    def __repr__(self) -> str:
        rows = ", ".join(f"{row.title} ({len(row.cards)})" for row in self.rows)
        return f"ViewerPage({self.question}; {self.model}: {rows})"

    def _repr_html_(self) -> str:
        note = f"{escape(self.question)} · {escape(self.data)} · {escape(self.model)}" + (
            " · <b>simulated data</b>" if self.simulated else ""
        )
        rows = "".join(
            f"<h4>{escape(row.title)}</h4><div style='display:flex;gap:1em;overflow-x:auto'>"
            + "".join(
                "<div style='min-width:11em;max-width:11em'>"
                f"<b>{escape(card.title)}</b> {card.year or ''}<br>"
                f"<small>{escape(card.reasons[0].text) if card.reasons else ''}</small></div>"
                for card in row.cards
            )
            + "</div>"
            for row in self.rows
        )
        notes = "".join(f"<p><small>{escape(text)}</small></p>" for text in self.notes)
        return f"<p>{note}</p>{rows}{notes}"


def page(
    data: Data,
    *,
    user: str | None = None,
    like: Sequence[str] = (),
    history: str | Path | None = None,
    model: Trained | str | None = None,
    policy: FittedPolicy | Policy | str | Path | None = None,
    begun: Mapping[str, float] | None = None,
    listed: Sequence[str] = (),
    day: str | None = None,
    rows: int | None = None,
    cards: int | None = None,
    seed: int = 0,
) -> ViewerPage:
    """Rows of films for a user of the data, for liked titles, for a person's export, or anybody.

    `begun` are films that were started, by id, each with the share watched; `listed` the ids on the
    viewer's list. `day` ("2018-09-24") cuts the data: nothing later is known; a model that is given
    fitted is used as it is. A `policy` (fitted, or its TOML file) lays the page out by its section
    [page]; its ranker and re-ranking make the top picks.
    """
    dataset = as_of_day(as_dataset(data), day)
    like = [like] if isinstance(like, str) else like
    if sum((user is not None, bool(like), history is not None)) > 1:
        raise InputError("page: expected one of user, like and history, got several")
    if model is not None and policy is not None:
        raise InputError("page: expected a model or a policy, got both")
    question, own = "for anybody", _nobody(dataset)
    notes: tuple[str, ...] = ()
    if user is not None or like or history is not None:
        found = question_of(dataset, user, like, history)
        question, notes, own = found.text, found.notes, found.history
    if begun is None and user is not None:
        begun = _begun(dataset, user)
    maker, made_by = _maker(dataset, own, model, policy, seed)
    made = maker.page(own, begun=begun, listed=listed, rows=rows, cards=cards)
    return ViewerPage(
        dataset.name,
        made_by,
        question,
        dataset.simulated,
        None
        if dataset.as_of == NO_TIME
        else str(datetime.fromtimestamp(dataset.as_of, UTC).date()),
        made,
        (*notes, *made.notes),
    )


def as_of_day(data: Dataset, day: str | None) -> Dataset:
    """What was known at the end of that day, UTC; InputError unless it is a day since 1970."""
    if day is None:
        return data
    try:
        asked = date.fromisoformat(day)
    except (TypeError, ValueError):
        asked = None
    if asked is None or asked.year < 1970:
        raise InputError(f"day: expected a day such as 2018-09-24, got {day!r}")
    if not data.has_times:
        raise InputError(f"day: expected data with times, {data.name} has none")
    end = datetime(asked.year, asked.month, asked.day, 23, 59, 59, tzinfo=UTC)
    return data.with_histories(data.histories.at(int(end.timestamp())))


def _maker(
    data: Dataset,
    history: Histories,
    model: Trained | str | None,
    policy: FittedPolicy | Policy | str | Path | None,
    seed: int,
) -> tuple[PageMaker, str]:
    """What makes the page, and what it is called."""
    if policy is None:
        trained = _trained(data, history, model, seed)
        return PageMaker.of(trained.scorer, data), training.describe(trained.recipe)
    fitted = policy if isinstance(policy, FittedPolicy) else fit_policy(data, policy, seed=seed)
    return PageMaker.of_policy(fitted, data), f"policy {fitted.policy.name}"


def _trained(data: Dataset, history: Histories, model: Trained | str | None, seed: int) -> Trained:
    """The model; where no film is liked the one that says the same to everybody."""
    if (history.strength > 0).any():
        return model if isinstance(model, Trained) else fit(data, model, seed)
    votes = data.movies["vote_count"].drop_nulls().len() > 0
    return training.fit("weighted_rating" if votes else "popularity", data, seed)


def _nobody(data: Dataset) -> Histories:
    nothing = np.zeros(0, np.int32)
    return Histories.from_entries(data.items, nothing, nothing, 1, strength=1.0, as_of=data.as_of)


def _begun(data: Dataset, user: str) -> dict[str, float]:
    """From the events that come with the starter data; other data has none yet."""
    if data.name != STARTER or not data.simulated:
        return {}
    own = Doings.of_table(starter_events().filter(user_id=str(user)))
    return begun_of(own, runtimes(data.movies), data.as_of)

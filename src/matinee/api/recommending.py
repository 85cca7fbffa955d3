"""Recommendations with their reasons, for a viewer, for some titles or for one film."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from matinee import ranking, training
from matinee.api.policies import fit_policy, listed, rules_of
from matinee.api.questions import Question, liking, question_of
from matinee.api.reading import Data, as_dataset
from matinee.api.recommendations import Recommendation, Recommendations
from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.explanation import (
    counterfactual_text,
    counterfactuals,
    raising,
    raising_text,
    reasons,
)
from matinee.intake.titles import find
from matinee.models.blend import FittedBlend
from matinee.models.protocols import Scorer
from matinee.ranking import FittedPolicy, Policy
from matinee.ranking.policy_scorer import PolicyScorer
from matinee.training import Trained
from matinee.training.choosing import learnt_blend

_DENSE_ITEMS = 20_000  # above this the dense item-item matrix is no longer a laptop's matter
_FEW_LIKES = 5  # a film with fewer is likened by what is known of it, not by who liked it


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
    policy: FittedPolicy | Policy | str | Path | None = None,
    n: int = 10,
    why: int = 3,
    seed: int = 0,
    verify: bool = False,
) -> Recommendations:
    """The n best unseen films for a user of the data, for liked titles, or for a person's export.

    By a `model`, or by a `policy` (fitted, or its TOML file) with its ranker and re-ranking.

    With none of them: what is best for anybody (demographic). `why` films of the history are named
    for each recommendation, the rest counts as one reason. With `verify` each film has its
    counterfactual and what would raise it, for which the model is asked again.
    """
    dataset = as_dataset(data)
    like = [like] if isinstance(like, str) else like
    if sum((user is not None, bool(like), history is not None)) > 1:
        raise InputError("recommend: expected one of user, like and history, got several")
    if model is not None and policy is not None:
        raise InputError("recommend: expected a model or a policy, got both")
    if user is None and not like and history is None:
        question = Question("for anybody", liking(dataset, []))
        return _for_anybody(dataset, question, n, seed, rules_of(dataset, policy))
    question = question_of(dataset, user, like, history)
    if not (question.history.strength > 0).any():
        note = "no liked film is known: the answer is the same for everybody"
        question = replace(question, notes=(*question.notes, note))
        return _for_anybody(dataset, question, n, seed, rules_of(dataset, policy))
    if policy is not None:
        fitted = (
            policy if isinstance(policy, FittedPolicy) else fit_policy(dataset, policy, seed=seed)
        )
        items, notes = listed(dataset, fitted, question, min(n, len(dataset.items)), why)
        scorer: Scorer = PolicyScorer(fitted)
        found = Recommendations(
            dataset.name,
            f"policy {fitted.policy.name}",
            question.text,
            dataset.simulated,
            items,
            (*question.notes, *notes),
        )
    else:
        trained = model if isinstance(model, Trained) else fit(dataset, model, seed)
        found = _answer(dataset, trained, question, n, why)
        scorer = _asked_of(trained, question)
    return _verified(found, dataset, scorer, question) if verify else found


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
        liking(dataset, [number]),
        titles=True,
    )
    return _answer(dataset, trained, question, n, why)


def _for_anybody(
    data: Dataset, question: Question, n: int, seed: int, allowed: np.ndarray | None
) -> Recommendations:
    """`allowed` (films of the data,) bool: what the rules of a policy leave."""
    votes = data.movies["vote_count"].drop_nulls().len() > 0
    name = "weighted_rating" if votes or not data.histories.entries else "popularity"
    return _answer(data, training.fit(name, data, seed), question, n, 0, allowed)


def _answer(
    data: Dataset,
    trained: Trained,
    question: Question,
    n: int,
    why: int,
    allowed: np.ndarray | None = None,
) -> Recommendations:
    scorer = _asked_of(trained, question)
    recipe = scorer.recipe if isinstance(scorer, FittedBlend) else trained.recipe
    # Nobody gets more films than there are; a number that is none is the ranking's to refuse.
    most = max(len(data.items), 1)
    asked = min(n, most) if isinstance(n, int) else n
    own_history = question.history if allowed is None else question.history.on(data.items)
    ranked = ranking.top(scorer, own_history, asked, allowed)
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
    found: Recommendations, data: Dataset, scorer: Scorer, question: Question
) -> Recommendations:
    """With what would change each recommendation, as the model answers."""
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


def _asked_of(trained: Trained, question: Question) -> Scorer:
    """The scorer; of a blend that is asked about titles, its personal parts."""
    if question.titles and isinstance(trained.scorer, FittedBlend):
        return trained.scorer.personal()
    return trained.scorer

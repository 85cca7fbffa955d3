"""Policies from their files, and fitted on all of the data."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from matinee.api.questions import Question
from matinee.api.reading import Data, as_dataset
from matinee.api.recommendations import Recommendation
from matinee.dataset import Dataset
from matinee.errors import InputError
from matinee.explanation.ranked import PolicyExplainer
from matinee.ranking import FittedPolicy, Policy, policy_from_toml
from matinee.training.refits import Refits


def read_policy(path: str | Path) -> Policy:
    """The policy of a TOML file, named after the file unless it says otherwise."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"policy {path}: expected a TOML file, got {reason}") from None
    return policy_from_toml(text, path.stem)


def fit_policy(
    data: Data,
    policy: Policy | str | Path,
    *,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> FittedPolicy:
    """A policy (or its TOML file), fitted on all of the data: minutes, with a ranker.

    Settings of a first stage without any are chosen on the latest part of the data, on which, and
    on the windows before it, the ranker learns too.
    """
    dataset = as_dataset(data)
    asked = policy if isinstance(policy, Policy) else read_policy(policy)
    return Refits(dataset, seed, say).policy(asked)(dataset)


def listed(
    data: Dataset, fitted: FittedPolicy, question: Question, n: int, why: int
) -> tuple[tuple[Recommendation, ...], tuple[str, ...]]:
    """The policy's list for a question with its reasons, and what a reader should know of it."""
    own = question.history.on(fitted.first.features.items)
    lists = fitted.slate(own, n)
    because = PolicyExplainer.of(fitted, data).reasons(own, lists, why)
    films = lists.numbers[0][lists.numbers[0] >= 0]
    table = data.movies.select("item_id", "title", "year")
    numbers = data.items.numbers(own.items.ids.gather(films))
    items = tuple(
        Recommendation(id_, title or id_, year, float(score), tuple(parts))
        for (id_, title, year), score, parts in zip(
            table[np.asarray(numbers)].iter_rows(), lists.scores[0], because, strict=False
        )
    )
    return items, lists.notes


def rules_of(data: Dataset, policy: FittedPolicy | Policy | str | Path | None) -> np.ndarray | None:
    """The films that a policy's rules leave at the end of the data, (films,) bool; None: all."""
    if policy is None:
        return None
    if isinstance(policy, FittedPolicy):
        policy = policy.policy
    asked = policy if isinstance(policy, Policy) else read_policy(policy)
    if asked.reranking is None:
        return None
    return asked.reranking.rules.of(data).at(data.as_of)

"""True reasons for a recommendation: what in the history and the model made up its score."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matinee.dataset import Dataset, Histories
from matinee.features import FeatureMatrix, portrait
from matinee.models.content import FittedContent
from matinee.models.leave_one_out import leave_one_out
from matinee.models.protocols import Contributions, LinearScorer, Scorer

# What a model's named term says to a person; {value} is its part of the score.
TERM_TEXTS: Mapping[str, str] = {
    "popularity": "liked by {value:,.0f} viewers",
    "trend": "liked lately: {value:,.2f} recent likes, the older the less they count",
    "weighted rating": "weighted rating {value:.2f}: the mean rating, drawn to the average of all "
    "films where votes are few",
    "mean rating": "mean of all ratings",
    "film level": "how far viewers rate this film from the mean",
    "viewers at large": "what viewers without ratings add to it",
    "viewer level": "how far this viewer rates from the mean",
    "remainder": "the trend, and what the films of the history say only together",
    "part autoencoder": "the trend, and what the films of the history say only together",
    "part trending": "liked by many lately",
    "part popularity": "liked by many",
    "part weighted_rating": "well rated by all",
}
_FEATURES = 3  # shared features that a reason names


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score. All reasons of a recommendation add up to its score.

    Kinds: "history" (a film of the history; `item_id` names it), "content" (the same, by what the
    two films share: of content models, and of films that others judge by it since few saw them),
    "remaining history" (all other films of the history together), or the name of a term of the
    model.
    """

    kind: str
    text: str
    item_id: str | None
    contribution: float


def reasons(
    scorer: Scorer, histories: Histories, items: np.ndarray, data: Dataset, most: int = 3
) -> list[list[list[Reason]]]:
    """For each row and each listed item (rows, n; the scorer's numbers) its reasons.

    Largest first: the model's terms and at most `most` films of the history; then the rest of the
    history as one. A scorer that is not linear is explained by what each film's absence changes,
    with the remainder named.
    """
    if isinstance(scorer, LinearScorer):
        parts = scorer.contributions(histories, items)
    else:
        parts = leave_one_out(scorer, histories, items)
    numbers = data.items.numbers(scorer.items.ids)
    shared = _Shared.of(scorer, items, data, numbers)
    account = _Account(scorer, parts, data.titles(numbers), shared, most)
    return [
        [account.reasons(row, place, int(item)) for place, item in enumerate(listed)]
        for row, listed in enumerate(items)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Account:
    """What is the same for every reason of one answer."""

    scorer: Scorer
    parts: Contributions
    titles: list[str]  # of the scorer's items
    shared: "_Shared"
    most: int

    def reasons(self, row: int, place: int, item: int) -> list[Reason]:
        histories = self.parts.histories
        start, stop = histories.indptr[row], histories.indptr[row + 1]
        values = self.parts.entries[start:stop, place].astype(np.float64)
        order = np.argsort(-np.abs(values), kind="stable")
        named = [int(k) for k in order[: self.most] if values[k] != 0]
        found = [self._film(int(start) + k, item, float(values[k])) for k in named]
        for name, term in self.parts.terms.items():
            value = float(term[row, place])
            text = TERM_TEXTS.get(name, name).format(value=value)
            text = text.replace("liked by 1 viewers", "liked by 1 viewer")
            found.append(Reason(name, text, None, value))
        found.sort(key=lambda reason: -abs(reason.contribution))
        others = np.delete(values, named)
        if count := int(np.count_nonzero(others)):
            text = f"{count} other {'film' if count == 1 else 'films'} of the history"
            found.append(Reason("remaining history", text, None, float(others.sum())))
        return found

    def _film(self, entry: int, item: int, value: float) -> Reason:
        seen = int(self.parts.histories.numbers[entry])
        id_, title = self.scorer.items.ids[seen], self.titles[seen]
        if isinstance(self.scorer, FittedContent):
            shared = [name for name, _ in self.scorer.features.shared(seen, item)[:_FEATURES]]
            return Reason("content", f"{title} shares {', '.join(shared)}", id_, value)
        text = f"{_opinion(self.parts.histories, entry)} {title}"
        if self.shared.new[item]:
            names = self.shared.names(seen, item)
            why = f"shares {', '.join(names)}" if names else "goes with films like this one"
            return Reason("content", f"{text}, which {why}", id_, value)
        return Reason("history", text, id_, value)


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    """What films have in common, for those that a model judges by their content."""

    new: np.ndarray  # (items of the scorer,) bool
    features: FeatureMatrix | None
    numbers: np.ndarray  # of the scorer's items in the features

    @classmethod
    def of(cls, scorer: Scorer, items: np.ndarray, data: Dataset, numbers: np.ndarray) -> "_Shared":
        new = getattr(scorer, "by_content", np.zeros(len(scorer.items), bool))
        # Half a second to read the words of all films: only where they are asked for.
        features = portrait(data.movies) if new[items].any() else None
        return cls(new, features, numbers)

    def names(self, left: int, right: int) -> list[str]:
        if self.features is None:
            return []
        found = self.features.shared(int(self.numbers[left]), int(self.numbers[right]))
        return [name for name, _ in found[:_FEATURES]]


def _opinion(histories: Histories, entry: int) -> str:
    rating, strength = histories.rating[entry], histories.strength[entry]
    if not np.isnan(rating):
        return f"rated {rating:g}:"
    return "liked" if strength > 0 else "disliked" if strength < 0 else "seen:"

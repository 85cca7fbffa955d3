"""True reasons for a recommendation: what in the history and the model made up its score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from matinee.dataset import Dataset, Histories
from matinee.features import FeatureMatrix, portrait, sensitive
from matinee.models.content import FittedContent
from matinee.models.leave_one_out import leave_one_out
from matinee.models.protocols import Contributions, Scorer, is_linear

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
_PEOPLE = ("director: ", "cast: ", "writer: ")  # a person may be called Christian


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
    return Explainer.of(scorer, data).reasons(histories, items, most)


@dataclass(frozen=True, slots=True, eq=False)
class Explainer:
    """Gives reasons for one scorer; what is the same for all viewers is prepared once."""

    scorer: Scorer
    ids: Sequence[str]  # of the scorer's items
    titles: Sequence[str]
    new: np.ndarray  # (items of the scorer,) bool: judged by what is known of the film
    features: FeatureMatrix | None  # of the scorer's items, where any of them is new
    unsaid: tuple[str, ...] = ()  # words that are not said, beside those of sensitive matters

    @classmethod
    def of(cls, scorer: Scorer, data: Dataset, unsaid: tuple[str, ...] = ()) -> "Explainer":
        """Half a second to read the words of all films: only where one is judged by them."""
        numbers = data.items.numbers(scorer.items.ids)
        new = getattr(scorer, "by_content", np.zeros(len(scorer.items), bool))
        features = None
        if new.any():
            whole = portrait(data.movies)
            features = FeatureMatrix(whole.matrix[numbers], whole.names)
        return cls(scorer, scorer.items.ids.to_list(), data.titles(numbers), new, features, unsaid)

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """What adds up to the scores of `items` (rows, n), of any scorer."""
        if is_linear(self.scorer):
            return self.scorer.contributions(histories, items)
        return leave_one_out(self.scorer, histories, items)

    def reasons(
        self,
        histories: Histories,
        items: np.ndarray,
        most: int = 3,
        always: np.ndarray | None = None,
    ) -> list[list[list[Reason]]]:
        """As the function of this name; of each item (rows, n) the film `always` stands first.

        That film of the history (-1: none) is named however small its part, unless it has none.
        """
        return self.account(self.contributions(histories, items), items, most, always)

    def account(
        self,
        parts: Contributions,
        items: np.ndarray,
        most: int = 3,
        always: np.ndarray | None = None,
    ) -> list[list[list[Reason]]]:
        """The same of contributions that are known already."""
        first = np.full(items.shape, -1, np.int64) if always is None else always
        account = _Account(self, parts, most)
        return [account.row(row, items[row], first[row]) for row in range(len(items))]

    def shared(self, seen: int, item: int) -> list[str]:
        """Names of what two of the scorer's films have in common, the most telling first.

        None of a sensitive matter: that a viewer likes films about it is never said.
        """
        by_content = isinstance(self.scorer, FittedContent)
        features = self.scorer.features if by_content else self.features  # type: ignore[attr-defined]
        if features is None:
            return []
        said = (
            name
            for name, _ in features.shared(seen, item)
            if name.startswith(_PEOPLE) or not sensitive(name, self.unsaid)
        )
        return list(islice(said, _FEATURES))


@dataclass(frozen=True, slots=True, eq=False)
class _Account:
    """The reasons of one answer."""

    explainer: Explainer
    parts: Contributions
    most: int

    def row(self, row: int, items: np.ndarray, always: np.ndarray) -> list[list[Reason]]:
        """Of each item of one row."""
        histories = self.parts.histories
        start, stop = int(histories.indptr[row]), int(histories.indptr[row + 1])
        seen = histories.numbers[start:stop].tolist()
        values = np.ascontiguousarray(self.parts.entries[start:stop].T, np.float64)  # (n, entries)
        order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, : self.most]
        largest = order.tolist()  # lists: a page asks for a hundred films, of each for a few
        counts = np.count_nonzero(values, axis=1).tolist()
        totals = values.sum(axis=1).tolist()
        new = self.explainer.new[items].tolist()
        entry_of = {number: k for k, number in enumerate(seen)}
        opinions: dict[int, str] = {}  # what was thought of a film is put in words once
        rows = []
        for place, (item, film) in enumerate(zip(items.tolist(), always.tolist(), strict=True)):
            own = values[place]
            named = [entry for entry in largest[place] if own[entry] != 0]
            seed = entry_of.get(film, -1)
            first = [seed] if seed >= 0 and own[seed] != 0 else []
            found = []
            for entry in [*first, *(entry for entry in named if entry not in first)]:
                if entry not in opinions:
                    opinions[entry] = self._opinion(start + entry)
                said = self._said(seen[entry], item, new[place], opinions[entry])
                found.append(Reason(*said, self.explainer.ids[seen[entry]], float(own[entry])))
            others = counts[place] - len(found)
            rest = totals[place] - sum(reason.contribution for reason in found)
            if terms := self._terms(row, place):
                found += terms
                found[len(first) :] = sorted(
                    found[len(first) :], key=lambda r: -abs(r.contribution)
                )
            if others:
                text = f"{others} other {'film' if others == 1 else 'films'} of the history"
                found.append(Reason("remaining history", text, None, rest))
            rows.append(found)
        return rows

    def _terms(self, row: int, place: int) -> list[Reason]:
        found = []
        for name, term in self.parts.terms.items():
            value = float(term[row, place])
            text = TERM_TEXTS.get(name, name).format(value=value)
            text = text.replace("liked by 1 viewers", "liked by 1 viewer")
            found.append(Reason(name, text, None, value))
        return found

    def _opinion(self, entry: int) -> str:
        histories = self.parts.histories
        return f"{_opinion(histories, entry)} {self.explainer.titles[histories.numbers[entry]]}"

    def _said(self, seen: int, item: int, new: bool, opinion: str) -> tuple[str, str]:
        """The kind and the text of the reason that a film of the history is."""
        explainer = self.explainer
        if isinstance(explainer.scorer, FittedContent):
            names = explainer.shared(seen, item)
            why = f"shares {', '.join(names)}" if names else "is like this film"
            return "content", f"{explainer.titles[seen]} {why}"
        if new:
            names = explainer.shared(seen, item)
            why = f"shares {', '.join(names)}" if names else "goes with films like this one"
            return "content", f"{opinion}, which {why}"
        return "history", opinion


def _opinion(histories: Histories, entry: int) -> str:
    rating, strength = histories.rating[entry], histories.strength[entry]
    if not np.isnan(rating):
        return f"rated {rating:g}:"
    return "liked" if strength > 0 else "disliked" if strength < 0 else "seen:"

"""Why a policy put a film into a list: the ranker's features, the history, and what re-ranked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matinee.dataset import Dataset, Histories
from matinee.explanation.reasons import Explainer, Reason
from matinee.features import sensitive
from matinee.ranking import FittedPolicy, Reranked
from matinee.ranking.examples import Features
from matinee.ranking.fitted_policy import PART
from matinee.ranking.lambdamart import FIRST_STAGE

# What else tells of the first stage alone: its part of the score is told by the history.
_OF_FIRST_STAGE = (FIRST_STAGE, "behind the first", "place in the first stage")
_RULE_TEXTS: Mapping[str, str] = {
    "diversity": "stands here since it is unlike the films above it",
    "calibration": "stands here since the list lacked genres that this viewer likes",
    "pin": "placed here by the editor",
    "boost": "raised by the editor",
}


@dataclass(frozen=True, slots=True, eq=False)
class PolicyExplainer:
    """Gives reasons for the lists of one policy; what is the same for all is prepared once."""

    fitted: FittedPolicy
    first: Explainer

    @classmethod
    def of(cls, fitted: FittedPolicy, data: Dataset) -> "PolicyExplainer":
        """`data` is what the policy was fitted on."""
        unsaid = fitted.policy.page.unsaid
        return cls(fitted, Explainer.of(fitted.first.scorer, data, unsaid))

    def reasons(self, history: Histories, lists: Reranked, most: int = 3) -> list[list[Reason]]:
        """Of each film of one viewer's list its reasons, which add up to the list's score.

        With a ranker: "first stage" (what the history and the model of the first stage add to the
        ranker's score, told by the first stage's own largest reasons), "feature" (at most `most`,
        each told by where the film stands among the candidates), "other features" and "offset".
        Without one the reasons of the first stage. What re-ranking did is told beside, with a
        contribution of 0: it moves films, it changes no score.
        """
        own = history.on(self.fitted.first.features.items)
        films = lists.numbers[0][lists.numbers[0] >= 0]
        because = self._of_first_stage(own, films, most)
        if self.fitted.ranker is not None:
            because = self._of_ranker(own, films, lists.scores[0], because, most)
        told = zip(because, lists.rule_names(0), lists.propensities[0].tolist(), strict=False)
        return [parts + _moved(rule, chance) for parts, rule, chance in told]

    def _of_first_stage(self, own: Histories, films: np.ndarray, most: int) -> list[list[Reason]]:
        scorer = self.fitted.first.scorer
        numbers = scorer.items.numbers(own.items.ids.gather(films))
        return self.first.reasons(own, numbers[None, :], most)[0]

    def _of_ranker(
        self,
        own: Histories,
        films: np.ndarray,
        scores: np.ndarray,
        because: Sequence[Sequence[Reason]],
        most: int,
    ) -> list[list[Reason]]:
        ranker = self.fitted.ranker
        assert ranker is not None
        unsaid = self.first.unsaid
        retrieved, features = self.fitted.looked_at(own)
        features = features.only(ranker.names)
        parts = ranker.contributions(features)
        place = {int(film): k for k, film in enumerate(retrieved.ranked.numbers[0]) if film >= 0}
        found = []
        for film, score, first in zip(films.tolist(), scores.tolist(), because, strict=False):
            row = place.get(film)
            if row is None:  # beyond the candidates, or pinned
                text = "not among the films that the ranker looked at"
                found.append([Reason("first stage", text, None, float(score))])
            else:
                found.append(_told(features, parts, row, first, most, len(place), unsaid=unsaid))
        return found


def _told(
    features: Features,
    parts: np.ndarray,
    row: int,
    first: Sequence[Reason],
    most: int,
    candidates: int,
    *,
    unsaid: tuple[str, ...],
) -> list[Reason]:
    """The reasons of one candidate."""
    names, own = features.names, parts[row]
    of_first = np.array([n in _OF_FIRST_STAGE or n.startswith(PART) for n in names])
    texts = [reason.text for reason in first if reason.contribution > 0][:most]
    text = "; ".join(texts) or "the order of the first stage"
    found = [Reason("first stage", text, None, float(own[:-1][of_first].sum()))]
    others = np.flatnonzero(~of_first & (own[:-1] != 0))
    others = others[np.argsort(-np.abs(own[others]), kind="stable")]
    named = [k for k in others.tolist() if not sensitive(names[k], unsaid)][:most]
    for k in named:
        text = _standing(names[k], features.values[:candidates, k], row)
        found.append(Reason("feature", text, None, float(own[k])))
    if len(rest := np.setdiff1d(others, named)):
        text = f"{len(rest)} other feature{'' if len(rest) == 1 else 's'}"
        found.append(Reason("other features", text, None, float(own[rest].sum())))
    found.sort(key=lambda reason: -abs(reason.contribution))
    return [*found, Reason("offset", "the same for every film", None, float(own[-1]))]


def _standing(name: str, values: np.ndarray, row: int) -> str:
    """Where the film stands among the viewer's candidates."""
    own, known = values[row], values[~np.isnan(values)]
    if np.isnan(own):
        return f"{name}: not known"
    below, above = float((known < own).mean()), float((known > own).mean())
    if below + above == 0:
        return f"{name}: as of all candidates"
    if below >= above:
        return f"{name}: more than of {100 * below:.0f} % of the candidates"
    return f"{name}: less than of {100 * above:.0f} % of the candidates"


def _moved(rule: str, chance: float) -> list[Reason]:
    if rule == "exploration":
        text = f"drawn, so that less known films get a chance (probability {chance:.2g})"
        return [Reason(rule, text, None, 0.0)]
    return [Reason(rule, _RULE_TEXTS[rule], None, 0.0)] if rule in _RULE_TEXTS else []

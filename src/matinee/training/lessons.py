"""What a ranker learns from, and what is kept to look at it: by time, else by viewers."""

from dataclasses import dataclass

import numpy as np

from matinee.dataset import Dataset, Stage, time_split, viewer_stages
from matinee.errors import InputError, MissingData
from matinee.evaluation.measure import Question
from matinee.models import RECIPES
from matinee.training.choosing import BLENDED, Chooser
from matinee.training.policies import LEAST, windows

_FOLDS = 5  # of viewers: one is kept, on the others a ranker's examples are made in turn


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """Stages to learn from, and one from which nothing is learnt.

    By "time": earlier windows, and the last. By "viewers", where too few viewers are active in the
    last windows: folds of viewers, of whom a share of the likes is hidden; then nothing is said
    of time, since a history may hold what came after a hidden like.
    """

    how: str
    chooser: Chooser
    stages: tuple[Stage, ...]
    kept: Stage

    @property
    def in_words(self) -> str:
        """How the parts were made."""
        if self.how == "time":
            return (
                "The ranker learnt on earlier windows of time, each as it looked then; what is "
                "shown here is of the last tenth in time, from which nothing was learnt."
            )
        return (
            f"Fewer than {LEAST} viewers are active in the last windows of time, so the parts are "
            "of viewers: a fifth was held out, on the others the ranker learnt, each time asked "
            "about viewers that the first stage did not know. A fifth of what these viewers liked "
            "was hidden at random; a history may so hold films that were watched after a hidden "
            "one, which a policy that is used has never."
        )


def lessons(data: Dataset, seed: int = 0) -> Lessons:
    """By time if at least `LEAST` viewers are asked in the last windows, else by viewers."""
    # Settings of the parts are those that `recommend` uses; only weights are chosen.
    given = {name: RECIPES[name]() for name in BLENDED if name not in {"trending", "current"}}
    try:
        split = time_split(data)
        early = tuple(windows(split.tune))
        if early and Question.of(split.final, None).truth.rows >= LEAST:
            return Lessons("time", Chooser(split.tune, seed, given), early, split.final)
    except (InputError, MissingData):
        pass
    rng = np.random.default_rng(seed)
    kept = viewer_stages(data, rng, _FOLDS)[0]
    known = np.unique(kept.train.histories.entry_rows)
    stages = tuple(viewer_stages(kept.train.take_users(known), rng, _FOLDS - 1))
    return Lessons("viewers", Chooser(stages[0], seed, given), stages, kept)

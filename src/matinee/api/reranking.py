"""What re-ranking gives and takes on a data set, for a model that anybody can name."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from matinee import training
from matinee.api.comparing import splits
from matinee.api.reading import Data, as_dataset
from matinee.dataset import Split
from matinee.errors import MissingData
from matinee.evaluation.trade_offs import Frontier, Goal
from matinee.evaluation.trade_offs import frontier as measured
from matinee.features import content_vectors
from matinee.ranking import Reranking
from matinee.training import Trained
from matinee.training.choosing import Chooser


def frontier(
    data: Data,
    model: str = "blend",
    split_by: str | Split = "time",
    *,
    base: Reranking | None = None,
    goal: Goal | None = None,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
    folds: int = 1,
) -> Frontier:
    """Accuracy, diversity, novelty and coverage of many settings of the knobs of re-ranking.

    A model named without settings is chosen on the validation part, as in `evaluate`. Settings
    are measured on the validation part, one is chosen by `goal`, and that one is measured on the
    test part beside the lists as ranked. With `folds` > 1 there are several rounds, as in
    `evaluate`: their validation parts are pooled, and so are their test parts.
    """
    dataset = as_dataset(data)
    parts = [split_by] if isinstance(split_by, Split) else splits(dataset, split_by, seed, folds)
    try:
        features = content_vectors(dataset.movies).matrix
    except MissingData as error:
        raise MissingData(f"frontier: {error}; without it no list is more diverse") from None
    scorers, names = [], []
    for number, part in enumerate(parts, 1):
        where = f"round {number} of {len(parts)}, " if len(parts) > 1 else ""

        def tell(text: str, where: str = where) -> None:
            say(where + text)

        early, late = _fitted(model, part, seed, tell)
        scorers.append((early.scorer, late.scorer))
        names.append(training.describe(early.recipe))
    found = measured(
        scorers,
        [(part.tune, part.final) for part in parts],
        features,
        base,
        goal,
        model=model,
        split=parts[0].name if len(parts) == 1 else f"{split_by}, {len(parts)} rounds",
        seed=seed,
        say=say,
    )
    most, times = Counter(names).most_common(1)[0]
    of_rounds = f" ({times} of {len(parts)} rounds)" if len(parts) > 1 else ""
    return replace(found, notes=(f"candidates of {most}{of_rounds}", *found.notes))


def _fitted(
    model: str, part: Split, seed: int, say: Callable[[str], None]
) -> tuple[Trained, Trained]:
    """The model on what comes before the validation part, and before the test part."""
    name, recipe = training.recipe_from_text(model)
    say(f"{model}: choosing settings, fitting")
    if ":" in model:
        early = training.fit(recipe, part.tune.train, seed)
    else:
        early = Chooser(part.tune, seed).best(name)
    if part.final.train is part.tune.train:
        return early, early
    say(f"{model}: fitting for the test part")
    return early, training.fit(early.recipe, part.final.train, seed)

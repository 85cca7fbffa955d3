"""What re-ranking gives and takes on a data set, for a model that anybody can name."""

from collections.abc import Callable
from dataclasses import replace

from matinee import training
from matinee.api.comparing import split
from matinee.api.reading import Data, as_dataset
from matinee.dataset import Split
from matinee.errors import MissingData
from matinee.evaluation.trade_offs import Frontier, Goal
from matinee.evaluation.trade_offs import frontier as measured
from matinee.features import content_vectors
from matinee.ranking import Reranking
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
) -> Frontier:
    """Accuracy, diversity, novelty and coverage of many settings of the knobs of re-ranking.

    A model named without settings is chosen on the validation part, as in `evaluate`. Settings
    are measured on the validation part, one is chosen by `goal`, and that one is measured on the
    test part beside the lists as ranked.
    """
    dataset = as_dataset(data)
    parts = split_by if isinstance(split_by, Split) else split(dataset, split_by, seed)
    try:
        features = content_vectors(dataset.movies).matrix
    except MissingData as error:
        raise MissingData(f"frontier: {error}; without it no list is more diverse") from None
    name, recipe = training.recipe_from_text(model)
    say(f"{model}: choosing settings, fitting")
    if ":" in model:
        early = training.fit(recipe, parts.tune.train, seed)
    else:
        early = Chooser(parts.tune, seed).best(name)
    late = early
    if parts.final.train is not parts.tune.train:
        say(f"{model}: fitting for the test part")
        late = training.fit(early.recipe, parts.final.train, seed)
    found = measured(
        (early.scorer, late.scorer),
        (parts.tune, parts.final),
        features,
        base,
        goal,
        model=model,
        split=parts.name,
        seed=seed,
        say=say,
    )
    notes = (f"candidates of {training.describe(early.recipe)}", *found.notes)
    return replace(found, notes=notes)

"""Models and policies fitted anew as time goes on, each on what lay before."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from matinee.dataset import Dataset, Stage, time_split, warm
from matinee.errors import InputError, MissingData
from matinee.models.naming import describe, recipe_from_text
from matinee.models.protocols import Scorer
from matinee.ranking import FittedPolicy, Policy
from matinee.training.choosing import Chooser
from matinee.training.fitting import fit
from matinee.training.policies import PolicyFitter


@dataclass(frozen=True, slots=True, eq=False)
class Refits:
    """Settings are chosen once, on the last tenth in time of `beginning`; fits are many."""

    beginning: Dataset
    seed: int = 0
    say: Callable[[str], None] = lambda _: None
    _settled: dict[str, str] = field(default_factory=dict)
    _last: dict[str, PolicyFitter] = field(default_factory=dict)  # policies share a first stage
    _chooser: list[Chooser] = field(default_factory=list)

    def settled(self, model: str) -> str:
        """The model with its settings named: as it was given with some, else chosen.

        The defaults where `beginning` is too small to choose on.
        """
        if model not in self._settled:
            _, recipe = recipe_from_text(model)
            if ":" not in model:
                self.say(f"{model}: choosing settings on what came first")
                try:
                    recipe = self._choose(model)
                except (InputError, MissingData):
                    self.say(f"left out the choice of settings of {model}: too little came first")
            self._settled[model] = describe(recipe, whole=True)
        return self._settled[model]

    def model(self, model: str) -> Callable[[Dataset], Scorer]:
        """How a model is fitted at each moment."""
        recipe = recipe_from_text(self.settled(model))[1]
        return lambda data: fit(recipe, data, self.seed).scorer

    def policy(self, policy: Policy) -> Callable[[Dataset], FittedPolicy]:
        """How a policy is: its ranker learns on windows before the moment."""
        model = self.settled(policy.candidates.model)
        settled = replace(policy, candidates=replace(policy.candidates, model=_named(model)))
        return lambda data: self._fitter(data).fit(settled)

    def _choose(self, model: str) -> object:
        if not self._chooser:
            self._chooser.append(Chooser(time_split(self.beginning).final, self.seed))
        return self._chooser[0].recipe(model)

    def _fitter(self, data: Dataset) -> PolicyFitter:
        last = self._last.get("fitter")
        if last is None or last.final is not data:
            try:
                stage = time_split(data).final
            except InputError:  # a ranker will say that it has nothing to learn from
                stage = Stage(data, data.histories, data.histories, warm(data))
            last = self._last["fitter"] = PolicyFitter(Chooser(stage, self.seed), data, self.say)
        return last


def _named(model: str) -> str:
    """With a colon, so that a policy takes it as it is; a model may have no settings at all."""
    return model if ":" in model else f"{model}:"

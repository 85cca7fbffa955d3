"""The search behind the defaults of recipes: one recipe for several data sets at once.

python scripts/tune_defaults.py ml-latest-small movietweetings-100k starter -m bm25 --minutes 2

The figure that is searched by is the geometric mean over the data sets' validation parts. Printed
is what default and found do on each final part, under the split of the search and, as a check on
another question, under global time.
"""

import argparse
from collections.abc import Mapping

from matinee import api, training
from matinee.dataset import Split
from matinee.evaluation.significance import compare
from matinee.models import RECIPES
from matinee.training.objectives import Objective, metric_of, split_of
from matinee.training.spaces import SPACES
from matinee.training.tuning import Budget, Search, tune_recipe

Splits = Mapping[str, Mapping[str, Split]]  # split, data set


def main() -> None:
    """Search each model's space and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+")
    parser.add_argument("-m", "--model", action="append", choices=SPACES)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--trials", type=int)
    asked = parser.parse_args()
    sets = {name: api.as_dataset(name) for name in asked.data}
    splits: Splits = {
        how: {name: api.split(data, how) for name, data in sets.items()}
        for how in ("strong", "time")
    }
    for name in asked.model or SPACES:
        how = split_of(name)
        stages = [parts.tune for parts in splits[how].values()]
        objective = Objective.of(metric_of(name, how), stages)
        budget = Budget(asked.minutes * 60, asked.trials, patience=40)
        found = tune_recipe(name, objective, budget)
        print(f"\n{name}, {how} split: {len(found.trials)} trials; {found.stopped}")
        print(f"  default {training.describe(RECIPES[name]())} {found.default.value:.4f}")
        print(f"  found   {training.describe(found.recipe(found.best))} {found.best.value:.4f}")
        for checked in dict.fromkeys((how, "time")):
            _compare(found, checked, splits[checked])


def _compare(found: Search, how: str, splits: Mapping[str, Split]) -> None:
    metric = metric_of(found.name, how)
    for data, parts in splits.items():
        final = Objective.of(metric, [parts.final])
        default, best = (
            final.sums(found.recipe(trial), 0)[0] for trial in (found.default, found.best)
        )
        by = compare(best, default)
        print(
            f"  {how:6} {data:20} {metric:8} {default.value:.4f} -> {best.value:.4f}  "
            f"{by.difference:+.4f} ({by.low:+.4f} to {by.high:+.4f})",
            flush=True,
        )


if __name__ == "__main__":
    main()

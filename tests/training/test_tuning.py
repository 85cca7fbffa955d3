"""The search: from the default on, by the stated figure, on file, and to its end."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matinee.dataset import Dataset, random_split, strong_split, time_split
from matinee.errors import ArtefactError, InputError, MissingData, NumericError
from matinee.evaluation import Entry, evaluate
from matinee.models import RECIPES
from matinee.training import fit
from matinee.training.objectives import Objective, metric_of, split_of
from matinee.training.tuning import Budget, Progress, Search, tune_recipe


@dataclass(frozen=True)
class Known(Objective):
    """A figure that is a function of the recipe, so that the best is known."""

    function: Callable[[Any], float] = lambda _: 0.0

    def value(self, recipe: Any, seed: int) -> float:
        del seed
        return self.function(recipe)


def known(function: Callable[[Any], float], metric: str = "ndcg@10") -> Known:
    return Known(metric, (), function)


def near_30(recipe: Any) -> float:
    """Best at ridge 30, a factor of 16 from the default and of 300 from the far end."""
    return 1 - 0.1 * abs(float(np.log(recipe.ridge / 30)))


def values(search: Search) -> list[tuple[dict[str, Any], float | None]]:
    return [(dict(trial.settings), trial.value) for trial in search.trials]


def test_a_figure_is_what_evaluate_finds_on_the_validation_part(data: Dataset) -> None:
    parts = strong_split(data, np.random.default_rng(3))
    objective = Objective.of("ndcg@100", [parts.tune])
    search = tune_recipe("ease", objective, Budget(trials=3), seed=5)
    for trial in search.trials:
        scorer = fit(search.recipe(trial), parts.tune.train, 5).scorer
        entry = Entry("ease", "", 0.0, scorer)
        board = evaluate([entry], parts.tune, np.random.default_rng(0), split="s", draws=10)
        assert trial.value == pytest.approx(board.best.metrics["ndcg@100"].value, rel=1e-12)


def test_an_error_is_what_evaluate_finds_too_and_is_made_smaller(data: Dataset) -> None:
    parts = time_split(data)
    objective = Objective.of("rmse", [parts.tune])
    search = tune_recipe("bias", objective, Budget(trials=12))
    scorer = RECIPES["bias"]().fit(parts.tune.train, np.random.default_rng(0))
    entry = Entry("bias", "", 0.0, scorer)
    board = evaluate([entry], parts.tune, np.random.default_rng(0), split="time", draws=10)
    assert search.default.value == pytest.approx(board.best.metrics["rmse"].value, rel=1e-6)
    assert search.best.value == min(trial.value for trial in search.trials if trial.value)


def test_several_stages_count_by_their_geometric_mean(data: Dataset) -> None:
    stages = [strong_split(data, np.random.default_rng(k)).tune for k in (1, 2)]
    recipe = RECIPES["ease"]()
    one, other = (Objective.of("ndcg@10", [stage]).value(recipe, 0) for stage in stages)
    assert one != other
    both = Objective.of("ndcg@10", stages).value(recipe, 0)
    assert both == pytest.approx(np.sqrt(one * other), rel=1e-12)


def test_the_default_is_tried_first_and_wins_ties() -> None:
    search = tune_recipe("als", known(lambda _: 0.5), Budget(trials=8))
    default = RECIPES["als"]()
    assert search.recipe(search.trials[0]) == default
    assert search.best is search.default
    assert len({repr(trial.settings) for trial in search.trials}) == 8


def test_the_search_comes_near_a_known_best() -> None:
    search = tune_recipe("ease", known(near_30), Budget(trials=40, patience=40))
    assert 24 < search.best.settings["ridge"] < 37.5
    assert search.best.value == max(near_30(search.recipe(trial)) for trial in search.trials)
    least = tune_recipe(
        "bias", known(lambda r: abs(np.log(r.ridge)) + 1, "rmse"), Budget(trials=40, patience=40)
    )
    assert 0.8 < least.best.settings["ridge"] < 1.25


def test_numbers_have_three_digits_so_that_what_is_printed_was_tried() -> None:
    search = tune_recipe("bm25", known(lambda r: r.b), Budget(trials=20))
    for trial in search.trials:
        for value in trial.settings.values():
            assert value == float(f"{value:.3g}") or isinstance(value, int)


def test_a_search_that_goes_on_is_the_search_that_was_never_stopped(tmp_path: Path) -> None:
    objective = known(near_30)
    whole = tune_recipe("ease", objective, Budget(trials=18), seed=4)
    file = tmp_path / "search.jsonl"
    for trials in (1, 5, 14, 18):
        parts = tune_recipe("ease", objective, Budget(trials=trials), seed=4, file=file)
        assert len(parts.trials) == trials
    assert values(parts) == values(whole)
    other = tune_recipe("ease", objective, Budget(trials=18), seed=5)
    assert values(other) != values(whole)


def test_ctrl_c_keeps_what_was_found_and_the_search_goes_on(tmp_path: Path) -> None:
    file, asked = tmp_path / "search.jsonl", []

    def impatient(recipe: Any) -> float:
        asked.append(recipe)
        if len(asked) == 6:
            raise KeyboardInterrupt
        return near_30(recipe)

    broken = tune_recipe("ease", known(impatient), Budget(trials=15), file=file)
    assert broken.interrupted
    assert len(broken.trials) == 5
    gone_on = tune_recipe("ease", known(impatient), Budget(trials=15), file=file)
    assert not gone_on.interrupted
    assert values(gone_on) == values(tune_recipe("ease", known(near_30), Budget(trials=15)))


def test_ctrl_c_before_the_default_has_a_figure_ends_the_program() -> None:
    def at_once(recipe: Any) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune_recipe("ease", known(at_once), Budget(trials=3))


def test_settings_that_cannot_be_fitted_are_told_and_passed_over() -> None:
    def fragile(recipe: Any) -> float:
        if recipe.ridge < 100:
            raise NumericError(f"ease: no root with ridge {recipe.ridge}")
        return near_30(recipe)

    search = tune_recipe("ease", known(fragile), Budget(trials=20))
    failed = [trial for trial in search.trials if trial.value is None]
    assert failed
    assert len(search.trials) == 20
    for trial in failed:
        assert trial.settings["ridge"] < 100
        assert "no root" in (trial.error or "")
    assert search.best.value is not None


def test_a_default_that_cannot_be_fitted_is_the_caller_s_error() -> None:
    def never(recipe: Any) -> float:
        raise MissingData("trending: expected times of ratings, x has none")

    with pytest.raises(MissingData, match="expected times"):
        tune_recipe("trending", known(never), Budget(trials=3))


def test_a_search_that_finds_nothing_better_stops_early(tmp_path: Path) -> None:
    file = tmp_path / "search.jsonl"
    flat = known(lambda _: 0.5)
    search = tune_recipe("ease", flat, Budget(trials=100, patience=7), file=file)
    assert len(search.trials) == 1 + 7
    assert search.stopped == "the last 7 trials brought no improvement"
    # Improvements below a thousandth do not count; and another sitting has its patience anew.
    trifling = known(lambda recipe: 0.5 + 1e-4 * recipe.ridge / 10_000)
    search = tune_recipe("ease", trifling, Budget(trials=100, patience=7), file=file)
    assert len(search.trials) == 1 + 7 + 7


def test_patience_begins_again_with_each_improvement() -> None:
    asked: list[Any] = []

    def rising_until_ten(recipe: Any) -> float:
        asked.append(recipe)
        return float(min(len(asked), 10))

    search = tune_recipe("ease", known(rising_until_ten), Budget(trials=100, patience=4))
    assert len(search.trials) == 10 + 4


def test_a_trial_that_outlives_the_budget_is_awaited_and_said_so() -> None:
    def slow(recipe: Any) -> float:
        time.sleep(1.1)
        return 0.5

    search = tune_recipe("ease", known(slow), Budget(seconds=0.05))
    assert len(search.trials) == 1
    assert "a trial that has begun is awaited" in search.stopped


def test_time_ends_a_search_and_progress_tells_how_far_it_is() -> None:
    def slow(recipe: Any) -> float:
        time.sleep(0.01)
        return near_30(recipe)

    seen: list[Progress] = []
    search = tune_recipe("ease", known(slow), Budget(seconds=0.5), progress=seen.append)
    assert 2 < len(search.trials) < 50
    assert [at.tried for at in seen] == list(range(1, len(search.trials) + 1))
    shares = [at.share for at in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert seen[-1].best == search.best.value
    assert seen[-1].default == near_30(RECIPES["ease"]())


def test_known_settings_are_not_fitted_again() -> None:
    asked: list[Any] = []

    def counted(recipe: Any) -> float:
        asked.append(recipe)
        return -abs(recipe.factors - 3) - abs(recipe.epochs - 3)

    search = tune_recipe("mf", known(counted, "ndcg@10"), Budget(trials=60, patience=60))
    tried = {repr(sorted(trial.settings.items())) for trial in search.trials}
    assert len(search.trials) == 60
    assert len(asked) == len(tried) < 60


def test_a_line_that_a_killed_process_left_half_written_is_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "search.jsonl"
    before = tune_recipe("ease", known(near_30), Budget(trials=4), file=file)
    with file.open("ab") as opened:
        opened.write(b'{"op_code": 4, "worker_')
    after = tune_recipe("ease", known(near_30), Budget(trials=6), file=file)
    assert values(after)[:4] == values(before)
    assert len(after.trials) == 6
    assert all(json.loads(line) for line in file.read_text().splitlines())


@pytest.mark.parametrize(
    "content",
    [
        b"no study\n",
        b"[1, 2]\n",
        b'{"op_code": 99}\n',
        b"{}\n",
        b"\x00\xff\n\n",
        b'{"a": 1}\n{"b"\n',
    ],
)
def test_a_file_that_is_no_study_is_one_line_that_says_how_to_go_on(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "search.jsonl"
    file.write_bytes(content)
    with pytest.raises(ArtefactError, match=r"expected a search .* --fresh starts anew") as raised:
        tune_recipe("ease", known(near_30), Budget(trials=2), file=file)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_study_of_another_space_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "search.jsonl"
    tune_recipe("ease", known(near_30), Budget(trials=2), file=file)
    with pytest.raises(ArtefactError, match="settings"):
        tune_recipe("bm25", known(lambda r: r.b), Budget(trials=3), file=file)


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ({"seconds": 0.0}, "budget: expected minutes > 0, got 0"),
        ({"seconds": -60.0}, "budget: expected minutes > 0, got -1"),
        ({"seconds": float("nan")}, "budget: expected minutes > 0, got nan"),
        ({"trials": 0}, "budget: expected trials >= 1, got 0"),
        ({"trials": 3, "patience": 0}, "budget: expected patience >= 1, got 0"),
        ({}, "budget: expected minutes or trials, got neither"),
    ],
)
def test_a_budget_that_allows_nothing_is_refused(budget: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Budget(**budget)


def test_each_model_is_measured_by_what_it_is_for(data: Dataset) -> None:
    assert metric_of("ease", "strong") == "ndcg@100"
    assert metric_of("ease", "time") == "ndcg@10"
    assert metric_of("mf", "time") == "rmse"
    assert [split_of(name) for name in ("ease", "mf", "trending")] == ["strong", "time", "time"]
    with pytest.raises(InputError, match=r"tune mf: expected a split .* got strong"):
        metric_of("mf", "strong")
    objective = Objective.of("rmse", [random_split(data, np.random.default_rng(0)).tune])
    with pytest.raises(MissingData, match="hidden ratings"):
        objective.value(RECIPES["ease"](), 0)

"""Replay: policies and models proved on a log, learning as they go."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from matinee.api.reading import STARTER, Data, read
from matinee.dataset import Dataset, Log, Past, Shown
from matinee.errors import InputError, MissingData
from matinee.evaluation.replay import Contender, Replayed, askable_likes, schedule
from matinee.evaluation.replay import replay as live_again
from matinee.evaluation.replay_board import ReplayBoard, board
from matinee.evaluation.shown import shown_answers
from matinee.intake.events import is_event_log, read_events
from matinee.models.naming import recipe_from_text
from matinee.ranking import Policy
from matinee.ranking.linear_ranker import LinearRanker
from matinee.schema import MOVIES, Tables, empty
from matinee.simulation import starter_events
from matinee.training.refits import Refits
from matinee.training.spaces import RATED

ALWAYS = ("popularity", "trending")
ASK = 20_000  # likes, unless said otherwise


def replay(
    log: Data | Log,
    models: Sequence[str] | str | None = None,
    policies: Sequence[Policy] = (),
    *,
    every: float | None = None,
    ask: int | None = ASK,
    seed: int = 0,
    notes: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
) -> ReplayBoard:
    """Every like of the latter half of a log asked for before anybody knew of it, test-then-learn.

    Policies and models (by default the blend) are fitted every so many days, or 8 times, on all
    that lay before; a model named without settings has them chosen on the first half, once. At
    most `ask` likes are asked (None: all). Popularity and trending are always beside, and what
    viewers were shown where the log has it.
    """
    lived = log if isinstance(log, Log) else log_of(log)
    if not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed: expected a whole number from 0, got {seed!r}")
    models = [models] if isinstance(models, str) else list(models or ())
    if not models and not policies:
        models = ["blend"]
    for model in models:
        recipe_from_text(model)  # a mistake is told before anything is fitted
    cuts = schedule(lived, every)
    askable_likes(lived, Past.of(lived), cuts[0])  # and that there is nothing to ask, too
    refits = Refits(lived.until(cuts[0]), seed, say)
    _check_ratings(refits.beginning, models, policies)
    contenders = [
        Contender(policy.name, _recipe(policy, refits), refits.policy(policy))
        for policy in policies
    ]
    contenders += [
        Contender(model, refits.settled(model), refits.model(model), model not in ALWAYS)
        for model in dict.fromkeys([*models, *ALWAYS])
    ]
    names = [contender.name for contender in contenders]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"policy: expected a name of its own, got {twice!r} again")
    draws, intervals = np.random.default_rng(seed).spawn(2)
    replayed = live_again(lived, contenders, cuts, draws, ask=ask, say=say)
    replayed = _with_shown(replayed)
    say("figures and intervals")
    return board(replayed, [*notes, *_schedule_notes(lived, cuts, every)], intervals)


def log_of(log: Data) -> Log:
    """The log of a path, a name or tables; what viewers were shown is there for the starter data.

    MissingData where no rating has a time.
    """
    if isinstance(log, Dataset):
        raise InputError(f"replay: expected a path, a name or tables, got {log!r}")
    if not isinstance(log, Tables) and is_event_log(Path(log)):
        return event_log(Path(log))[0]
    tables = log if isinstance(log, Tables) else read(log)
    lived = Log.of(tables)
    if tables.simulated and tables.name == STARTER:
        lived = replace(lived, shown=Shown.of(starter_events(), lived.users, lived.items))
    return lived


def event_log(path: Path, films: Tables | None = None) -> tuple[Log, tuple[str, ...]]:
    """The log of a file of events, and what of it was left out; `films` is its catalogue."""
    events = read_events(path)
    movies = empty(MOVIES) if films is None else films.movies
    lived = Log.of_events(events.name, events.table, events.scale, movies)
    notes = list(events.left_out)
    if silent := events.table["user_id"].n_unique() - len(lived.users):
        notes.append(f"left out: viewers without an event that says anything of a film: {silent:,}")
    if films is not None:
        known = int(lived.movies.select(pl.col("title").is_not_null()).to_series().sum())
        notes.append(f"{known:,} of {len(lived.items):,} films of the log are in {films.name}")
    return lived, tuple(notes)


def _check_ratings(beginning: Dataset, models: Sequence[str], policies: Sequence[Policy]) -> None:
    """MissingData where a model or a ranker needs ratings, and none was there by the first fit."""
    if not np.isnan(beginning.histories.rating).all():
        return
    needing = [model for model in models if recipe_from_text(model)[0] in RATED]
    needing += [
        f"policy {policy.name}"
        for policy in policies
        if isinstance(policy.ranker, LinearRanker)
        or recipe_from_text(policy.candidates.model)[0] in RATED
    ]
    if needing:
        raise MissingData(
            f"replay {beginning.name}: expected ratings before the first fit for "
            f"{', '.join(needing)}, got {beginning.histories.entries:,} events without one; "
            "models of likes (linear, als, blend) and the rankers lambdamart and ebm need none"
        )


def _recipe(policy: Policy, refits: Refits) -> str:
    ranker = "no ranker" if policy.ranker is None else str(policy.ranker)
    model = refits.settled(policy.candidates.model)
    return f"{model}, {policy.candidates.n} candidates, {ranker}"


def _with_shown(replayed: Replayed) -> Replayed:
    shown = shown_answers(replayed)
    return replayed if shown is None else replace(replayed, answers=(*replayed.answers, shown))


def _schedule_notes(log: Log, cuts: Sequence[int], every: float | None) -> list[str]:
    days = (int(log.time[-1]) - cuts[0]) / 86_400
    notes = [
        "settings that were not given are chosen once, on what came before the first fit, and stay"
    ]
    if every is not None and len(cuts) == 1:
        notes.append(
            f"fitted once: the latter half of the log lasts {days:,.1f} days, less than {every:g}"
        )
    if log.shown is not None:
        notes.append(
            "shown: the last page that the viewer saw before, in reading order. Viewers choose "
            "from what they are shown, so it has a start that no other list here has"
        )
    return notes

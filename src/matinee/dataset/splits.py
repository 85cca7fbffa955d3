"""Splits of a data set into what models learn from and what they are asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matinee.dataset.data import Dataset
from matinee.dataset.histories import Histories
from matinee.errors import InputError, MissingData


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One fit and one question: learn from `train`, see `histories`, find `truth`.

    Row r of `histories` and `truth` is one viewer; no pair is in both. `candidates` (items,) bool
    are the items that may be recommended: those with an interaction in `train`, unless a split
    says otherwise; truth outside them does not count.
    """

    train: Dataset
    histories: Histories
    truth: Histories
    candidates: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """`tune` serves every choice; `final` is looked at once, for the figures that are reported."""

    name: str
    tune: Stage
    final: Stage


def time_split(data: Dataset, quantiles: Sequence[float] = (0.8, 0.9)) -> Split:
    """Global time: learn before a moment, find what the same viewers liked after it.

    Tune: before quantile 0.8 of all interaction times against 0.8-0.9; final: before 0.9 against
    the rest. An interaction at the very moment of the cut belongs to the later part. Viewers
    without a history before the cut are left out.
    """
    _needs_times(data, "a time split")
    first, second = (int(t) for t in np.quantile(data.histories.time, quantiles, method="lower"))
    if not data.histories.time.min() < first < second:
        raise InputError(
            f"time split: expected three parts in time, got cuts at {first} and {second}"
        )
    end = int(np.iinfo(np.int64).max)
    return Split("time", window_stage(data, first, second), window_stage(data, second, end))


def window_stage(data: Dataset, start: int, end: int) -> Stage:
    """What viewers liked from `start` until before `end`, after everything before `start`."""
    early = data.histories.time < start
    later = ~early & (data.histories.time < end)
    train = data.with_histories(data.histories.where(early).at(start))
    asked = np.flatnonzero(
        (_counts(data.histories, early) > 0) & (_counts(data.histories, later) > 0)
    )
    truth = data.histories.where(later).take(asked)
    return Stage(train, train.histories.take(asked), truth, warm(train))


def rolling_time_splits(data: Dataset, origins: int = 3) -> list[Split]:
    """Time splits at several origins, each tuned on the window just before it.

    The last half of the interactions is cut into origins + 1 windows of equal count; split k is
    tuned on window k and reported on window k + 1.
    """
    _needs_times(data, "rolling time origins")
    quantiles = np.linspace(0.5, 1, origins + 2)[:-1]
    cuts = [int(t) for t in np.quantile(data.histories.time, quantiles, method="lower")]
    cuts.append(int(np.iinfo(np.int64).max))
    if len(set(cuts)) < len(cuts):
        raise InputError(f"rolling time origins: expected distinct cuts, got {cuts}")
    return [
        Split(
            f"rolling-{k + 1}",
            window_stage(data, cuts[k], cuts[k + 1]),
            window_stage(data, cuts[k + 1], cuts[k + 2]),
        )
        for k in range(origins)
    ]


def earlier_windows(stage: Stage, count: int) -> Iterator[Stage]:
    """Up to `count` stages as long as the given one, of what came before it; latest first.

    None unless the stage asks for what came after all that it has learnt from. Windows in which
    nobody did anything count, but are not given.
    """
    known, asked = stage.train.histories.time, stage.truth.time
    if not stage.train.has_times or not stage.truth.entries or asked.min() <= known.max():
        return
    end = min(stage.train.as_of, int(asked.min()))
    length = int(asked.max()) - end + 1
    for _ in range(count):
        if end - length <= known.min():
            return
        window = window_stage(stage.train, end - length, end)
        if window.truth.entries:
            yield window
        end -= length


def leave_last_split(data: Dataset, n: int = 1) -> Split:
    """Each viewer's last n interactions are the truth (tune: the n before them).

    Of two at the same time the higher item number is the later. Only viewers with more than 2n
    interactions are asked. It leaks the future of other viewers: prefer `time_split`.
    """
    _needs_times(data, "leave-last-n")
    histories = data.histories
    order = np.lexsort((histories.numbers, histories.time, histories.entry_rows))
    from_end = np.empty(histories.entries, np.int64)
    from_end[order] = np.repeat(histories.indptr[1:], histories.lengths) - np.arange(len(order))
    asked = np.repeat(histories.lengths > 2 * n, histories.lengths)
    last = asked & (from_end <= n)
    before = asked & (from_end > n) & (from_end <= 2 * n)
    return Split(
        f"leave-last-{n}",
        entry_stage(data, ~(last | before), before),
        entry_stage(data, ~last, last),
    )


def random_split(
    data: Dataset, rng: np.random.Generator, shares: tuple[float, float] = (0.1, 0.1)
) -> Split:
    """Interactions at random: a share for validation and one for the test, across all viewers."""
    draw = rng.random(data.histories.entries)
    test = draw < shares[1]
    valid = ~test & (draw < shares[0] + shares[1])
    return Split(
        "random", entry_stage(data, ~(test | valid), valid), entry_stage(data, ~test, test)
    )


def user_fold_splits(
    data: Dataset, rng: np.random.Generator, folds: int = 10, share: float = 0.2
) -> list[Split]:
    """k folds of viewers: each viewer is held out once, tuned on the fold that follows.

    Held-out viewers are never trained on; a share of what each liked is the truth, the rest of
    what they did the history. Viewers with fewer than five likes are trained on only.
    """
    eligible = rng.permutation(_eligible(data))
    if len(eligible) < folds:
        raise InputError(
            f"user folds: expected at least {folds} viewers with five likes, got {len(eligible)}"
        )
    parts = np.array_split(eligible, folds)
    hidden = _hidden(data, share, rng)
    return [
        _held_out(data, f"user-fold-{k + 1}", parts[(k + 1) % folds], parts[k], hidden)
        for k in range(folds)
    ]


def viewer_stages(
    data: Dataset, rng: np.random.Generator, folds: int = 5, share: float = 0.2
) -> list[Stage]:
    """k stages: in each a fold of viewers is held out of `train` and asked, as in `strong_split`.

    Everybody else is learnt from, also who has fewer than five likes and is never asked.
    """
    eligible = rng.permutation(_eligible(data))
    if len(eligible) < folds:
        raise InputError(
            f"viewer folds: expected at least {folds} viewers with five likes, got {len(eligible)}"
        )
    hidden, nobody = _hidden(data, share, rng), np.empty(0, np.int64)
    folded = np.array_split(eligible, folds)
    return [_held_out(data, "viewers", nobody, part, hidden).final for part in folded]


def strong_split(
    data: Dataset,
    rng: np.random.Generator,
    held_out: int | None = None,
    share: float = 0.2,
) -> Split:
    """Strong generalisation (Liang et al. 2018, section 4.1): viewers the model never saw.

    `held_out` viewers for validation and as many for the test, by default a tenth of those with
    five likes each; 20 % of a held-out viewer's likes are the truth, the rest the history.
    """
    eligible = rng.permutation(_eligible(data))
    held_out = max(1, len(eligible) // 10) if held_out is None else held_out
    if 2 * held_out >= len(eligible):
        raise InputError(
            f"strong generalisation: expected more than {2 * held_out} viewers with five likes, "
            f"got {len(eligible)}"
        )
    hidden = _hidden(data, share, rng)
    valid, test = eligible[-2 * held_out : -held_out], eligible[-held_out:]
    return _held_out(data, "strong", valid, test, hidden)


def cold_split(
    data: Dataset,
    rng: np.random.Generator,
    share: float = 0.2,
    least: int = 5,
    among_all: bool = False,
) -> Split:
    """Films nobody has seen: a share of those with `least` likes has no interaction in train.

    As many others are hidden from the validation, which learns from neither. The likes that
    hidden films got are the truth. Candidates are the hidden films alone, or, with `among_all`,
    the films of train beside them.
    """
    likes = np.bincount(
        data.histories.numbers[data.histories.strength > 0], minlength=len(data.items)
    )
    liked = rng.permutation(np.flatnonzero(likes >= least))
    count = int(share * len(liked))
    if count == 0:
        raise InputError(
            f"cold items: expected at least {int(np.ceil(1 / share))} films with {least} likes, "
            f"got {len(liked)}"
        )
    test, valid = (
        np.isin(np.arange(len(data.items)), part)
        for part in (liked[:count], liked[count : 2 * count])
    )
    entry_valid, entry_test = valid[data.histories.numbers], test[data.histories.numbers]
    tune = entry_stage(data, ~(entry_valid | entry_test), entry_valid)
    final = entry_stage(data, ~entry_test, entry_test)
    if among_all:
        valid, test = valid | tune.candidates, test | final.candidates
    return Split(
        "cold-items-full" if among_all else "cold-items",
        replace(tune, candidates=valid),
        replace(final, candidates=test),
    )


def rating_fold_stages(data: Dataset, folds: int = 5, seed: int = 0) -> list[Stage]:
    """K random folds of the ratings, for rating prediction.

    Entries in (user, item) order are shuffled as scikit-learn's KFold(shuffle=True) does, hence
    its legacy generator.
    """
    shuffled = np.arange(data.histories.entries)
    np.random.RandomState(seed).shuffle(shuffled)
    stages = []
    for part in np.array_split(shuffled, folds):
        asked = np.zeros(len(shuffled), bool)
        asked[part] = True
        stages.append(entry_stage(data, ~asked, asked))
    return stages


def entry_stage(data: Dataset, seen: np.ndarray, asked: np.ndarray) -> Stage:
    """One stage from masks of entries: viewers are in train and are asked again.

    `seen` is what is learnt from and is the history, `asked` the truth; viewers that lack either
    are not asked.
    """
    train = data.with_histories(data.histories.where(seen))
    rows = np.flatnonzero(
        (_counts(data.histories, seen) > 0) & (_counts(data.histories, asked) > 0)
    )
    truth = data.histories.where(asked).take(rows)
    return Stage(train, train.histories.take(rows), truth, warm(train))


def warm(train: Dataset) -> np.ndarray:
    """The items with an interaction in `train`, (items,) bool: the usual candidates."""
    return train.rated_items


def _needs_times(data: Dataset, what: str) -> None:
    if not data.has_times:
        raise MissingData(
            f"{what}: expected a time for every rating, {data.name} has some without; "
            "a split at random or by viewers (strong) needs none"
        )


def _counts(histories: Histories, keep: np.ndarray) -> np.ndarray:
    return np.diff(np.concatenate([[0], np.cumsum(keep)])[histories.indptr])


def _eligible(data: Dataset, likes: int = 5) -> np.ndarray:
    return np.flatnonzero(_counts(data.histories, data.histories.strength > 0) >= likes)


def _hidden(data: Dataset, share: float, rng: np.random.Generator) -> np.ndarray:
    """Of each viewer's likes a share, drawn without replacement, (entries,) bool."""
    histories = data.histories
    liked = histories.strength > 0
    draw = np.where(liked, rng.random(histories.entries), 2.0)
    order = np.lexsort((draw, histories.entry_rows))
    rank = np.empty(histories.entries, np.int64)
    rank[order] = np.arange(histories.entries) - np.repeat(histories.indptr[:-1], histories.lengths)
    count = np.floor(share * _counts(histories, liked)).astype(np.int64)
    return np.asarray(liked & (rank < np.repeat(count, histories.lengths)))


def _held_out(
    data: Dataset, name: str, valid: np.ndarray, test: np.ndarray, hidden: np.ndarray
) -> Split:
    out = np.zeros(len(data.users), bool)
    out[valid] = out[test] = True
    train = data.take_users(np.flatnonzero(~out))
    seen, asked = data.histories.where(~hidden), data.histories.where(hidden)
    stages = (
        Stage(train, seen.take(rows), asked.take(rows), warm(train))
        for rows in (np.sort(valid), np.sort(test))
    )
    return Split(name, *stages)

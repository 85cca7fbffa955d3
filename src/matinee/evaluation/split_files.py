"""A split as a table of parts, so that other programs are measured on the same one; and back."""

import numpy as np
import polars as pl

from matinee.dataset import NO_TIME, Dataset, Histories, Split, Stage, Vocabulary, entry_stage, warm
from matinee.errors import InputError, few
from matinee.schema import SPLIT, check

ACROSS_TIME = ("train", "valid", "test")  # viewers are learnt from and asked again
HELD_OUT = ("train", "valid_history", "valid_truth", "test_history", "test_truth")


def to_frame(split: Split) -> pl.DataFrame:
    """`user_id, item_id, part`: one row a pair, in the order of parts, users and items.

    Parts are train, valid_history, valid_truth, test_history, test_truth where the asked viewers
    are held out of the training, else train, valid, test.
    """
    tune, final = split.tune, split.final
    learnt = tune.train.histories
    if _holds_out(final):
        parts = [learnt, tune.histories, tune.truth, final.histories, final.truth]
        named = zip(HELD_OUT, parts, strict=True)
    else:
        more = final.train.histories
        # Same users, same items: a pair has the same key in both.
        new = ~np.isin(_keys(more), _keys(learnt))
        named = zip(ACROSS_TIME, [learnt, more.where(new), final.truth], strict=True)
    return pl.concat([_part(histories, part) for part, histories in named])


def from_frame(data: Dataset, frame: pl.DataFrame, name: str = "file") -> Split:
    """The split of `data` that `frame` describes; ratings that it does not list are not seen.

    Parts train, valid, test: tune learns from train and asks for valid, final learns from train
    and valid and asks for test, of viewers with a history. Parts train, valid_history,
    valid_truth, test_history, test_truth: both learn from train alone. Candidates are the items
    of train; where none of the items asked for is in train, those asked for. Ids may be whole
    numbers; an id that the data lacks is found without leading zeros.
    """
    frame = _checked(frame)
    parts = _masks(data, frame)
    if not {*HELD_OUT[1:]} & set(frame["part"]):
        train, valid, test = (parts[part] for part in ACROSS_TIME)
        tune, final = entry_stage(data, train, valid), entry_stage(data, train | valid, test)
    else:
        tune, final = (
            _held_out(data, parts["train"], parts[f"{part}_history"], parts[f"{part}_truth"])
            for part in ("valid", "test")
        )
    return Split(name, _as_asked(tune), _as_asked(final))


def _part(histories: Histories, part: str) -> pl.DataFrame:
    if histories.user_ids is None:
        raise InputError(f"split: expected the ids of the viewers of {part}, got none")
    return pl.DataFrame(
        {
            "user_id": histories.user_ids.gather(histories.entry_rows),
            "item_id": histories.items.ids.gather(histories.numbers),
            "part": pl.repeat(part, histories.entries, eager=True),
        },
        schema=SPLIT,
    )


def _holds_out(stage: Stage) -> bool:
    """Whether no asked viewer is learnt from."""
    asked = stage.histories.user_ids
    return asked is not None and bool((stage.train.users.numbers(asked) < 0).all())


def _keys(histories: Histories) -> np.ndarray:
    """One whole number a (row, item) pair, ascending."""
    return np.asarray(
        histories.entry_rows.astype(np.int64) * len(histories.items) + histories.numbers
    )


def _checked(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with text ids and parts that are known and of one of the two forms."""
    whole = [
        column
        for column in SPLIT
        if column in frame.columns
        and (frame[column].dtype.is_integer() or frame[column].dtype == pl.Null)
    ]
    frame = check(frame.with_columns(pl.col(whole).cast(pl.String)), SPLIT, "split")
    if frame.is_empty() or any(frame.null_count().row(0)):
        raise InputError(
            f"split: expected rows without gaps, got {frame.height} rows with "
            f"{sum(frame.null_count().row(0))} empty cells"
        )
    found = set(frame["part"])
    if not (found <= set(ACROSS_TIME) or found <= set(HELD_OUT)) or "train" not in found:
        raise InputError(
            f"split: expected the parts {', '.join(ACROSS_TIME)} or {', '.join(HELD_OUT)}, got "
            f"{few(sorted(found))}"
        )
    return frame.with_columns(pl.col("user_id", "item_id", "part").cast(pl.String))


def _masks(data: Dataset, frame: pl.DataFrame) -> dict[str, np.ndarray]:
    """Of each part, which entries of the data are in it, (entries,) bool."""
    users = _numbers(data.users, frame["user_id"])
    items = _numbers(data.items, frame["item_id"])
    asked = users.astype(np.int64) * len(data.items) + items
    known = _keys(data.histories)
    place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    missing = (users < 0) | (items < 0) | (known[place] != asked)
    if missing.any():
        pairs = frame.filter(pl.Series(missing)).select("user_id", "item_id").rows()
        raise InputError(f"split: expected pairs that {data.name} has, got others: {few(pairs)}")
    masks = {}
    times_listed = np.zeros(len(known), np.int64)
    for part in {*ACROSS_TIME, *HELD_OUT}:
        mask = np.zeros(len(known), bool)
        mask[place[(frame["part"] == part).to_numpy()]] = True
        times_listed += mask
        masks[part] = mask
    if (times_listed > 1).any():
        pairs = frame.filter(pl.Series(times_listed[place] > 1)).rows()
        raise InputError(f"split: expected each pair in one part, got several: {few(pairs)}")
    return masks


def _numbers(vocabulary: Vocabulary, ids: pl.Series) -> np.ndarray:
    """The number of each id as it is, else without leading zeros where that is one id; else -1."""
    numbers = vocabulary.numbers(ids).copy()
    lost = numbers < 0
    if lost.any():
        bare = vocabulary.ids.str.strip_chars_start("0")
        single = np.flatnonzero(bare.is_unique().to_numpy())
        others = Vocabulary(bare.gather(single))
        found = others.numbers(ids.filter(pl.Series(lost)).str.strip_chars_start("0"))
        numbers[lost] = np.append(single, -1)[found]
    return numbers


def _held_out(data: Dataset, train: np.ndarray, shown: np.ndarray, hidden: np.ndarray) -> Stage:
    """Learn from the viewers of `train`, ask those who have both a history and a truth."""
    histories = data.histories
    learnt = np.unique(histories.entry_rows[train])
    asked = np.intersect1d(histories.entry_rows[shown], histories.entry_rows[hidden])
    fitted = data.with_histories(histories.where(train)).take_users(learnt)
    return Stage(
        fitted,
        histories.where(shown).take(asked),
        histories.where(hidden).take(asked),
        warm(fitted),
    )


def _as_asked(stage: Stage) -> Stage:
    """The stage at the latest moment of what is shown, with cold candidates if it asks for such."""
    shown = (stage.train.histories.time, stage.histories.time)
    latest = max((int(time.max()) for time in shown if len(time)), default=NO_TIME)
    asked_for = np.bincount(stage.truth.numbers, minlength=len(stage.train.items)) > 0
    cold = asked_for.any() and not (asked_for & stage.candidates).any()
    return Stage(
        stage.train.with_histories(stage.train.histories.at(latest)),
        stage.histories.at(latest),
        stage.truth,
        asked_for if cold else stage.candidates,
    )

"""The page of a policy: which rows there may be, how many, and what each kind counts."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from matinee.errors import InputError

# In the order in which they are tried where two rows are worth the same.
ROW_KINDS: Final = (
    "continue_watching",
    "top_picks",
    "because_you_watched",
    "my_list",
    "trending",
    "new",
    "theme",
    "hidden_gems",
    "watch_again",
)
_MOST = 100  # rows of a page, cards of a row


@dataclass(frozen=True, slots=True)
class Layout:
    """At most `rows` rows of at most `cards` cards; only of these kinds.

    A kind with weight 2 counts twice what it would: it stands higher, and has more rows if it may.
    """

    rows: int = 10
    cards: int = 10
    kinds: Any = ROW_KINDS
    weights: Any = ()  # kind -> weight, by default 1
    unsaid: Any = ()  # words never said of a viewer, beside those of `features.sensitive`

    def __post_init__(self) -> None:
        for name in ("rows", "cards"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST:
                raise InputError(
                    f"{name}: expected a whole number from 1 to {_MOST}, got {value!r}"
                )
        if isinstance(self.kinds, str) or not isinstance(self.kinds, list | tuple):
            raise InputError(f"kinds: expected a list of row kinds, got {self.kinds!r}")
        object.__setattr__(self, "kinds", tuple(self.kinds))
        if not self.kinds:
            raise InputError(f"kinds: expected some of {', '.join(ROW_KINDS)}, got none")
        object.__setattr__(self, "unsaid", _words(self.unsaid))
        if not isinstance(self.weights, Mapping | tuple):
            raise InputError(f"weights: expected a table, got {self.weights!r}")
        weights = dict(self.weights)
        for name, kind in (*(("kinds", k) for k in self.kinds), *(("weights", k) for k in weights)):
            if kind not in ROW_KINDS:
                raise InputError(f"{name}: expected some of {', '.join(ROW_KINDS)}, got {kind!r}")
        for kind, weight in weights.items():
            number = isinstance(weight, int | float) and not isinstance(weight, bool)
            if not number or not 0 < weight < np.inf:
                raise InputError(f"weights: expected {kind} above 0, got {weight!r}")
        pairs = tuple((kind, float(weight)) for kind, weight in weights.items())
        object.__setattr__(self, "weights", pairs)

    @classmethod
    def from_table(cls, table: Any) -> "Layout":
        """The section [page] of a policy; InputError names a key that there is not."""
        if not isinstance(table, Mapping):
            raise InputError(f"expected a table, got {table!r}")
        known = [each.name for each in fields(cls)]
        for key in table:
            if key not in known:
                raise InputError(f"expected one of {', '.join(known)}, got {key!r}")
        return cls(**table)

    def weight(self, kind: str) -> float:
        """What rows of a kind count, beside what they count by themselves."""
        return float(dict(self.weights).get(kind, 1.0))


def _words(words: Any) -> tuple[str, ...]:
    if isinstance(words, str) or not isinstance(words, list | tuple):
        raise InputError(f"unsaid: expected a list of words, got {words!r}")
    for word in words:
        if not isinstance(word, str) or not any(letter.isalnum() for letter in word):
            raise InputError(f"unsaid: expected words such as 'cult' or 'weapon*', got {word!r}")
    return tuple(words)

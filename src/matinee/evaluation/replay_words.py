"""What a replay says in a sentence, computed from its tests."""

from collections.abc import Sequence
from math import isnan
from typing import Protocol

from matinee.evaluation.growth import Slope
from matinee.evaluation.leaderboard import Estimate
from matinee.evaluation.significance import Comparison

_SURE = 0.05


class _Width(Protocol):
    @property
    def tail(self) -> Estimate: ...
    @property
    def reach(self) -> float | None: ...


def grows(name: str, doubling: Comparison | None, own: Slope) -> str:
    """Whether quality grows with feedback: the same likes, from half of a history and all of it.

    >>> from matinee.evaluation.growth import NO_SLOPE
    >>> print(grows("mine", Comparison(0.01, 0.005, 0.015, 0.001), NO_SLOPE))
    Quality grows with feedback: on the same likes, NDCG@10 of mine changes by +0.0100 (95 %: \
+0.0050 to +0.0150) from every second event of the history to all of it.
    """
    if doubling is None or isnan(doubling.p):
        return (
            f"These data cannot tell whether quality grows with feedback: an interval takes two "
            f"viewers of {name} who are asked with two films in their histories."
        )
    if doubling.p >= _SURE:
        verdict = "These data do not tell whether quality grows with feedback"
    else:
        verdict = f"Quality {'grows' if doubling.difference > 0 else 'falls'} with feedback"
    change = _change(doubling.difference, doubling)
    text = (
        f"{verdict}: on the same likes, NDCG@10 of {name} changes by {change} from every second "
        "event of the history to all of it"
    )
    if isnan(own.p):
        return f"{text}."
    chance = ", which may be chance" if own.p >= _SURE else ""
    return (
        f"{text}. From one like to the next of the same viewer it changes by "
        f"{_change(own.slope, own)} for each doubling of the history{chance}; that mixes what is "
        "learnt with what is left to find."
    )


def narrows(name: str, bits: Slope, widths: Sequence[_Width]) -> str:
    """Whether lists narrow as histories grow, and how the long tail fares over time."""
    if isnan(bits.p):
        text = f"Whether the lists of {name} narrow cannot be told: no genres, or too few viewers"
    else:
        verdict = (
            f"The same viewer's lists of {name} do not measurably narrow or widen in genres"
            if bits.p >= _SURE
            else f"The same viewer's lists of {name} {'widen' if bits.slope > 0 else 'narrow'} in "
            "genres"
        )
        text = f"{verdict}: {_change(bits.slope, bits)} bits for each doubling of the history"
    first, last = widths[0], widths[-1]
    if first.tail.value is not None and last.tail.value is not None:
        text += (
            f"; from the first stretch of time to the last the long tail's share of places goes "
            f"from {first.tail.value:.0%} to {last.tail.value:.0%}"
        )
    if first.reach is not None and last.reach is not None:
        text += f", the share of known films in anyone's list from {first.reach:.0%} to "
        text += f"{last.reach:.0%}"
    return f"{text}."


def _change(value: float, found: Slope | Comparison) -> str:
    return f"{value:+.4f} (95 %: {found.low:+.4f} to {found.high:+.4f})"

"""Bars of block characters, for a terminal."""

from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉"
_LEVELS = " ▁▂▃▄▅▆▇█"


def bars(labels: Sequence[str], counts: Sequence[float], width: int = 80) -> list[str]:
    """One line a label: label, bar, count; no line is wider than `width`.

    The longest bar fills what labels and counts leave; bars are exact to an eighth of a cell.

    >>> bars(["Drama", "Comedy"], [4, 3], width=16)
    ['Drama  ███████ 4', 'Comedy █████▎  3']
    """
    if not labels:
        return []
    values = [f"{count:,.10g}" for count in counts]
    label_width = min(max(map(len, labels)), max(1, width // 2 - 2))
    value_width = max(map(len, values))
    room = max(1, width - label_width - value_width - 2)
    largest = max(0, *counts) or 1
    lines = []
    for label, count, value in zip(labels, counts, values, strict=True):
        eighths = round(8 * room * max(count, 0) / largest)
        if count > 0:
            eighths = max(eighths, 1)
        bar = ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()
        short = label if len(label) <= label_width else label[: label_width - 1] + "…"
        lines.append(f"{short:<{label_width}} {bar:<{room}} {value:>{value_width}}")
    return lines


def columns(counts: Sequence[float], height: int = 4) -> list[str]:
    """Upright bars, one character a count, `height` lines; what is above 0 is visible.

    >>> columns([0, 1, 2, 16], height=2)
    ['   █', ' ▁▂█']
    """
    largest = max(counts, default=0) or 1
    steps = [max(round(8 * height * c / largest), 1) if c > 0 else 0 for c in counts]
    return [
        "".join(_LEVELS[min(max(step - 8 * line, 0), 8)] for step in steps)
        for line in range(height - 1, -1, -1)
    ]

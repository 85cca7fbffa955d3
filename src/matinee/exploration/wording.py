"""Numbers and lists as a sentence says them."""


def percent(share: float) -> str:
    """A share in per cent, with a digit more where it is small.

    >>> percent(0.637), percent(0.0892), percent(0.00024), percent(1.0)
    ('64 %', '8.9 %', '0.024 %', '100 %')
    """
    value = 100 * share
    if value >= 10:
        return f"{value:.0f} %"
    return f"{value:.1f} %" if value >= 1 else f"{value:.2g} %"


def amount(value: float) -> str:
    """A large amount in thousands, millions or billions.

    >>> amount(23_000_000), amount(2_787_965_087), amount(512), amount(1_500)
    ('23 million', '2.8 billion', '512', '1.5 thousand')
    """
    for size, word in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if abs(value) >= size:
            return (
                f"{value / size:.3g} {word}" if value / size >= 10 else f"{value / size:.2g} {word}"
            )
    return f"{value:,.3g}"


def size_of(count: int) -> str:
    """Bytes as pandas prints them: in units of 1,024 with one digit.

    >>> size_of(768612), size_of(5173557), size_of(12)
    ('750.6 KB', '4.9 MB', '12 bytes')
    """
    value = float(count)
    if value < 1024:
        return f"{count} bytes"
    for unit in ("KB", "MB", "GB"):
        value /= 1024
        if value < 1024:
            return f"{value:.1f} {unit}"
    return f"{value / 1024:.1f} TB"

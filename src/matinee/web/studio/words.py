"""How the studio writes moments, counts and figures."""

from datetime import UTC, datetime


def moment(seconds: int) -> str:
    """A moment as people of an operation read it.

    >>> moment(0)
    '1970-01-01 00:00 UTC'
    """
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def plain(value: object) -> str:
    """A value of a recipe or a manifest.

    >>> plain(0.123456), plain(12345), plain(("a", "b")), plain(None)
    ('0.1235', '12,345', 'a, b', 'none')
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return ", ".join(plain(each) for each in value)
    return str(value)

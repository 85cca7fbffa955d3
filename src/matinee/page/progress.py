"""Films that a viewer has begun and not finished, from the events of playing."""

from collections.abc import Mapping

import numpy as np

from matinee.dataset import Doings

_ENDS = ("pause", "stop", "skip", "complete")
_LEAST, _MOST = 0.05, 0.9  # shares of a film: before it is hardly begun, after it is over
_DAYS = 60  # after which a film that was not gone on with is given up
_FILMS = 20


def begun(doings: Doings, runtimes: Mapping[str, float], as_of: int) -> dict[str, float]:
    """The share watched of each film that the viewer paused or stopped last, most recent first.

    `runtimes` are minutes, of films that have any. Films that were skipped or completed since, that
    stopped in the first twentieth or the last tenth, or more than 60 days before `as_of` are left
    out; so are those of unknown length.
    """
    films, last = last_of(doings, _ENDS, until=as_of)
    lately = doings.timestamp[last] >= as_of - 86_400 * _DAYS
    open_ended = doings.of_kinds(("pause", "stop"))[last]
    found = []
    for place in np.flatnonzero(lately & open_ended).tolist():
        film, event = doings.films[films[place]], last[place]
        share = float(doings.position_s[event]) / (60 * runtimes.get(film, np.nan))
        if _LEAST <= share <= _MOST:
            found.append((-int(doings.timestamp[event]), film, share))
    return {film: share for _, film, share in sorted(found)[:_FILMS]}


def last_of(
    doings: Doings, kinds: tuple[str, ...], until: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Places in `films` of those with events of these kinds, and the last such event of each."""
    wanted = doings.of_kinds(kinds) & (doings.film >= 0)
    if until is not None:
        wanted &= doings.timestamp <= until
    events = np.flatnonzero(wanted)
    last = np.full(len(doings.films), -1)
    last[doings.film[events]] = events  # of several the last stays
    films = np.flatnonzero(last >= 0)
    return films, last[films]

"""How often one asker may ask: so that one who asks without end takes no time from others."""

import math
from collections import OrderedDict

_MOST = 50_000  # askers a worker remembers, those who asked last


class Limit:
    """Requests a second of each asker, counted by one worker; for one thread.

    Kept as the moment at which what was asked would be worked off at the allowed rate (the generic
    cell rate algorithm, ITU-T I.371): one number an asker.
    """

    def __init__(self, per_s: float, burst_s: float) -> None:
        """Who has been quiet for `burst_s` may ask at once what is allowed in it, once at least."""
        self.per_s = per_s
        self._burst_s = max(burst_s, 1 / per_s) if per_s else burst_s
        self._until: OrderedDict[str, float] = OrderedDict()

    def wait_s(self, asker: str, now: float) -> float:
        """0 where the asker may ask at `now` (seconds that never go back), else how long to wait.

        Only what was allowed counts. Without a rate everything is allowed.
        """
        if not self.per_s:
            return 0.0
        until = max(self._until.get(asker, now), now) + 1 / self.per_s
        if (excess := until - now - self._burst_s) > 1e-9:
            return excess
        self._until[asker] = until
        self._until.move_to_end(asker)
        if len(self._until) > _MOST:
            self._until.popitem(last=False)
        return 0.0


def whole_seconds(wait_s: float) -> str:
    """For Retry-After."""
    return str(max(1, math.ceil(wait_s)))

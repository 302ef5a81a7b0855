"""The web chat's limits, in one place, and the counter that holds people to them."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MAX_TEXT_CHARACTERS: Final = 5_000  # characters of one message that are processed: about four phone screens of a pasted chat a time
MAX_MESSAGE_BYTES: Final = 4 * 1024 * 1024  # bytes of one message request: 100,000 characters arrive whole and get a polite answer
MAX_IMAGE_BYTES: Final = 8 * 1024 * 1024  # bytes of one screenshot
MAX_IMAGE_PIXELS: Final = 40_000_000  # width x height: a 200-megapixel bomb of a few kilobytes is refused before it is decoded
MAX_UPLOADS_AT_ONCE: Final = 1  # pieces of evidence one process checks and encrypts at a time, in up to 300 MB; the next ones wait
SESSION_SECONDS: Final = 30 * 24 * 3600  # how long a conversation can be taken up again from the same browser
ANSWER_SECONDS: Final = 600  # how long a lost answer can be fetched again as it was, receipt and all
MAX_KEPT_ANSWERS: Final = 2_000  # answers kept for that in one process, about 2 kB each
HISTORY_TURNS: Final = 200  # messages given back after a reload, the newest ones
MAX_TRACKED_KEYS: Final = 20_000  # senders remembered by a rate limit; a flood of new senders forgets the oldest, not the memory limit


@dataclass(frozen=True)
class Limit:
    """At most `count` requests in any `seconds`."""

    count: int
    seconds: float


# Who may do what how often. An address is shared by a whole village clinic or community centre, so it may do far more than one session.
RATE_LIMITS: Final[dict[str, tuple[Limit, ...]]] = {
    "message_by_session": (Limit(20, 60.0), Limit(300, 3600.0)),
    "message_by_address": (Limit(240, 60.0), Limit(3_000, 3600.0)),
    "image_by_session": (Limit(6, 60.0), Limit(40, 3600.0)),
    "image_by_address": (Limit(30, 60.0), Limit(300, 3600.0)),
    "evidence_by_session": (Limit(20, 60.0), Limit(60, 3600.0)),
    "evidence_by_address": (Limit(60, 60.0), Limit(600, 3600.0)),
    "history_by_address": (Limit(240, 60.0),),
}


class RateLimiter:
    """Sliding windows over `RATE_LIMITS`, kept in this process.

    Args:
        clock: Seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def allow(self, rule: str, key: str) -> bool:
        """Count one request against a rule.

        Args:
            rule: A name in `RATE_LIMITS`.
            key: Who asks: a session id or an address key.

        Returns:
            Whether it may go ahead. A refused request is not counted, so that impatient retries do not lengthen the wait.
        """
        now = self._clock()
        limits = RATE_LIMITS[rule]
        times = self._seen.setdefault((rule, key), deque())
        self._seen.move_to_end((rule, key))
        if len(self._seen) > MAX_TRACKED_KEYS:
            self._seen.popitem(last=False)
        longest = max(limit.seconds for limit in limits)
        while times and times[0] <= now - longest:
            times.popleft()
        if any(sum(moment > now - limit.seconds for moment in times) >= limit.count for limit in limits):
            return False
        times.append(now)
        return True

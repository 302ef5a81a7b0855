"""What several chat servers share through Redis: rate limits, and whose turn it is. One server alone keeps both in its own memory.

Keys are keyed hashes, values are times and random marks: nothing in Redis names a person, an address or a conversation.
When Redis is gone, each server goes on with its own memory; nobody is turned away for that.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Final

import redis
import redis.asyncio
from redis.exceptions import RedisError

from bot.channels.limits import RATE_LIMITS, RateLimiter
from bot.privacy.keyed_hash import keyed_hash
from bot.runtime.settings import Settings

logger = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 0.5  # longer than any healthy Redis in the same network needs
PAUSE_SECONDS: Final = 10.0  # after a failure, before Redis is asked again
TURN_SECONDS: Final = 60.0  # longest turn: after a server's death its conversation is free again then
_NAME: Final = "guard"

# In one step on the server, so that two servers cannot both take the last place.
_COUNT: Final = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local longest = 0
for i = 2, #ARGV, 2 do longest = math.max(longest, tonumber(ARGV[i + 1])) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.6f', now - longest))
for i = 2, #ARGV, 2 do
  local since = string.format('(%.6f', now - ARGV[i + 1])
  if redis.call('ZCOUNT', KEYS[1], since, '+inf') >= tonumber(ARGV[i]) then return 0 end
end
redis.call('ZADD', KEYS[1], string.format('%.6f', now), ARGV[1])
redis.call('PEXPIRE', KEYS[1], math.ceil(longest * 1000))
return 1
"""


class SharedRateLimiter(RateLimiter):
    """Sliding windows over `RATE_LIMITS`, counted once for all servers that name the same Redis.

    Args:
        url: `redis://[:password@]host:port/db`.
        key: Keys the hashes; the same in every process.
    """

    def __init__(self, url: str, key: bytes) -> None:
        super().__init__()
        self._key = key
        client = redis.Redis.from_url(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS)
        self._count = client.register_script(_COUNT)
        self._ask_from = 0.0

    def allow(self, rule: str, key: str) -> bool:
        """Count one request against a rule, as `RateLimiter.allow` does."""
        if time.monotonic() < self._ask_from:
            return super().allow(rule, key)
        numbers = [number for limit in RATE_LIMITS[rule] for number in (limit.count, limit.seconds)]
        name = f"{_NAME}:limit:{keyed_hash(self._key, f'limits.{rule}', key)}"
        try:
            return bool(self._count(keys=[name], args=[secrets.token_hex(8), *numbers]))
        except RedisError as error:
            logger.warning("rate limits are counted by each server for itself: Redis failed (%s)", type(error).__name__)
            self._ask_from = time.monotonic() + PAUSE_SECONDS
            return super().allow(rule, key)


class SharedTurns:
    """Lets one turn of a conversation run at a time among all servers that name the same Redis.

    A message that is delivered again, to another server, while its turn still runs waits here and then finds the answer in the tracker.

    Args:
        url: As for `SharedRateLimiter`.
        key: As for `SharedRateLimiter`.
    """

    def __init__(self, url: str, key: bytes) -> None:
        self._key = key
        self._client = redis.asyncio.Redis.from_url(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS)

    @asynccontextmanager
    async def alone(self, sender_id: str) -> AsyncIterator[None]:
        """Wait until no other server has a turn of this conversation, and keep it while the block lasts."""
        name = f"{_NAME}:turn:{keyed_hash(self._key, 'turns', sender_id)}"
        lock = self._client.lock(name, timeout=TURN_SECONDS, blocking_timeout=TURN_SECONDS)
        held = False
        try:
            held = await lock.acquire()
        except RedisError as error:
            logger.warning("turns are ordered by each server for itself: Redis failed (%s)", type(error).__name__)
        try:
            yield
        finally:
            if held:
                with suppress(RedisError):  # it ran out by itself, or Redis is gone and it will
                    await lock.release()


@asynccontextmanager
async def _nobody_else(_: str) -> AsyncIterator[None]:
    yield


def make_rate_limiter() -> RateLimiter:
    """The counter the settings ask for: shared when they name a Redis."""
    url = Settings().redis_url
    return SharedRateLimiter(url, Settings.load().secret_key.encode()) if url else RateLimiter()


def make_alone() -> Callable[[str], AbstractAsyncContextManager[None]]:
    """What holds a conversation's turn against other servers; nothing when there are none."""
    url = Settings().redis_url
    return SharedTurns(url, Settings.load().secret_key.encode()).alone if url else _nobody_else

"""Hash chains that make tampering with logs show.

Every entry's hash is an HMAC over the entry and the hash before it, so a changed, inserted or removed entry does not fit, and nobody without
the key can make one that does. The head (length and last hash) is sealed where it is kept, so that cutting off the end shows too.
"""

import json
from datetime import UTC, date, datetime
from typing import Any

from bot.privacy.keyed_hash import keyed_hash

GENESIS = "0" * 64


def _readable(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"cannot put {type(value).__name__} into a chain")


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_readable)


def canonical(content: Any) -> str:
    """Returns `content` as JSON that is the same for the same content."""
    return _ENCODER.encode(content)


def link(key: bytes, chain: str, previous: str, content: Any) -> str:
    """Returns the hash of an entry.

    Args:
        key: The keyring's index key.
        chain: Name of the chain, so that an entry cannot be moved to another one.
        previous: Hash of the entry before, or `GENESIS`.
        content: The entry as JSON-able data.
    """
    return keyed_hash(key, f"{chain}\x1f{previous}", canonical(content))


def seal_head(key: bytes, chain: str, length: int, head: str) -> str:
    """Returns the proof that a chain has `length` entries and ends with `head`."""
    return link(key, f"head:{chain}", head, length)

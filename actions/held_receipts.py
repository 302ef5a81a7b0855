"""Keeps the receipt a person has just shown for a few minutes, in this process's memory only: it must never reach a store."""

from __future__ import annotations

import time
from collections import OrderedDict

HOLD_SECONDS = 600  # long enough to write a supplement on a phone
MOST_HELD = 2_000  # conversations; the oldest is forgotten first

_held: OrderedDict[str, tuple[float, str, bool]] = OrderedDict()


def hold(sender_id: str, receipt: str, *, told_here: bool = False) -> None:
    """Remember the receipt of a conversation.

    Args:
        sender_id: The conversation.
        receipt: The number.
        told_here: Whether the tip-off was told in this conversation just now, so that its words may be handed back to it.
    """
    _held[sender_id] = (time.monotonic(), receipt, told_here)
    _held.move_to_end(sender_id)
    while len(_held) > MOST_HELD:
        _held.popitem(last=False)


def held(sender_id: str) -> str | None:
    """The receipt of a conversation, or None when none was shown lately (or the server was restarted since)."""
    since, receipt, _ = _held.get(sender_id, (0.0, "", False))
    return receipt if receipt and time.monotonic() - since < HOLD_SECONDS else None


def told_here(sender_id: str) -> bool:
    """Whether the receipt that is held belongs to what was told in this conversation just now."""
    return held(sender_id) is not None and _held[sender_id][2]


def release(sender_id: str) -> None:
    """Forget it."""
    _held.pop(sender_id, None)

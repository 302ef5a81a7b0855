"""Offers to add files to a tip-off that the person has just submitted or looked up, where the channel can take files."""

from __future__ import annotations

from typing import Final

from actions.resources import desk
from actions.speech import Speaker
from actions.turn import Turn

CHANNELS_WITH_UPLOADS: Final = frozenset({"web", "wechat"})


def offer_upload(tip_off_id: str, owner: str, turn: Turn, speaker: Speaker) -> None:
    """Show the card that takes files.

    Args:
        tip_off_id: The person's own tip-off, proven by its receipt in this very turn.
        owner: Their conversation, the only one the card works in.
        turn: What they just said, for the channel it came through.
        speaker: Where to say it.
    """
    if turn.channel not in CHANNELS_WITH_UPLOADS:
        return
    ticket = desk().issue_upload_ticket(tip_off_id, owner)
    most = desk().catalog.limits.budgets.evidence_bytes
    card = {"type": "evidence", "ticket": ticket.token, "until": int(ticket.until.timestamp()), "most_bytes": most}
    speaker.say("", card=card)

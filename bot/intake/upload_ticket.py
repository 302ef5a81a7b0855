"""Tickets to add evidence: given to a conversation that has just submitted or looked up a tip-off, in place of its receipt.

A ticket is sealed with the store's keys and bound to its owner, so it tells nothing, cannot be made up, and opens for nobody else. It is not
stored: it ends by itself, and the receipt is asked for again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.intake.errors import IntakeError
from bot.intake.store import Store
from bot.privacy.field_encryption import FieldTamperedError
from bot.privacy.keyring import KeyringError

_PLACE = ("upload_tickets", "ticket")


@dataclass(frozen=True)
class UploadTicket:
    """A ticket.

    Attributes:
        token: What has to be shown; ASCII.
        until: When it ends, in UTC.
    """

    token: str
    until: datetime


def issue(store: Store, tip_off_id: str, owner: str) -> UploadTicket:
    """Makes a ticket; the caller has just seen the owner submit this tip-off or show its receipt.

    Args:
        store: The store.
        tip_off_id: Whose evidence may be added to.
        owner: The conversation.
    """
    until = store.clock() + timedelta(seconds=store.catalog.limits.budgets.upload_ticket_seconds)
    return UploadTicket(store.cipher.seal(*_PLACE, owner, f"{tip_off_id} {int(until.timestamp())}"), until)


def tip_off_of(store: Store, token: str, owner: str) -> str:
    """Returns the id of the tip-off a ticket is for.

    Raises:
        IntakeError: `upload_ticket_invalid`, whether it is made up, another's or over: whoever tries learns no more.
    """
    try:
        tip_off_id, until = store.cipher.open(*_PLACE, owner, token).split(" ")
    except (FieldTamperedError, KeyringError, UnicodeEncodeError) as error:
        raise IntakeError("upload_ticket_invalid") from error
    if datetime.fromtimestamp(int(until), UTC) <= store.clock():
        raise IntakeError("upload_ticket_invalid")
    return tip_off_id

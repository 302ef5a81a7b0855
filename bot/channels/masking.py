"""Takes out what the assistant must never hold before Rasa, its stores or its logs see a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.intake.receipt import find_receipt, mask_receipts
from bot.privacy.personal_data import PersonalDataKind, find_personal_data, mask_value

# Only what opens somebody's account or identity. A suspect's phone, WeChat or QQ number is the heart of a tip-off and must get through.
NEVER_KEPT: Final = frozenset(
    {PersonalDataKind.ID_NUMBER, PersonalDataKind.BANK_CARD, PersonalDataKind.VERIFICATION_CODE, PersonalDataKind.PASSWORD}
)


def without_secrets(text: str) -> tuple[str, list[str]]:
    """Mask ID numbers, bank cards, codes and passwords.

    Args:
        text: What a person typed or what was read from their screenshot.

    Returns:
        The text, character for character as long as before, and the kinds that were masked, sorted; an empty list when nothing was.
    """
    findings = [finding for finding in find_personal_data(text) if finding.kind in NEVER_KEPT]
    for finding in findings:
        text = text[: finding.start] + mask_value(finding.kind, text[finding.start : finding.end]) + text[finding.end :]
    return text, sorted({str(finding.kind) for finding in findings})


STATUS_COMMAND: Final = "/tip_off_status"
WORDS_AROUND_RECEIPT: Final = 12  # characters; with more, the receipt is only mentioned in something else


@dataclass(frozen=True)
class Cleaned:
    """A message as Rasa may keep it.

    Attributes:
        text: Without secrets and receipts.
        masked: Kinds of personal data that were masked, sorted.
        receipt: The receipt that was in it. It travels in the message's metadata for this turn only; the tracker store drops it.
        mentions_only_receipt: Whether the message was little more than a receipt, that is, a question for its progress.
    """

    text: str
    masked: list[str]
    receipt: str | None
    mentions_only_receipt: bool


def cleaned(text: str) -> Cleaned:
    """Take out what Rasa, its stores and its logs must never hold.

    Args:
        text: What a person typed or what was read from their screenshot.
    """
    receipt = find_receipt(text)
    if receipt is None:
        shown, masked = without_secrets(text)
        return Cleaned(shown, masked, None, mentions_only_receipt=False)
    hidden = mask_receipts(text)
    shown, masked = without_secrets(hidden)
    around = sum(character.isalpha() for character in hidden)
    return Cleaned(shown, masked, receipt, mentions_only_receipt=around <= WORDS_AROUND_RECEIPT)

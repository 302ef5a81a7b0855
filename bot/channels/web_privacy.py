"""Takes out what the assistant must never hold before Rasa, its stores or its logs see a message."""

from __future__ import annotations

from typing import Final

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

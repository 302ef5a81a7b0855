"""Receipts: 16 digits, the last of them a check digit. Only a keyed hash of a receipt is ever stored.

A receipt starts with 8, which no Chinese bank card does. The 14 digits after it come from HMAC-SHA256 over the submission's idempotency key,
so that a client that repeats a submission after a lost answer gets the same receipt although the store does not know it.
"""

import re

from bot.intake.errors import IntakeError
from bot.privacy.keyed_hash import keyed_hash
from bot.privacy.personal_data import plain_digits

LENGTH = 16  # digits
_FIRST = "8"
_RANDOM_DIGITS = 14
_SEPARATORS = r"[\s\-‐–—_.·]?"
_IN_TEXT = re.compile(rf"(?<!\d){_FIRST}(?:{_SEPARATORS}\d){{{LENGTH - 1}}}(?!\d)")
# Damm's table: finds every single wrong digit and every swap of neighbours, the two slips people make when copying a number.
_DAMM = ("0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205", "2581436790")


def check_digit(digits: str) -> str:
    """Returns Damm's check digit of a string of decimal digits."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def derive_receipt(index_key: bytes, idempotency_key: str, attempt: int) -> str:
    """Returns the receipt of a submission.

    Args:
        index_key: The keyring's index key.
        idempotency_key: The submission's own unguessable key.
        attempt: 0, or more when the receipt before it was already taken by another tip-off.
    """
    mac = int(keyed_hash(index_key, f"receipt\x1f{attempt}", idempotency_key), base=16)
    body = _FIRST + str(mac % 10**_RANDOM_DIGITS).zfill(_RANDOM_DIGITS)
    return body + check_digit(body)


def find_receipt(text: str) -> str | None:
    """Returns the receipt written somewhere in `text` (spaced, dashed or full width), or None. A receipt must not be stored as text."""
    for match in _IN_TEXT.finditer(plain_digits(text)):
        digits = re.sub(r"\D", "", match.group())
        if check_digit(digits[:-1]) == digits[-1]:
            return digits
    return None


def mask_receipts(text: str) -> str:
    """Returns `text` with the digits of every receipt in it replaced by stars, character for character."""
    for match in _IN_TEXT.finditer(plain_digits(text)):
        digits = re.sub(r"\D", "", match.group())
        if check_digit(digits[:-1]) == digits[-1]:
            masked = "".join("*" if character.isdigit() else character for character in match.group())
            text = text[: match.start()] + masked + text[match.end() :]
    return text


def parse_receipt(entered: str) -> str:
    """Returns the 16 digits of a receipt as typed by a person.

    Raises:
        IntakeError: `receipt_malformed`: not 16 digits, or the check digit does not fit (a slip of the pen).
    """
    digits = re.sub(_SEPARATORS.rstrip("?"), "", plain_digits(entered))
    if len(digits) != LENGTH or not digits.isascii() or not digits.isdigit() or check_digit(digits[:-1]) != digits[-1] or digits[0] != _FIRST:
        raise IntakeError("receipt_malformed")
    return digits


def hash_receipt(index_key: bytes, receipt: str) -> str:
    """Returns what is stored instead of a receipt."""
    return keyed_hash(index_key, "tip_offs.receipt", receipt)


def spaced(receipt: str) -> str:
    """Returns a receipt in groups of four, as it is shown."""
    return " ".join(receipt[start : start + 4] for start in range(0, LENGTH, 4))

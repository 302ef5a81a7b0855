"""Finds and masks personal data in free text.

Offsets always point into the text as it was given: look-alike digits (full width, circled, Chinese in long runs) are mapped
one character to one character before matching, and masking keeps the length, so spans found before masking still hold after it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.data_files import read_yaml

PATTERNS_FILE = Path(__file__).resolve().parents[2] / "data" / "privacy" / "personal_data.yml"
CHINESE_DIGIT_RUN = 6  # characters; shorter runs are ordinary numbers in a sentence, not a number read out digit by digit
MASK = "*"


class PersonalDataKind(StrEnum):
    """What a finding is. `LONG_NUMBER` is an unexplained run of 14 to 20 digits: a receipt, policy or order number, masked to be safe."""

    EMAIL = "email"
    ID_NUMBER = "id_number"
    BANK_CARD = "bank_card"
    PHONE = "phone"
    LANDLINE = "landline"
    WECHAT = "wechat"
    QQ = "qq"
    PLATE = "plate"
    VERIFICATION_CODE = "verification_code"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    LONG_NUMBER = "long_number"


# Characters left readable at the start and at the end, so that a person recognises their own number and nobody else can use it.
_KEPT: dict[PersonalDataKind, tuple[int, int]] = {
    PersonalDataKind.EMAIL: (1, 0),
    PersonalDataKind.ID_NUMBER: (1, 1),
    PersonalDataKind.BANK_CARD: (0, 4),
    PersonalDataKind.PHONE: (3, 4),
    PersonalDataKind.LANDLINE: (4, 2),
    PersonalDataKind.WECHAT: (1, 1),
    PersonalDataKind.QQ: (1, 1),
    PersonalDataKind.PLATE: (2, 0),
    PersonalDataKind.VERIFICATION_CODE: (0, 0),
    PersonalDataKind.PASSWORD: (0, 0),
    PersonalDataKind.LONG_NUMBER: (0, 4),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of personal data: its kind and its half-open character range in the raw text."""

    kind: PersonalDataKind
    start: int
    end: int


class _Context(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    words: str
    gap: str
    value: str


class _Patterns(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    separators: str
    chinese_digits: dict[str, str]
    counted: str
    hotlines: str
    plate: str
    contexts: dict[PersonalDataKind, _Context]
    reversed_contexts: dict[PersonalDataKind, str]


@dataclass(frozen=True)
class _Recogniser:
    hotline: re.Pattern[str]
    digit_run: re.Pattern[str]
    digit_map: dict[int, str]
    rules: tuple[tuple[PersonalDataKind, re.Pattern[str]], ...]


def _single_character_digits() -> dict[int, str]:
    """Maps every single character that means one decimal digit (full width, circled, superscript, mathematical) to ASCII."""
    table: dict[int, str] = {}
    for block in (range(0x00B2, 0x00BA), range(0x0660, 0x066A), range(0x2070, 0x208A), range(0x2460, 0x2469), range(0x24EA, 0x24EB),
                  range(0x24F5, 0x24FE), range(0x2776, 0x277F), range(0x2780, 0x2789), range(0xFF10, 0xFF1A), range(0x1D7CE, 0x1D800)):
        for code in block:
            digit = unicodedata.digit(chr(code), None)
            if digit is not None:
                table[code] = str(digit)
    for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)):
        table[code] = chr(code - 0xFEE0)
    table |= {0xFF20: "@", 0xFF0E: ".", 0xFF0B: "+", 0xFF0D: "-", 0xFF3F: "_"}
    return table


@lru_cache(maxsize=1)
def _recogniser() -> _Recogniser:
    patterns = _Patterns.model_validate(read_yaml(PATTERNS_FILE))
    separator = f"[{patterns.separators}]"
    kind = PersonalDataKind
    contexts = {name: re.compile(f"(?:{c.words}){c.gap}(?P<value>{c.value})", re.IGNORECASE) for name, c in patterns.contexts.items()}
    identity = (r"(?<![0-9])(?P<value>[1-8]\d{5}" + f"{separator}?" + r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
                + f"{separator}?" + r"\d{3}" + f"{separator}?" + r"[\dXx])(?![0-9A-Za-z])")
    old_identity = r"(?<![0-9])(?P<value>[1-8]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![0-9A-Za-z])"
    # Plain, in groups of four, or every digit apart. Looser grouping would swallow a phone number and the date after it.
    card = (r"(?<![0-9])(?P<value>[3-69]\d{15,18}|[3-69]\d{3}(?:" + separator + r"{1,2}\d{4}){3,4}(?:" + separator + r"?\d{1,3})?|[3-69](?:"
            + separator + r"\d){15,18}|62\d{4}" + separator + r"\d{10,13})(?![0-9])")
    phone = (r"(?<![0-9])(?P<value>(?:\+?(?:00)?86" + separator + r"{0,2})?1" + separator + "?[3-9](?:" + separator + r"{0,2}\d){9})(?![0-9])")
    landline = r"(?<![0-9])(?P<value>[（(]?0(?:10|2\d|[3-9]\d{2})[）)]?" + separator + r"?[2-8]\d{6,7})(?![0-9])"
    rules: list[tuple[PersonalDataKind, str | re.Pattern[str]]] = [
        (kind.EMAIL, r"(?P<value>[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,4})"),
        (kind.PASSWORD, contexts[kind.PASSWORD]),
        (kind.ID_NUMBER, identity),
        (kind.VERIFICATION_CODE, contexts[kind.VERIFICATION_CODE]),
        (kind.VERIFICATION_CODE, patterns.reversed_contexts[kind.VERIFICATION_CODE].replace("(\\d", "(?P<value>\\d", 1)),
        (kind.BANK_CARD, card),
        (kind.ID_NUMBER, contexts[kind.ID_NUMBER]),
        (kind.PHONE, phone),
        (kind.ID_NUMBER, old_identity),
        (kind.BANK_CARD, contexts[kind.BANK_CARD]),
        (kind.LANDLINE, landline),
        (kind.QQ, contexts[kind.QQ]),
        (kind.WECHAT, contexts[kind.WECHAT]),
        (kind.PLATE, f"(?P<value>{patterns.plate})(?![0-9A-Za-z])"),
        (kind.LONG_NUMBER, r"(?<![0-9])(?P<value>\d{14,20}|\d{4}(?:" + separator + r"\d{4}){3,4})(?![0-9])"),
    ]
    compiled = tuple((name, re.compile(rule) if isinstance(rule, str) else rule) for name, rule in rules)
    digits = "".join(patterns.chinese_digits)
    return _Recogniser(
        hotline=re.compile(patterns.hotlines),
        digit_run=re.compile(f"(?:[0-9]|[{digits}](?![{patterns.counted}])){{{CHINESE_DIGIT_RUN},}}"),
        digit_map={ord(key): value for key, value in patterns.chinese_digits.items()},
        rules=compiled,
    )


_SAME_LENGTH_DIGITS = _single_character_digits()


def plain_digits(text: str) -> str:
    """Returns `text` with look-alike digits as ASCII, character for character, so that offsets stay the same."""
    recogniser = _recogniser()
    plain = text.translate(_SAME_LENGTH_DIGITS)
    return recogniser.digit_run.sub(lambda run: run.group().translate(recogniser.digit_map), plain)


def _matches(text: str) -> Iterator[Finding]:
    recogniser = _recogniser()
    for kind, rule in recogniser.rules:
        for match in rule.finditer(text):
            start, end = match.span("value")
            value = match["value"]
            if not any(character.isalpha() for character in value) and recogniser.hotline.match(re.sub(r"\D", "", value)):
                continue
            yield Finding(kind, start, end)


def find_personal_data(text: str) -> list[Finding]:
    """Finds personal data in `text`.

    Args:
        text: Any text; digits may be spaced, dashed, full width, circled or glued to Chinese characters.

    Returns:
        Findings in order of position, never overlapping. Where two kinds claim the same characters, the more specific one wins.
        Hotlines (110, 12378, 95519, 400 numbers …) are not personal data and never found.
    """
    found: list[Finding] = []
    taken = bytearray(len(text))
    for finding in _matches(plain_digits(text)):
        if not any(taken[finding.start : finding.end]):
            taken[finding.start : finding.end] = b"\x01" * (finding.end - finding.start)
            found.append(finding)
    return sorted(found, key=lambda finding: finding.start)


def mask_value(kind: PersonalDataKind, value: str) -> str:
    """Masks one value of a known kind, keeping its length and, except in a password, its separators."""
    head, tail = _KEPT[kind]
    signs = [index for index, character in enumerate(value) if character.isalnum()]
    if kind is PersonalDataKind.EMAIL:
        signs = [index for index in signs if index < value.find("@")]
    hidden = set(signs[head : len(signs) - tail] if len(signs) > head + tail else signs)
    if kind is PersonalDataKind.PASSWORD:
        hidden = set(range(len(value)))  # in a password the signs between the letters are part of the secret
    return "".join(MASK if index in hidden else character for index, character in enumerate(value))


def mask(text: str) -> str:
    """Returns `text` with every piece of personal data masked; the length does not change."""
    pieces: list[str] = []
    position = 0
    for finding in find_personal_data(text):
        pieces += [text[position:finding.start], mask_value(finding.kind, text[finding.start:finding.end])]
        position = finding.end
    return "".join([*pieces, text[position:]])

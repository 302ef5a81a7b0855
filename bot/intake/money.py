"""Finds what was paid (not what was asked for, insured or promised) and the fee rate."""

import re
from dataclasses import dataclass

from bot.intake.catalog import IntakeCatalog
from bot.intake.catalog_schema import MoneyPatterns, RatePatterns
from bot.intake.chinese_numbers import chinese_number

CLAUSE_ENDS = re.compile(r"[，,。;；!！?？\n:：、]")
DIGIT_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
BEFORE = 14  # characters before an amount that say what it is
AFTER = 8
RATE_NEAR = 12
UNIT_WORDS = frozenset("十百千万")  # ten, hundred, thousand, ten thousand
LEAST = 10  # yuan; smaller numbers in a story are counts, not payments


@dataclass(frozen=True)
class _Amount:
    value: float
    start: int
    end: int
    has_currency: bool


def _amounts(patterns: MoneyPatterns, story: str) -> list[_Amount]:
    rule = re.compile(rf"(?P<number>{patterns.number})(?P<unit>{patterns.unit})?(?:{patterns.about})?(?P<currency>{patterns.currency})?")
    found = []
    for match in rule.finditer(story):
        if match.start() and story[match.start() - 1].isascii() and story[match.start() - 1].isalnum():
            continue
        text = (match["number"] + (match["unit"] or "")).replace(patterns.slang_unit, "万")
        value = chinese_number(text)
        if value is None or value < LEAST:
            continue
        if patterns.share.search(story[: match.start()][-4:]) or (match["number"] == text and _only_digit_words(text) and not match["currency"]):
            continue
        found.append(_Amount(value, match.start(), match.end(), bool(match["currency"])))
    return found


def _only_digit_words(text: str) -> bool:
    """Whether a Chinese number has no unit: 三七 is a way to share, not 37 yuan."""
    return not any(sign.isdigit() and sign.isascii() for sign in text) and not set(text) & UNIT_WORDS


def _looks_like_money(patterns: MoneyPatterns, amount: _Amount, story: str) -> bool:
    if patterns.other_things.match(story, amount.end):
        return False
    digits = story[amount.start : amount.end]
    # Years, phone numbers and codes are bare digit runs; an amount has a unit, a currency or stands behind a verb of paying.
    return amount.has_currency or not (digits.isdigit() and (len(digits) > 7 or (len(digits) == 4 and digits.startswith("20") and digits < "2030")))


def find_amount_paid(catalog: IntakeCatalog, story: str) -> float | None:
    """Returns what was paid, in yuan: the stated total, or the sum of the different payments told; None when nothing was paid."""
    patterns = catalog.extraction.money
    text = DIGIT_COMMA.sub("", story)
    invests = patterns.investment.search(text) is not None
    paid: list[float] = []
    demanded: list[float] = []
    for amount in _amounts(patterns, text):
        if not _looks_like_money(patterns, amount, text):
            continue
        before = CLAUSE_ENDS.split(text[max(0, amount.start - BEFORE) : amount.start])[-1]
        after = CLAUSE_ENDS.split(text[amount.end : amount.end + AFTER])[0]
        if patterns.refused.search(before) or patterns.refused.search(after):
            continue
        if invests and (patterns.invested_before.search(before) or patterns.invested_after.match(text, amount.end)):
            paid.append(amount.value)
            continue
        pays = patterns.paid.search(before) or patterns.paid.search(after)
        if not pays or (patterns.not_paid.search(before) and not patterns.total.search(before)) or patterns.not_paid.match(after):
            continue
        if patterns.demanded.search(before):
            demanded.append(amount.value)
        elif patterns.total.search(text[max(0, amount.start - BEFORE) : amount.start]):
            return amount.value
        else:
            paid.append(amount.value)
    if not paid and patterns.agreed.search(text):
        paid = demanded
    return sum(dict.fromkeys(paid)) or None


def find_fee_rate(catalog: IntakeCatalog, story: str) -> float | None:
    """Returns the share the agent takes, in [0, 1]; None when none is told."""
    patterns = catalog.extraction.rate
    for pattern in (patterns.percent, patterns.split, patterns.halves):
        for match in pattern.finditer(story):
            before = CLAUSE_ENDS.split(story[max(0, match.start() - RATE_NEAR) : match.start()])[-1]
            near = before + "|" + CLAUSE_ENDS.split(story[match.end() : match.end() + RATE_NEAR])[0]
            if patterns.not_fee.search(near) or not (patterns.words.search(near) or pattern is not patterns.percent):
                continue
            share = _share(patterns, match)
            if share is not None and 0 < share < 1:
                return share
    return None


def _hundredths(behind: str | None) -> float:
    """What stands behind tenths: a half (5) or a further digit."""
    if not behind:
        return 0.0
    digit = chinese_number(behind) or 0.0
    return 0.05 if digit < 1 else digit / 100


def _share(patterns: RatePatterns, match: re.Match[str]) -> float | None:
    if match.re is patterns.halves:
        return 0.5
    parts = match.groupdict()
    if parts.get("split"):
        first, second = chinese_number(parts["split"]), chinese_number(parts["rest"])
        return min(first, second) / 10 if first and second and first + second == 10 else None
    for name, divisor in (("percent", 100), ("hundredths", 100), ("points", 100), ("tenths", 10)):
        if parts.get(name):
            number = chinese_number(parts[name])
            half = _hundredths(parts.get("half"))
            return None if number is None else round(number / divisor + half, 4)
    return None

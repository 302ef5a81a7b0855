"""Finds what was paid (not what was asked for, insured or promised) and the fee rate."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.intake.catalog import IntakeCatalog
from bot.intake.catalog_schema import MoneyPatterns, RatePatterns
from bot.intake.chinese_numbers import chinese_number

CLAUSE_ENDS = re.compile(r"[，,。;；!！?？\n]")
DATE_PART = re.compile(r"(?:\d{1,2}|20\d\d)(?:\.\d\d?)?")
DATE_BEFORE = re.compile(r"\d[:：\-/.]$")
DATE_AFTER = re.compile(r"[:：\-/]\d")
LIST_SIGN = "、"  # stands between payments of one sentence
DIGIT_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
BEFORE = 18  # characters before an amount that say what it is
AFTER = 10
SHARE_BEFORE = 9  # characters before a number that say it is a share, as in a range of shares
BARE = 3  # characters that may stand behind an amount that is a clause of its own
TOTAL_BEFORE = 40  # characters before a total that may tell of the payments
NEXT_CLAUSE = 14  # characters behind the clause that may say that what was asked for was paid
RATE_NEAR = 14  # characters around a share that may say what it is
NOT_FEE_NEAR = 9  # characters before it that may say that it is no fee
UNIT_WORDS = frozenset("十百千万拾佰仟")  # ten, hundred, thousand, ten thousand
LONGEST = 7  # digits of a bare number that may be an amount
LEAST = 9  # yuan; smaller numbers in a story are counts, not payments


@dataclass(frozen=True)
class _Amount:
    value: float
    start: int
    end: int
    has_currency: bool


@lru_cache(maxsize=4)
def _amount_rule(number: str, unit: str, about: str, currency: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<number>{number})(?P<unit>{unit})?(?:{about})?(?P<currency>{currency})?")


def _amounts(patterns: MoneyPatterns, story: str) -> list[_Amount]:
    found = []
    for match in _amount_rule(patterns.number, patterns.unit, patterns.about, patterns.currency).finditer(story):
        if match.start() and story[match.start() - 1].isascii() and story[match.start() - 1].isalnum():
            continue
        if _is_date_or_clock(story, match):
            continue
        text = (match["number"] + (match["unit"] or "")).replace(patterns.slang_unit, "万")
        value = chinese_number(text)
        if value is None or value < LEAST or set(text) <= UNIT_WORDS:
            continue
        is_share = patterns.share.search(story[max(0, match.start() - SHARE_BEFORE) : match.start()])
        if is_share or (match["number"] == text and _only_digit_words(text) and not match["currency"]):
            continue
        found.append(_Amount(value, match.start(), match.end(), bool(match["currency"])))
    return found


def _is_date_or_clock(story: str, match: re.Match[str]) -> bool:
    """Whether a bare number is part of 2026-11-03, 14:22 or 10.18."""
    if match["unit"] or match["currency"] or not DATE_PART.fullmatch(match["number"]):
        return False
    return bool(DATE_BEFORE.search(story, max(0, match.start() - 2), match.start()) or DATE_AFTER.match(story, match.end()) or "." in match["number"])


def _only_digit_words(text: str) -> bool:
    """Whether a Chinese number has no unit: 三七 is a way to share, not 37 yuan."""
    return not any(sign.isdigit() and sign.isascii() for sign in text) and not set(text) & UNIT_WORDS


def _looks_like_money(patterns: MoneyPatterns, amount: _Amount, story: str, before: str) -> bool:
    if patterns.other_things.match(story, amount.end):
        return False
    digits = story[amount.start : amount.end]
    # Years, phone numbers and codes are bare digit runs; an amount has a unit, a currency or stands right behind a word of paying.
    pays = any(match.end() == len(before) for match in patterns.paid.finditer(before))
    is_year = len(digits) == 4 and "2000" < digits < "2030"
    return amount.has_currency or pays or not (digits.isdigit() and (len(digits) > LONGEST or is_year))


def find_amount_paid(catalog: IntakeCatalog, story: str) -> float | None:
    """Returns what was paid, in yuan; None when nothing was paid.

    Args:
        catalog: The intake's data.
        story: The story, with identifiers blotted out.

    Returns:
        The stated total, or the sum of the different payments told. Payments listed behind one verb all count, and so does what was
        asked for when the next words say that it was given.
    """
    patterns = catalog.extraction.money
    text = DIGIT_COMMA.sub("", story)
    invests = patterns.investment.search(text) is not None
    paid: list[float] = []
    itemised: list[float] = []  # told one by one: the same amount twice was paid twice
    demanded: list[float] = []
    last_paid_end = -1
    for amount in _amounts(patterns, text):
        before = CLAUSE_ENDS.split(text[max(0, amount.start - BEFORE) : amount.start])[-1]
        if not _looks_like_money(patterns, amount, text, before):
            continue
        rest = text[amount.end : amount.end + AFTER + NEXT_CLAUSE]
        clause = CLAUSE_ENDS.split(rest)[0]
        after = clause[:AFTER].split(LIST_SIGN)[0]
        is_priced = patterns.priced.match(clause) is not None
        is_itemised = patterns.itemised.search(before) is not None
        own_clause = text[max(0, amount.start - BEFORE) : amount.start] if before else ""
        if not before and len(after) <= BARE and not patterns.paid.search(after):
            before, after = _neighbours(text, amount, len(clause))
        if patterns.refused.search(before) or patterns.refused.search(clause) or patterns.refused_next.match(rest[len(clause) :]):
            continue
        listed = last_paid_end >= 0 and LIST_SIGN in text[last_paid_end : amount.start] and not CLAUSE_ENDS.search(text[last_paid_end : amount.start])
        if listed or (invests and (patterns.invested_before.search(before) or patterns.invested_after.match(text, amount.end))):
            paid.append(amount.value)
            last_paid_end = amount.end
            continue
        told_before = text[max(0, amount.start - TOTAL_BEFORE) : amount.start]
        if patterns.total_right_before.search(before) and (paid or demanded or patterns.paid.search(told_before)):
            return amount.value
        is_taken = patterns.taken.search(before) is not None
        is_demanded = not is_taken and bool(patterns.demanded.search(before) or is_priced)
        is_next = is_itemised and (paid or patterns.paid.search(told_before))
        pays = is_taken or is_demanded or is_next or patterns.paid.search(before) or patterns.paid.search(after) or patterns.fee_noun.match(after)
        is_kept = (
            not is_taken
            and not is_priced
            and patterns.not_paid.search(before)
            and not patterns.total.search(before)
            and not patterns.handed_over.match(after)
            and not patterns.agreed_next.match(rest)
        )
        if not pays or is_kept or (not is_priced and patterns.not_paid.match(after)):
            continue
        if is_demanded:
            is_given = patterns.agreed_next.match(rest) or patterns.agreed_next.match(rest[len(clause) :])
            (paid if is_given else demanded).append(amount.value)
        elif patterns.total.search(own_clause):
            return amount.value
        else:
            paid.append(amount.value)
            itemised += [amount.value] if is_itemised else []
            last_paid_end = amount.end
    if not paid and patterns.agreed.search(text):
        paid = demanded
    return _sum(itemised, [value for value in dict.fromkeys(paid) if value not in itemised])


def _neighbours(text: str, amount: _Amount, rest: int) -> tuple[str, str]:
    """The clauses before and behind an amount that stands alone in its own."""
    before = CLAUSE_ENDS.split(text[max(0, amount.start - 1 - BEFORE) : max(0, amount.start - 1)])[-1]
    behind = text[amount.end + rest + 1 : amount.end + rest + 1 + AFTER]
    return before, CLAUSE_ENDS.split(behind)[0]


def _sum(itemised: list[float], paid: list[float]) -> float | None:
    """The sum of different payments; the first or last one is their total if it is the sum of all the others."""
    total = sum(itemised) + sum(paid)
    ends = {*paid[:1], *paid[-1:]} if len(itemised) + len(paid) > 2 else set()
    return next((value for value in ends if value * 2 == total), total) or None


def find_fee_rate(catalog: IntakeCatalog, story: str) -> float | None:
    """Returns the share the agent takes, in [0, 1]; None when none is told."""
    patterns = catalog.extraction.rate
    for pattern in (patterns.sides, patterns.percent, patterns.split, patterns.halves):
        for match in pattern.finditer(story):
            before = CLAUSE_ENDS.split(story[max(0, match.start() - RATE_NEAR) : match.start()])[-1]
            behind = CLAUSE_ENDS.split(story[match.end() : match.end() + RATE_NEAR])[0]
            near = f"{before}|{behind}"
            if patterns.not_fee.search(f"{before[-NOT_FEE_NEAR:]}|{behind}") or not (patterns.words.search(near) or pattern is not patterns.percent):
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
    if parts.get("third"):
        return round(1 / 3, 4)
    for agents, others in (("theirs", "ours"), ("theirs_last", "ours_first"), ("split", "rest"), ("split_behind", "rest_behind")):
        if parts.get(agents):
            first, second = chinese_number(parts[agents]), chinese_number(parts[others])
            if not first or not second or first + second != 10:
                return None
            return (first if match.re is patterns.sides else min(first, second)) / 10
    for name, divisor in (("percent", 100), ("hundredths", 100), ("points", 100), ("tenths", 10), ("tenfold", 10)):
        if parts.get(name):
            number = chinese_number(parts[name])
            half = _hundredths(parts.get("half"))
            return None if number is None else round(number / divisor + half, 4)
    return None

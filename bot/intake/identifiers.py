"""Finds the suspect's phone, WeChat id, QQ and bank account; the reporter's own numbers are left alone."""

import re
from dataclasses import dataclass

from bot.intake.catalog import IntakeCatalog
from bot.intake.catalog_schema import ExtractionPatterns
from bot.privacy.personal_data import Finding, PersonalDataKind, find_personal_data, plain_digits

OWN_BEFORE = 48  # characters before a number that may say whose it is
OWN_AFTER = 12  # characters behind it that may
BLOT = "#"
NUMBERS = frozenset(PersonalDataKind) - {PersonalDataKind.PASSWORD, PersonalDataKind.VERIFICATION_CODE, PersonalDataKind.PLATE}
CONTEXT_BEFORE = 12  # characters before a number that may say what it is
BANK_NEAR = 24  # characters around the last digits of an account that may name its bank and whose it is
CLAUSE_ENDS = re.compile(r"[，,。；;！!？?\n]")
MASKED = re.compile(r"(?<![*\d])\d{0,4}\*[*\s\-]{0,40}\d{0,4}(?:[\s\-]\d{1,3})?")


@dataclass(frozen=True)
class Identifiers:
    """What was found; None where nothing was."""

    phone: str | None = None
    wechat: str | None = None
    qq: str | None = None
    bank_account: str | None = None


def _compact(value: str) -> str:
    return re.sub(r"[\s\-‐‑–—_.·()（）]", "", plain_digits(value))


def without_identifiers(catalog: IntakeCatalog, story: str) -> str:
    """Returns a story of the same length in which numbers of people, accounts and hotlines are blotted out, so that none is read as money."""
    signs = list(story)
    spans = [(finding.start, finding.end) for finding in find_personal_data(story) if finding.kind in NUMBERS]
    spans += [match.span() for pattern in (catalog.extraction.service_number, catalog.extraction.money.hotline) for match in pattern.finditer(story)]
    spans += [match.span() for pattern in (MASKED, catalog.extraction.account_tail.pattern) for match in pattern.finditer(story)]
    for start, end in spans:
        signs[start:end] = BLOT * (end - start)
    return "".join(signs)


def find_identifiers(catalog: IntakeCatalog, story: str) -> Identifiers:
    """Reads identifiers out of a story in half width and lower case."""
    patterns = catalog.extraction
    found: dict[PersonalDataKind, list[str]] = {}
    for finding in find_personal_data(story):
        if patterns.own.search(story[max(0, finding.start - OWN_BEFORE) : finding.start]):
            continue
        if patterns.own_after.search(story[finding.end : finding.end + OWN_AFTER]):
            continue
        kind = _kind(story, finding, patterns)
        value = story[finding.start : finding.end]
        value = re.sub(r"\s", "", value) if kind is PersonalDataKind.WECHAT or "@" in value else _compact(value)
        if kind is PersonalDataKind.PHONE:
            value = re.sub(r"^\+?(?:00)?86(?=1\d{10}$)", "", value)
        found.setdefault(kind, []).append(value)

    def first(kind: PersonalDataKind) -> str | None:
        return next(iter(found.get(kind, [])), None)

    phone = first(PersonalDataKind.PHONE) or first(PersonalDataKind.LANDLINE)
    if phone is None and (service := patterns.service_number.search(story)):
        phone = _compact(service.group())
    wechat = first(PersonalDataKind.WECHAT)
    for pattern in (patterns.wechat_told, patterns.wechat_corrected) if wechat is None else (patterns.wechat_corrected,):
        if (wechat is not None or pattern is patterns.wechat_told) and (told := pattern.search(story)):
            wechat = next(value for value in told.groupdict().values() if value)
    if patterns.same_as_phone.search(story):
        wechat = wechat or phone
        phone = phone or (wechat if wechat is not None and wechat.isdigit() else None)
    return Identifiers(phone, wechat, first(PersonalDataKind.QQ), first(PersonalDataKind.BANK_CARD) or _account_tail(story, patterns))


def _account_tail(story: str, patterns: ExtractionPatterns) -> str | None:
    """The payee's account as its bank and last four digits: all that is left of it behind the mask, and enough to link it."""
    tail = patterns.account_tail
    for match in tail.pattern.finditer(story):
        before, after = story[max(0, match.start() - BANK_NEAR) : match.start()], story[match.end() : match.end() + BANK_NEAR]
        bank = next((names[0] for names in tail.banks for name in names if name in before or name in after), None)
        is_own = tail.own.search(CLAUSE_ENDS.split(before)[-1]) or patterns.own_after.search(after)
        if bank is not None and tail.payee.search(before + after) and not is_own:
            digits = re.sub(r"\D", "", match["told"] or match["masked"])
            return tail.written.format(bank=bank, tail=digits)
    return None


def _kind(story: str, finding: Finding, patterns: ExtractionPatterns) -> PersonalDataKind:
    before = story[max(0, finding.start - CONTEXT_BEFORE) : finding.start]
    if finding.kind is PersonalDataKind.PHONE and patterns.wechat_before.search(before):
        return PersonalDataKind.WECHAT  # a mobile number given as a WeChat id
    if finding.kind is PersonalDataKind.EMAIL and patterns.payee.search(before):
        return PersonalDataKind.BANK_CARD  # what money is sent to on a payment service
    if finding.kind is PersonalDataKind.LONG_NUMBER and patterns.bank_words.search(before):
        return PersonalDataKind.BANK_CARD
    return finding.kind

"""The one schema of every file in `data/intake/`."""

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.intake.vocabulary import Agency, DeadlineEvent, DeadlineUnit, TipOffKind, TipOffState

Pattern = re.Pattern[str]
Adcode = Annotated[str, Field(pattern=r"^\d{6}$")]


class Strict(BaseModel):
    """Base: unknown keys are errors, so that a misspelt key is found when the file is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AgencyEntry(Strict):
    """An agency as the reporter sees it."""

    name: str
    hotline: str
    words: str
    advice_line: str | None = None


class HomeRegion(Strict):
    """The city the desk works for; `agencies` gives the local names."""

    adcode: Adcode
    name: str
    names: list[str]
    agencies: dict[Agency, str]


class District(Strict):
    """A county or district of the home city."""

    adcode: Adcode
    name: str
    names: list[str]
    needs_context: bool = False


class Locality(Strict):
    """A township or landmark that stands for a district."""

    name: str
    adcode: Adcode


class Regions(Strict):
    """`regions.yml`."""

    home: HomeRegion
    districts: list[District]
    localities: list[Locality]
    place_endings: list[str]
    detail_stops: str
    unit_endings: str
    named_after: Pattern
    not_there: Pattern
    not_here: Pattern
    landmark: Pattern
    elsewhere: dict[Adcode, list[str]]
    out_of_town_note: str


class StateEntry(Strict):
    """A state: its name, the reporter's words, where it may lead, the grounds staff must choose from, and the kinds of tip-offs it is for."""

    name: str
    words: str
    next: list[TipOffState]
    kinds: list[TipOffKind] = Field(default_factory=lambda: list(TipOffKind))
    grounds: dict[str, str] = Field(default_factory=dict)


class DeadlineRule(Strict):
    """A legal period; `extends` names the period whose last day this one starts from."""

    name: str
    kinds: list[TipOffKind]
    agencies: list[Agency]
    starts: list[TipOffState | DeadlineEvent]
    meets: list[TipOffState]
    length: int = Field(gt=0)
    unit: DeadlineUnit
    basis: str
    checked: date
    confidence: Literal["V", "v", "K"]
    extends: str | None = None


class Rate(Strict):
    """At most `count` events in `seconds`."""

    count: int = Field(gt=0)
    seconds: int = Field(gt=0)


class Rates(Strict):
    """Every rate limit."""

    receipt_lookups_per_sender: Rate
    receipt_misses_per_sender: Rate
    receipt_misses_in_all: Rate
    submissions_per_sender: Rate
    messages_per_receipt: Rate
    evidence_per_receipt: Rate


class Budgets(Strict):
    """Every size limit; the unit is in the name."""

    narrative_characters: int
    message_characters: int
    field_characters: int
    draft_bytes: int
    evidence_bytes: int
    evidence_bytes_per_tip_off: int
    image_pixels: int
    shown_image_side: int
    upload_ticket_seconds: int
    free_disk_bytes: int
    page_rows: int
    page_rows_most: int
    counted_rows: int


class RetentionDays(Strict):
    """How long what is kept, in days."""

    drafts: int
    closed_identity: int
    rate_windows: int


class Limits(Strict):
    """`limits.yml`."""

    rates: Rates
    budgets: Budgets
    retention_days: RetentionDays


class RoutingRule(Strict):
    """One line of the routing table."""

    id: str
    lead: Agency
    co: list[Agency]
    legal_basis: str
    any: list[str] = Field(default_factory=list)
    all: list[str] = Field(default_factory=list)
    none: list[str] = Field(default_factory=list)


class LikenessRule(Strict):
    """What is recorded when the story is like an agency's examples and no rule for that agency holds."""

    co: list[Agency]
    legal_basis: str


class Routing(Strict):
    """`routing.yml`."""

    rules: list[RoutingRule]
    co_agencies: dict[Agency, list[str]]
    urgent: list[str]
    urgent_from: float = Field(gt=0, lt=1)
    rule_weight: float = Field(ge=0, le=1)
    by_likeness: dict[Agency, LikenessRule]
    complaint: list[str]

    @model_validator(mode="after")
    def _always_decides(self) -> Self:
        last = self.rules[-1]
        if set(self.by_likeness) != set(Agency):
            raise ValueError("by_likeness must cover every agency")
        if last.any or last.all or last.none:
            raise ValueError("the last routing rule must have no condition, or a tip-off could end up nowhere")
        return self


class ExampleNarrative(Strict):
    """A line of `narratives.jsonl`: a story with where it belongs and the fields it tells."""

    text: str
    fields: dict[str, str | float]
    lead_agency: Agency
    urgent: bool


class BehaviourEntry(Strict):
    """A behaviour: how it is told, what merely looks like it, which others together mean it, and beside which it does not count."""

    name: str
    patterns: list[Pattern] = Field(default_factory=list)
    unless: list[Pattern] = Field(default_factory=list)
    unless_anywhere: list[Pattern] = Field(default_factory=list)
    implied_by: list[list[str]] = Field(default_factory=list)
    not_with: list[str] = Field(default_factory=list)


class Behaviours(Strict):
    """`behaviours.yml`: deeds and things handed over."""

    negation: Pattern
    demanded: Pattern
    demanded_by_speaker: Pattern
    complied: Pattern
    documents: dict[str, BehaviourEntry]
    behaviours: dict[str, BehaviourEntry]


class Words(Strict):
    """`words.yml`."""

    receipt: str
    receipt_co: str
    receipt_urgent: str
    receipt_not_forwarded: str
    receipt_kept_as_report: str
    receipt_both: str
    rejected_both: str
    consent_transfer: str
    consent_identity: str
    urgent_now: str
    kinds: dict[TipOffKind, str]
    errors: dict[str, str]


class MoneyPatterns(Strict):
    """How amounts are written, and what makes one a payment."""

    number: str
    unit: str
    slang_unit: str
    about: str
    other_things: Pattern
    currency: str
    share: Pattern
    investment: Pattern
    invested_before: Pattern
    invested_after: Pattern
    paid: Pattern
    demanded: Pattern
    refused: Pattern
    agreed: Pattern
    refused_next: Pattern
    agreed_next: Pattern
    hotline: Pattern
    handed_over: Pattern
    fee_noun: Pattern
    priced: Pattern
    itemised: Pattern
    taken: Pattern
    not_paid: Pattern
    total: Pattern
    total_right_before: Pattern


class RatePatterns(Strict):
    """How shares are written, and what makes one a fee."""

    percent: Pattern
    split: Pattern
    sides: Pattern
    halves: Pattern
    words: Pattern
    not_fee: Pattern


class KindPatterns(Strict):
    """Words of a complaint and of a report."""

    complaint: Pattern
    report: Pattern
    dispute_behaviours: list[str]


class AccountTailPatterns(Strict):
    """How the last digits of a payee's account are told, whose they are, and the banks by their names, the written one first."""

    pattern: Pattern
    payee: Pattern
    own: Pattern
    written: str
    banks: list[list[str]]


class ExtractionPatterns(Strict):
    """`extraction.yml`: how fields are read out of a story.

    In `suspect_name`, `SURNAME` stands for the characters of `surnames`; in `account_name` and `company_called`, `<name>` stands for the
    fragment of that name.
    """

    fragments: dict[str, str]
    own: Pattern
    own_after: Pattern
    payee: Pattern
    service_number: Pattern
    same_as_phone: Pattern
    wechat_before: Pattern
    wechat_told: Pattern
    wechat_corrected: Pattern
    account_tail: AccountTailPatterns
    bank_words: Pattern
    money: MoneyPatterns
    rate: RatePatterns
    time: Pattern
    surnames: str
    suspect_name: list[str]
    own_name: Pattern
    not_a_name: Pattern
    insurers: list[list[str]]
    platforms: dict[str, Pattern]
    account_name: list[str]
    account_spaced: Pattern
    account_not: Pattern
    company: Pattern
    company_called: list[str]
    branch: Pattern
    opening: Pattern
    company_starts_after: Pattern
    company_generic: Pattern
    company_not: Pattern
    company_noise: str
    kinds: KindPatterns


class FormField(Strict):
    """A line of an official form: its label and the value it shows."""

    label: str
    value: str | None = None
    lines: int = 1


class OfficialForm(Strict):
    """An official form of the rules' annex."""

    title: str
    source: str
    fields: list[FormField]
    footer: list[str]


class OfficialForms(Strict):
    """`official_forms.yml`."""

    report: OfficialForm
    complaint: OfficialForm
    slip: OfficialForm
    anonymous: str
    not_given: str

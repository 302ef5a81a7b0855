"""What each way out of a policy leaves in the hand, computed from the person's own figures. It states its assumptions and invents no cash value.

The agent's row assumes the insurer pays what it always pays, the cash value: an agent changes who gets it, not how much it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.schema import Record, load_yaml
from bot.knowledge.wording import fill

OptionId = Literal["cooling_off", "surrender", "loan", "paid_up", "lapse", "agent"]
MOST_YUAN = Decimal(100_000_000)
"""Yuan; a larger figure is a typing slip."""
LOAN_EXAMPLE = Decimal(10_000)
"""Yuan the interest example speaks of when the person names no need."""


class Assumptions(Record):
    """Figures of comparison.yml; shares in [0, 1], money in yuan."""

    cooling_off_fee: Decimal
    loan_share: Decimal = Field(gt=0, le=1)
    loan_months: int
    loan_example_rate: Decimal = Field(gt=0, lt=1)
    grace_days: int
    reinstatement_years: int
    agent_share_low: Decimal = Field(gt=0, lt=1)
    agent_share_high: Decimal = Field(gt=0, lt=1)
    agent_deposit_low: Decimal
    agent_deposit_high: Decimal


class ComparisonTerms(Record):
    """Schema of comparison.yml."""

    assumptions: Assumptions
    citations: tuple[str, ...]
    cooling_off_citations: tuple[str, ...]
    texts: dict[str, str]

    @classmethod
    def load(cls, directory: Path) -> ComparisonTerms:
        """Read comparison.yml from `directory`.

        Raises:
            KnowledgeError: the file is unreadable or breaks its schema.
        """
        return load_yaml(directory / "comparison.yml", cls)


@dataclass(frozen=True)
class Figures:
    """The person's own figures, in yuan; `cash_value` from the contract's table or the insurer, None when not known.

    Args:
        paid: premiums paid so far.
        cash_value: what the policy is worth today.
        need: money needed now, if any.
        loan: outstanding policy loan with interest.
        inside_cooling_off: whether the cooling-off period still runs.
    """

    paid: Decimal
    cash_value: Decimal | None = None
    need: Decimal | None = None
    loan: Decimal = Decimal(0)
    inside_cooling_off: bool = False


@dataclass(frozen=True)
class Option:
    """One way: what it pays now (`low` to `high`, yuan; equal when certain) and its consequences in words."""

    id: OptionId
    title: str
    low: Decimal
    high: Decimal
    text: str


@dataclass(frozen=True)
class Comparison:
    """The ways side by side, in words; `citations` are ids for `Library.cite`."""

    intro: str
    options: tuple[Option, ...]
    assumptions: tuple[str, ...]
    citations: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """The whole comparison, a line each."""
        return (self.intro, *(f"{option.title}：{option.text}" for option in self.options), *self.assumptions)


def compare(figures: Figures, terms: ComparisonTerms) -> Comparison:
    """Work the options out.

    Raises:
        KnowledgeError: `cash_value_missing` outside cooling-off without a cash value; `amount_out_of_range` for impossible figures.
    """
    amounts = [figures.paid, figures.loan, *(amount for amount in (figures.cash_value, figures.need) if amount is not None)]
    if any(amount < 0 or amount > MOST_YUAN for amount in amounts) or figures.paid == 0:
        raise KnowledgeError("amount_out_of_range", str(amounts))
    say = _Words(terms.texts)
    if figures.inside_cooling_off:
        fee = terms.assumptions.cooling_off_fee
        refund = max(figures.paid - fee, Decimal(0))
        text = say("cooling_off", refund=say.money(refund), fee=say.money(fee))
        first = Option("cooling_off", say("cooling_off_title"), refund, figures.paid, text)
        if figures.cash_value is None:
            return Comparison(say("intro_cooling_off", paid=say.money(figures.paid)), (first,), (), terms.cooling_off_citations)
        options: tuple[Option, ...] = (first,)
    else:
        options = ()
    if figures.cash_value is None:
        raise KnowledgeError("cash_value_missing")
    net = max(figures.cash_value - figures.loan, Decimal(0))
    options += (_surrender(figures, net, say), _loan(figures, net, terms.assumptions, say), _paid_up(say), _lapse(terms.assumptions, say))
    options += (_agent(net, terms.assumptions, say),)
    assumptions = (
        say("assumption_cash_value"),
        say("assumption_loan", share=_percent(terms.assumptions.loan_share)),
        say("assumption_agent"),
        say("assumption_tax"),
    )
    intro = say("intro", paid=say.money(figures.paid), cash_value=say.money(figures.cash_value))
    citations = (*terms.cooling_off_citations, *terms.citations) if figures.inside_cooling_off else terms.citations
    return Comparison(intro, options, assumptions, citations)


class _Words:
    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        return fill(self._texts[key], values, f"comparison.{key}")

    def money(self, yuan: Decimal) -> str:
        return self("money", yuan=f"{yuan.quantize(Decimal(1), ROUND_HALF_UP):,}")


def _percent(share: Decimal) -> str:
    return f"{share * 100:.0f}%"


def _surrender(figures: Figures, net: Decimal, say: _Words) -> Option:
    difference = net - figures.paid
    if figures.loan:
        text = say("surrender_loan", refund=say.money(net), loan=say.money(figures.loan))
    elif difference < 0:
        text = say("surrender_loss", refund=say.money(net), loss=say.money(-difference))
    elif difference > 0:
        text = say("surrender_gain", refund=say.money(net), gain=say.money(difference))
    else:
        text = say("surrender_even", refund=say.money(net))
    return Option("surrender", say("surrender_title"), net, net, text)


def _loan(figures: Figures, net: Decimal, assumed: Assumptions, say: _Words) -> Option:
    limit = net * assumed.loan_share
    if limit <= 0:
        return Option("loan", say("loan_title"), Decimal(0), Decimal(0), say("loan_none"))
    text = say("loan", limit=say.money(limit), months=assumed.loan_months)
    if figures.need is not None:
        short = figures.need - limit
        need = say.money(figures.need)
        text += say("loan_short", need=need, short=say.money(short)) if short > 0 else say("loan_enough", need=need)
    example = min(figures.need or LOAN_EXAMPLE, limit)
    interest = example * assumed.loan_example_rate * assumed.loan_months / 12
    text += say(
        "loan_interest",
        rate=_percent(assumed.loan_example_rate),
        example=say.money(example),
        months=assumed.loan_months,
        interest=say.money(interest),
    )
    return Option("loan", say("loan_title"), Decimal(0), limit, text)


def _paid_up(say: _Words) -> Option:
    return Option("paid_up", say("paid_up_title"), Decimal(0), Decimal(0), say("paid_up"))


def _lapse(assumed: Assumptions, say: _Words) -> Option:
    text = say("lapse", days=assumed.grace_days, years=assumed.reinstatement_years)
    return Option("lapse", say("lapse_title"), Decimal(0), Decimal(0), text)


def _agent(net: Decimal, assumed: Assumptions, say: _Words) -> Option:
    most = net * (1 - assumed.agent_share_low) - assumed.agent_deposit_low
    least = net * (1 - assumed.agent_share_high) - assumed.agent_deposit_high
    shares = {"low_share": _percent(assumed.agent_share_low), "high_share": _percent(assumed.agent_share_high)}
    deposits = {"low_deposit": say.money(assumed.agent_deposit_low), "high_deposit": say.money(assumed.agent_deposit_high)}
    if most <= 0:
        text = say("agent_nothing", **shares, **deposits)
    else:
        text = say("agent", **shares, **deposits, least=say.money(max(least, Decimal(0))), most=say.money(most))
    return Option("agent", say("agent_title"), least, most, text)

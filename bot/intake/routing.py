"""Decides which agency leads, which help, and whether it is urgent, by the table in `data/intake/routing.yml`."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.intake.catalog import IntakeCatalog
from bot.intake.plain_text import plain
from bot.intake.vocabulary import Agency


@dataclass(frozen=True)
class Decision:
    """Where a tip-off goes.

    Attributes:
        rule: Id of the rule that decided.
        legal_basis: The rule's legal basis, as recorded with the tip-off.
        home_region: False when the deed happened elsewhere: it is kept with a note for that region, not silently taken over here.
    """

    lead_agency: Agency
    co_agencies: tuple[Agency, ...]
    urgent: bool
    rule: str
    legal_basis: str
    home_region: bool = True


def route(catalog: IntakeCatalog, behaviours: Iterable[str], region_code: str | None = None, narrative: str = "") -> Decision:
    """Routes a tip-off.

    Args:
        catalog: The intake's data.
        behaviours: Behaviour ids that were told.
        region_code: Adcode of the place, if known.
        narrative: The story; when no rule names the deed, its likeness to the examples decides, and it can make a tip-off urgent.

    Returns:
        The decision of the first rule whose conditions hold, or, when that is only the last one, of the likest examples.
    """
    told = set(behaviours)
    rule = next(
        rule for rule in catalog.routing.rules
        if (not rule.any or told & set(rule.any)) and told >= set(rule.all) and not told & set(rule.none)
    )  # fmt: skip
    lead, co, rule_id, legal_basis = rule.lead, rule.co, rule.id, rule.legal_basis
    urgent = bool(told & set(catalog.routing.urgent))
    if narrative:
        likeness = catalog.examples.likeness(plain(narrative))
        urgent = urgent or likeness.urgent >= catalog.routing.urgent_likeness
        if rule is catalog.routing.rules[-1]:
            lead, rule_id = likeness.lead, f"like_{likeness.lead}"
            co, legal_basis = catalog.routing.by_likeness[lead].co, catalog.routing.by_likeness[lead].legal_basis
    helpers = [agency for agency, causes in catalog.routing.co_agencies.items() if told & set(causes)]
    co_agencies = tuple(agency for agency in dict.fromkeys((*co, *helpers)) if agency is not lead)
    return Decision(lead, co_agencies, urgent, rule_id, legal_basis, catalog.is_home_region(region_code))

"""Decides which agency leads, which help, and whether it is urgent, by the table in `data/intake/routing.yml`."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.intake.catalog import IntakeCatalog
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


def route(catalog: IntakeCatalog, behaviours: Iterable[str], region_code: str | None = None) -> Decision:
    """Routes a tip-off.

    Args:
        catalog: The intake's data.
        behaviours: Behaviour ids that were told.
        region_code: Adcode of the place, if known.

    Returns:
        The decision of the first rule whose conditions hold; the last rule always holds.
    """
    told = set(behaviours)
    rule = next(
        rule for rule in catalog.routing.rules
        if (not rule.any or told & set(rule.any)) and told >= set(rule.all) and not told & set(rule.none)
    )  # fmt: skip
    helpers = [agency for agency, causes in catalog.routing.co_agencies.items() if told & set(causes)]
    co_agencies = tuple(agency for agency in dict.fromkeys((*rule.co, *helpers)) if agency is not rule.lead)
    urgent = bool(told & set(catalog.routing.urgent))
    return Decision(rule.lead, co_agencies, urgent, rule.id, rule.legal_basis, catalog.is_home_region(region_code))

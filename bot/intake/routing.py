"""Decides which agency leads, which help, and whether it is urgent, by the table in `data/intake/routing.yml` and the examples."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.intake.catalog import IntakeCatalog
from bot.intake.catalog_schema import LikenessRule, RoutingRule
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
        narrative: The story; without one the rules decide alone.

    Returns:
        The agency that rule and examples together speak for. The first rule whose conditions hold adds its weight to the likeness of the
        story to each agency's examples: words that fit a rule by accident are outvoted, and a deed no pattern names is still routed.
        A story that fits no rule and has too few known words is like nothing and goes by the last rule. What is recorded is the first
        rule that holds for the agency chosen, else the likeness to its examples.
    """
    told = set(behaviours)
    routing = catalog.routing
    holding = [rule for rule in routing.rules if (not rule.any or told & set(rule.any)) and told >= set(rule.all) and not told & set(rule.none)]
    decided = holding[0]
    lead, urgent = decided.lead, bool(told & set(routing.urgent))
    story = plain(narrative)
    is_like_examples = bool(story) and (decided is not routing.rules[-1] or catalog.examples.knows(story))
    if is_like_examples:
        likeness = catalog.examples.likeness(story, told)
        urgent = urgent or likeness.urgent >= routing.urgent_from
        scores = dict(likeness.agencies)
        if decided is not routing.rules[-1]:
            scores[lead] += routing.rule_weight
        lead = max(scores, key=lambda agency: scores[agency])
    agreeing = next((rule for rule in holding[:-1] if rule.lead is lead), None)
    if agreeing is not None or not is_like_examples:
        reason: RoutingRule | LikenessRule = agreeing or decided
        rule_id = (agreeing or decided).id
    else:
        reason, rule_id = routing.by_likeness[lead], f"like_{lead}"
    helpers = [agency for agency, causes in routing.co_agencies.items() if told & set(causes)]
    co_agencies = tuple(agency for agency in dict.fromkeys((*reason.co, *helpers)) if agency is not lead)
    return Decision(lead, co_agencies, urgent, rule_id, reason.legal_basis, catalog.is_home_region(region_code))

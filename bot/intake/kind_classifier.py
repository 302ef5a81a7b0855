"""Tells a report from a complaint as order 121 does: clues to a violation, a dispute about one's own purchase, or both in one text."""

from collections.abc import Iterable

from bot.intake.catalog import IntakeCatalog
from bot.intake.vocabulary import TipOffKind


def classify_kind(catalog: IntakeCatalog, narrative: str, behaviours: Iterable[str]) -> TipOffKind:
    """Classifies a narrative.

    Args:
        catalog: The intake's data.
        narrative: The person's own words.
        behaviours: Behaviour ids found in it.

    Returns:
        `COMPLAINT` when the person only asks to settle a dispute of their own, `BOTH` when they also tell of a violation by someone,
        `REPORT` otherwise. A report is the default because it needs no identity.
    """
    patterns = catalog.extraction.kinds
    told = set(behaviours)
    disputes = patterns.complaint.search(narrative) is not None or bool(told & set(catalog.routing.complaint))
    reports = patterns.report.search(narrative) is not None or bool(told - set(catalog.routing.complaint) - set(patterns.dispute_behaviours))
    if disputes and reports:
        return TipOffKind.BOTH
    return TipOffKind.COMPLAINT if disputes else TipOffKind.REPORT

"""From story to fields: reads out of one free narrative what an agency needs, whatever the voice it is told in."""

from dataclasses import dataclass
from datetime import datetime

from bot.intake.behaviours import find_behaviours, find_documents, with_implied
from bot.intake.catalog import IntakeCatalog
from bot.intake.draft import Fields
from bot.intake.identifiers import BLOT, find_identifiers, without_identifiers
from bot.intake.kind_classifier import classify_kind
from bot.intake.money import find_amount_paid, find_fee_rate
from bot.intake.names import find_account_name, find_company, find_insurer, find_platform, find_suspect_name
from bot.intake.places import find_place
from bot.intake.plain_text import as_written, plain, spaced
from bot.intake.routing import Decision, route
from bot.intake.vocabulary import TipOffKind


@dataclass(frozen=True)
class Extraction:
    """What a narrative says.

    Attributes:
        fields: What was found; missing fields are None or empty.
        decision: Agency, co-agencies, urgency and the rule.
        kind: Report or complaint or both.
    """

    fields: Fields
    decision: Decision
    kind: TipOffKind


def extract(catalog: IntakeCatalog, text: str, now: datetime | None = None) -> Extraction:
    """Reads a narrative.

    Args:
        catalog: The intake's data.
        text: The person's own words, any length; only the first 8,000 characters are read.
        now: Kept for callers that tell times relative to a moment; the time field itself stays as told.

    Returns:
        Fields, routing and kind. Nothing is invented: a field that is not told stays empty.
    """
    del now
    story = plain(text)
    identifiers = find_identifiers(catalog, story)
    unnumbered = without_identifiers(catalog, story)
    documents = find_documents(catalog.behaviours, story)
    behaviours = with_implied(catalog.behaviours, find_behaviours(catalog.behaviours, story), documents)
    time = catalog.extraction.time.search(story)
    account_name, company = find_account_name(catalog, unnumbered, spaced(text)), find_company(catalog, unnumbered)
    if account_name == identifiers.wechat:
        account_name = None
    if account_name is not None and company is not None and company not in story.replace(account_name, ""):
        company = None  # a group or account that calls itself a centre or alliance
    place, region_code = find_place(catalog, story, [name for name in (company, account_name) if name is not None])
    money_story = _blot(unnumbered, company, account_name)
    fields = Fields(
        suspect_name=find_suspect_name(catalog, story),
        company=as_written(text, company),
        wechat=identifiers.wechat,
        qq=identifiers.qq,
        phone=identifiers.phone,
        bank_account=identifiers.bank_account,
        platform=find_platform(catalog, story),
        account_name=as_written(text, account_name),
        place=place,
        region_code=region_code,
        time=time.group() if time else None,
        insurer=find_insurer(catalog, story),
        amount_paid=find_amount_paid(catalog, money_story),
        fee_rate=find_fee_rate(catalog, money_story),
        gave_documents=documents,
        behaviours=behaviours,
    )
    return Extraction(fields, route(catalog, behaviours, region_code, text), classify_kind(catalog, story, behaviours))


def _blot(story: str, *names: str | None) -> str:
    """Names hold signs that are also numbers (万, 百)."""
    for name in names:
        story = story.replace(name, BLOT * len(name)) if name else story
    return story

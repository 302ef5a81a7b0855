"""From story to fields: reads out of one free narrative what an agency needs, whatever the voice it is told in."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from bot.intake.behaviours import find_behaviours, find_documents, with_implied
from bot.intake.catalog import IntakeCatalog
from bot.intake.draft import Fields
from bot.intake.identifiers import find_identifiers
from bot.intake.kind_classifier import classify_kind
from bot.intake.money import find_amount_paid, find_fee_rate
from bot.intake.names import find_account_name, find_company, find_insurer, find_platform, find_suspect_name
from bot.intake.places import find_place
from bot.intake.routing import Decision, route
from bot.intake.vocabulary import TipOffKind

READ_CHARACTERS = 20_000  # of a story; longer ones are pasted material whose start holds the facts
_BLANKS_IN_CHINESE = re.compile(r"(?<=[^\x00-\x7f])[ \t\u3000]+(?=[^\x00-\x7f])")
_BLANKS_BESIDE_CHINESE = re.compile(r"(?<=[^\x00-\x7f])[ \t]+|[ \t]+(?=[^\x00-\x7f])")


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


def plain(text: str) -> str:
    """Returns a story in half-width lower case, without the blanks that voice input and phones put between Chinese characters."""
    normal = unicodedata.normalize("NFKC", text[:READ_CHARACTERS]).lower()
    normal = normal.replace("。", "。").replace(",", ",")
    return _BLANKS_BESIDE_CHINESE.sub("", _BLANKS_IN_CHINESE.sub("", normal))


def extract(catalog: IntakeCatalog, text: str, now: datetime | None = None) -> Extraction:
    """Reads a narrative.

    Args:
        catalog: The intake's data.
        text: The person's own words, any length; only the first 20,000 characters are read.
        now: Kept for callers that tell times relative to a moment; the time field itself stays as told.

    Returns:
        Fields, routing and kind. Nothing is invented: a field that is not told stays empty.
    """
    del now
    story = plain(text)
    identifiers = find_identifiers(catalog, story)
    documents = find_documents(catalog, story)
    behaviours = with_implied(catalog, find_behaviours(catalog, story), documents)
    place, region_code = find_place(catalog, story)
    time = catalog.extraction.time.search(story)
    platform = find_platform(catalog, story)
    fields = Fields(
        suspect_name=find_suspect_name(catalog, story),
        company=find_company(catalog, story),
        wechat=identifiers.wechat,
        qq=identifiers.qq,
        phone=identifiers.phone,
        bank_account=identifiers.bank_account,
        platform=platform,
        account_name=find_account_name(catalog, story),
        place=place,
        region_code=region_code,
        time=time.group() if time else None,
        insurer=find_insurer(catalog, story),
        amount_paid=find_amount_paid(catalog, story),
        fee_rate=find_fee_rate(catalog, story),
        gave_documents=documents,
        behaviours=behaviours,
    )
    return Extraction(fields, route(catalog, behaviours, region_code), classify_kind(catalog, story, behaviours))

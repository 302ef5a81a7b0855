"""A few tip-offs, each told in words of its own."""

from __future__ import annotations

from bot.intake.desk import IntakeDesk
from bot.intake.draft import Fields, Reporter, TipOffDraft
from bot.intake.submission import Receipt
from bot.intake.vocabulary import Agency

HOSTILE = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
REPORTER = Reporter(name="王秀英", phone="13912345678", address="四平市铁东区北一纬路8号")


def tell(
    desk: IntakeDesk, key: str, narrative: str = "他说能全额退保，先收了我三千块材料费。", reporter: Reporter | None = None, **fields: object
) -> Receipt:
    told = Fields(**{"phone": "13800138000", "region_code": "220323", "behaviours": ["promise_full_refund"], **fields})
    return desk.submit(TipOffDraft(narrative=narrative, fields=told, reporter=reporter, consent_transfer=True), key)


def tell_of_an_advertisement(desk: IntakeDesk, key: str) -> Receipt:
    """A tip-off for market regulation, whose legal periods run from the day it arrives."""
    receipt = tell(desk, key, "铁东区的商场门口贴着广告，上面写着代理退保。", region_code="220303", behaviours=["offline_ad"])
    assert receipt.lead_agency is Agency.MARKET
    return receipt

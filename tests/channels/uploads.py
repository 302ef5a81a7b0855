"""A chat that takes evidence, with a real intake behind it, for the channel's, the page's and the attacks' tests."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from bot.channels.evidence import set_evidence_desk
from bot.intake.catalog import IntakeCatalog
from bot.intake.database import open_engine, upgrade
from bot.intake.desk import IntakeDesk
from bot.intake.draft import TipOffDraft
from bot.intake.submission import Receipt
from bot.intake.view import EvidenceItem
from bot.privacy.keyring import Keyring
from tests.channels.web_app import ROOT, WebServer
from tests.channels.web_person import begin, say

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
STORY = "有人说能全额退保，收了我三千块定金就不回话了"


def photo() -> bytes:
    """A picture with a place and a name in its EXIF."""
    content, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "REPORTER-NAME"
    Image.new("RGB", (64, 48), "navy").save(content, "JPEG", exif=exif)
    return content.getvalue()


@dataclass
class Intake:
    """The desk behind the chat, and one tip-off in it."""

    desk: IntakeDesk
    receipt: Receipt = field(init=False)

    def __post_init__(self) -> None:
        self.receipt = self.desk.submit(TipOffDraft(narrative=STORY), "key-1")

    def card(self, sender_id: str) -> dict[str, Any]:
        """What the action shows after submitting or looking up."""
        ticket = self.desk.issue_upload_ticket(self.receipt.tip_off_id, sender_id)
        most = self.desk.catalog.limits.budgets.evidence_bytes
        return {"type": "evidence", "ticket": ticket.token, "until": int(ticket.until.timestamp()), "most_bytes": most}

    @property
    def kept(self) -> tuple[EvidenceItem, ...]:
        """The tip-off's evidence."""
        return self.desk.get(self.receipt.tip_off_id).evidence


@contextmanager
def an_intake(folder: Path) -> Iterator[Intake]:
    """Open a desk on a database of its own."""
    engine = open_engine(f"sqlite:///{folder / 'intake.db'}")
    upgrade(engine)
    yield Intake(IntakeDesk(engine, Keyring.load_or_create(folder / "keys.json"), IntakeCatalog.load(ROOT / "data" / "intake"), folder / "evidence"))
    engine.dispose()


def connect(server: WebServer, intake: Intake) -> None:
    """Let the chat hand evidence to the intake."""
    set_evidence_desk(server.app, lambda: intake.desk)


async def ticket_for(server: WebServer, person: httpx.AsyncClient, intake: Intake) -> str:
    """Open a conversation that has just submitted the tip-off, and give the ticket it was shown."""
    await begin(person)
    await say(person, "提交")
    return str(intake.card(server.agent.senders[-1])["ticket"])


async def attach(person: httpx.AsyncClient, ticket: str, content: bytes, name: str = "a.jpg", **headers: str) -> httpx.Response:
    """Upload one file as the page does."""
    return await person.post("/webhooks/web/evidence", content=content, headers={"x-upload-ticket": ticket, "x-file-name": name} | headers)

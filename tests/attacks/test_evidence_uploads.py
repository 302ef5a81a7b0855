"""Attacks on the way evidence is sent through the chat: other people's tip-offs, dishonest files, floods."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.channels import limits
from bot.channels.web import PAGE_HEADER
from bot.intake import upload_ticket
from tests.channels.uploads import PDF, Intake, an_intake, attach, connect, photo, ticket_for
from tests.channels.web_app import serve_web_chat
from tests.channels.web_person import refused


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    with an_intake(tmp_path) as opened:
        yield opened


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        opened.writestr("run.html", "<b>x</b>")
    return content.getvalue()


async def test_another_conversation_cannot_use_a_ticket(intake: Intake) -> None:
    async with serve_web_chat() as server, server.person() as owner, server.person() as thief:
        connect(server, intake)
        stolen = await ticket_for(server, owner, intake)
        own = await ticket_for(server, thief, intake)
        assert own != stolen
        assert (await attach(thief, stolen, PDF)).json()["error"]["code"] == "upload_ticket_invalid"
    assert intake.kept == ()


async def test_after_the_conversation_was_ended_the_next_person_at_the_device_cannot_use_its_ticket(intake: Intake) -> None:
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        ticket = await ticket_for(server, person, intake)
        assert (await person.post("/webhooks/web/end")).status_code == 200
        assert refused(await attach(person, ticket, PDF), 401, "session")
        await ticket_for(server, person, intake)
        assert (await attach(person, ticket, PDF)).json()["error"]["code"] == "upload_ticket_invalid"
    assert intake.kept == ()


@pytest.mark.parametrize("forged", ["", "x", ":", "k1:", "k1:AAAA", "né:AAAA".encode().decode("latin-1"), "k1:" + "A" * 200, "1" * 5000])
async def test_a_made_up_ticket_opens_nothing(intake: Intake, forged: str) -> None:
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        ticket = await ticket_for(server, person, intake)
        for made_up in (forged, ticket[:-4], ticket[:-6] + "AAAAAA", intake.receipt.tip_off_id, intake.receipt.number):
            answer = await person.post("/webhooks/web/evidence", content=PDF, headers={b"x-upload-ticket": made_up.encode("utf-8")})
            assert answer.json()["error"]["code"] == "upload_ticket_invalid"
    assert intake.kept == ()


async def test_a_ticket_is_over_after_its_time(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        ticket = await ticket_for(server, person, intake)
        now = intake.desk.store.clock()
        late = now + timedelta(seconds=intake.desk.catalog.limits.budgets.upload_ticket_seconds + 1)
        object.__setattr__(intake.desk.store, "clock", lambda: late)
        answer = await attach(person, ticket, PDF)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "upload_ticket_invalid")
    assert intake.kept == ()


def test_a_ticket_tells_nothing_about_its_tip_off(intake: Intake) -> None:
    ticket = upload_ticket.issue(intake.desk.store, intake.receipt.tip_off_id, "web-1")
    assert intake.receipt.tip_off_id not in ticket.token
    assert intake.receipt.number not in ticket.token


@pytest.mark.parametrize(
    "content",
    [photo() + archive(), photo() + b"<script>x()</script>", b"%PDF-1.4\n/JavaScript (x)\n%%EOF", PDF + archive() + b"0" * 4096, photo()[:3] + PDF],
    ids=["picture and archive", "picture and page", "PDF that runs", "PDF and archive", "PDF named a picture"],
)
async def test_a_file_that_is_two_things_is_refused(intake: Intake, content: bytes) -> None:
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        assert (await attach(person, await ticket_for(server, person, intake), content)).status_code == 422
    assert intake.kept == ()
    assert [path for path in intake.desk.store.evidence_folder.rglob("*") if path.is_file()] == []  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\a.exe", "/etc/cron.d/x", "a\x00b", "<script>x()</script>", "名" * 3000, "%", "\u202egpj.exe"]
)
async def test_a_file_name_is_only_ever_text(intake: Intake, name: str) -> None:
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        assert (await attach(person, await ticket_for(server, person, intake), PDF, quote(name)[:6000])).status_code == 200
    (item,) = intake.kept
    assert not set(item.name) & {"/", "\\", "\x00", "\u202e"}
    assert len(item.name) <= 120
    folder = intake.desk.store.evidence_folder
    assert folder is not None
    assert [path.parent.parent for path in folder.rglob("*") if path.is_file()] == [folder], "written anywhere else"


async def test_more_than_the_limit_is_refused_and_read_no_further(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.evidence.EvidenceIntake._check", lambda *_: 1000)
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        ticket = await ticket_for(server, person, intake)
        assert refused(await attach(person, ticket, PDF + b"0" * 1000), 413, "evidence_too_big")
    assert intake.kept == ()


async def test_a_file_larger_than_the_intakes_limit_is_refused_by_the_intake_too(intake: Intake) -> None:
    most = intake.desk.catalog.limits.budgets.evidence_bytes
    async with serve_web_chat() as server, server.person() as person:
        server.app.config.REQUEST_MAX_SIZE = 2 * most
        connect(server, intake)
        answer = await attach(person, await ticket_for(server, person, intake), PDF + b"0" * most)
    assert answer.status_code == 413
    assert intake.kept == ()


async def test_another_site_cannot_upload_in_the_persons_name(intake: Intake) -> None:
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        ticket = await ticket_for(server, person, intake)
        del person.headers[PAGE_HEADER]
        assert refused(await attach(person, ticket, PDF), 400, "malformed")
    assert intake.kept == ()


async def test_a_flood_of_files_is_stopped(intake: Intake) -> None:
    most = limits.RATE_LIMITS["evidence_by_session"][0].count
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        ticket = await ticket_for(server, person, intake)
        for _ in range(most):
            await attach(person, ticket, b"no evidence")
        assert refused(await attach(person, ticket, PDF), 429, "too_many")


async def test_one_tip_off_takes_only_so_many_files_a_day_however_many_tickets_it_has(intake: Intake) -> None:
    most = intake.desk.catalog.limits.rates.evidence_per_receipt.count
    codes = []
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        for number in range(most + 1):
            server.chat._limiter._seen.clear()
            codes.append((await attach(person, await ticket_for(server, person, intake), PDF + b"%d" % number)).status_code)
    assert codes == [200] * most + [422]

"""Evidence sent through the web chat. Attacks on it are in tests/attacks/test_evidence_uploads.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.channels.evidence import set_evidence_desk
from tests.channels.uploads import PDF, Intake, an_intake, attach, connect, photo, ticket_for
from tests.channels.web_app import serve_web_chat
from tests.channels.web_person import refused


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    with an_intake(tmp_path) as opened:
        yield opened


async def test_a_file_lands_with_its_tip_off_and_the_shown_copy_has_no_exif(intake: Intake) -> None:
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        ticket = await ticket_for(server, person, intake)
        assert (await attach(person, ticket, photo(), quote("转账 记录.jpg"))).json() == {"attached": True}
        assert (await attach(person, ticket, PDF, quote("合同.pdf"))).json() == {"attached": True}
    assert [(item.media_type, item.name) for item in intake.kept] == [("image/jpeg", "转账 记录.jpg"), ("application/pdf", "合同.pdf")]
    assert b"REPORTER-NAME" not in intake.desk.shown_evidence(intake.kept[0].id).content
    assert intake.desk.original_evidence(intake.kept[0].id, "clerk", "核对").content == photo()


async def test_an_upload_whose_answer_was_lost_is_repeated_and_kept_once(intake: Intake) -> None:
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        ticket = await ticket_for(server, person, intake)
        for _ in range(3):
            assert (await attach(person, ticket, photo())).status_code == 200
    assert len(intake.kept) == 1


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "evidence_kind_unknown"),
        (b"MZ\x90", "evidence_kind_unknown"),
        (photo()[:200], "evidence_unreadable"),
        (b"%PDF-1.4", "evidence_unreadable"),
    ],
    ids=["empty", "program", "cut-off picture", "cut-off PDF"],
)
async def test_what_is_no_evidence_gets_the_intakes_own_words(intake: Intake, content: bytes, key: str) -> None:
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        answer = await attach(person, await ticket_for(server, person, intake), content)
    assert answer.status_code == 422
    assert answer.json() == {"error": {"code": key, "words": intake.desk.catalog.words.errors[key]}}
    assert intake.kept == ()


async def test_a_full_disk_is_said_in_the_persons_words(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 1000

    monkeypatch.setattr("bot.intake.disk_guard.shutil.disk_usage", lambda _: Usage)
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        answer = await attach(person, await ticket_for(server, person, intake), PDF)
    assert (answer.status_code, answer.json()["error"]["words"]) == (422, intake.desk.catalog.words.errors["store_full"])


async def test_while_the_database_is_gone_the_page_is_told_to_try_again(intake: Intake) -> None:
    def gone() -> None:
        raise ConnectionError

    async with serve_web_chat() as server, server.person() as person:
        ticket = await ticket_for(server, person, intake)
        assert refused(await attach(person, ticket, PDF), 503, "unavailable"), "no intake at all"
        set_evidence_desk(server.app, gone)  # type: ignore[arg-type]
        assert refused(await attach(person, ticket, PDF), 503, "unavailable")
        connect(server, intake)
        assert (await attach(person, ticket, PDF)).status_code == 200


async def test_nothing_is_added_to_a_withdrawn_tip_off(intake: Intake) -> None:
    async with serve_web_chat() as server, server.person() as person:
        connect(server, intake)
        ticket = await ticket_for(server, person, intake)
        intake.desk.withdraw(intake.receipt.number, "me")
        assert (await attach(person, ticket, PDF)).json()["error"]["code"] == "already_closed"
    assert intake.kept == ()

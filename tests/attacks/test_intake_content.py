"""Attacks by content: injection, stored scripts, path tricks, files that are two things at once, oversize."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from bot.intake.desk import IntakeDesk
from bot.intake.draft import Fields, Reporter, TipOffDraft
from bot.intake.errors import IntakeError
from bot.intake.search import TipOffFilter
from bot.intake.verification import verify
from bot.intake.vocabulary import TipOffState

NASTY = [
    "'; DROP TABLE tip_offs; --",
    '" OR "1"="1',
    "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
    "{receipt}{0}{self.__class__}%s%(x)s",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u202e\u200b\x00\x1b[31m",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "😀" * 50,
    "\ud7ff\ue000\uffff",
    "\ud83d",
]


@pytest.fixture
def receipt(desk: IntakeDesk) -> str:
    return desk.submit(TipOffDraft(narrative="有人代理退保"), "key-1").number


def picture(size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "green").save(content, kind)
    return content.getvalue()


@pytest.mark.parametrize("text", NASTY)
def test_whatever_is_written_comes_back_as_it_was_written_and_harms_nothing(desk: IntakeDesk, text: str) -> None:
    fields = Fields(suspect_name=text, company=text, wechat=text, place=text, insurer=text[:60], platform=text[:60], time=text[:60])
    draft = TipOffDraft(narrative=text, fields=fields, reporter=Reporter(name=text), demand=text, channel="web")
    receipt = desk.submit(draft, f"key {text}")
    desk.add_message(receipt.number, text, text)
    desk.note(receipt.tip_off_id, text, text[:80])
    desk.transition(receipt.tip_off_id, TipOffState.ACCEPTED, text[:80], text)
    desk.assign(receipt.tip_off_id, text[:80], "chief")

    kept = text.encode("utf-8", "replace").decode()
    assert desk.unmask(receipt.tip_off_id, "narrative", "clerk", text) == kept
    assert desk.unmask(receipt.tip_off_id, "company", "clerk", text) == kept
    assert desk.status(receipt.number, "me").messages[0].text == kept
    assert desk.search(TipOffFilter(insurer=text[:60])).total == 1
    assert desk.search(TipOffFilter(assigned_to=text[:80])).total == 1
    assert verify(desk.store).problems == []


@pytest.mark.parametrize("value", NASTY)
def test_filters_and_ids_are_values_and_never_statements(desk: IntakeDesk, receipt: str, value: str) -> None:
    assert desk.search(TipOffFilter(region_code=value, insurer=value, assigned_to=value, identifier=value, after=value)).total == 0
    for call in (lambda: desk.get(value), lambda: desk.unmask(value, value, "clerk", "x"), lambda: desk.shown_evidence(value)):
        with pytest.raises(IntakeError):
            call()
    assert desk.search(TipOffFilter()).total == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/etc/shadow", "shadow"),
        ("a\x00b\n.png", "ab.png"),
        ("", ""),
        ("x" * 5000 + ".png", "x" * 120),
        ("<script>.png", "<script>.png"),
    ],
)
def test_a_file_name_is_only_text(desk: IntakeDesk, receipt: str, tmp_path: Path, name: str, kept: str) -> None:
    evidence_id = desk.add_evidence(receipt, picture(), name, "me")

    (item,) = desk.get(desk.status(receipt, "me").tip_off_id).evidence
    assert item.name == kept
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent.parent == tmp_path / "evidence"]
    assert {path.stem for path in written} == {evidence_id}
    assert all(path.stat().st_mode & 0o077 == 0 for path in written)


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        opened.writestr("run.sh", "rm -rf /")
    return content.getvalue()


POLYGLOTS = {
    "a page inside a picture": picture(kind="JPEG") + b"<html><script>alert(1)</script></html>",
    "a page in capitals": picture(kind="PNG") + b"<HTML><BODY>",
    "a program inside a picture": picture(kind="PNG") + b"<?php system($_GET[0]); ?>",
    "an archive behind a picture": picture(kind="JPEG") + archive(),
    "a picture that is a pdf": picture(kind="JPEG")[:20] + b"%PDF-1.4" + picture(kind="JPEG")[20:],
    "a pdf that runs": b"%PDF-1.4\n<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>\n%%EOF",
    "a pdf with a program behind it": b"%PDF-1.4\n%%EOF\n" + b"MZ" * 4000,
    "a pdf with a file inside": b"%PDF-1.4\n<</Type/EmbeddedFile>>\n%%EOF",
}


@pytest.mark.parametrize("what", POLYGLOTS)
def test_a_file_that_is_two_things_at_once_is_refused(desk: IntakeDesk, receipt: str, what: str) -> None:
    with pytest.raises(IntakeError, match="evidence_ambiguous"):
        desk.add_evidence(receipt, POLYGLOTS[what], "photo.jpg", "me")


def huge_png(side: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "evidence_kind_unknown"),
        (b"MZ\x90\x00" + b"\x00" * 100, "evidence_kind_unknown"),
        (archive(), "evidence_kind_unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "evidence_kind_unknown"),
        (b"GIF89a" + b"\x00" * 100, "evidence_kind_unknown"),
        (picture(kind="JPEG")[:100], "evidence_unreadable"),
        (picture(kind="PNG")[:60], "evidence_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "evidence_unreadable"),
        (b"RIFF\x10\x00\x00\x00WEBP" + b"\xff" * 50, "evidence_unreadable"),
        (b"%PDF-1.7 no end", "evidence_unreadable"),
        (huge_png(20_000), "evidence_image_too_large"),
        (huge_png(60_000), "evidence_image_too_large"),
        (b"\x00" * 20_000_001, "evidence_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_evidence_is_refused_in_words_and_leaves_nothing(desk: IntakeDesk, receipt: str, content: bytes, error: str) -> None:
    with pytest.raises(IntakeError) as refused:
        desk.add_evidence(receipt, content, "photo.jpg", "me")

    assert refused.value.key == error
    assert desk.words_for(refused.value)
    assert desk.get(desk.status(receipt, "me").tip_off_id).evidence == ()


def test_a_flood_of_files_by_one_receipt_is_stopped(desk: IntakeDesk, receipt: str) -> None:
    answers = []
    for number in range(22):
        try:
            desk.add_evidence(receipt, picture((4 + number, 4)), "a.png", f"sender-{number}")
        except IntakeError as error:
            answers.append(error.key)

    assert answers == ["evidence_too_many"] * 2


def test_evidence_cannot_be_added_to_a_receipt_that_does_not_exist(desk: IntakeDesk) -> None:
    with pytest.raises(IntakeError, match="receipt_malformed"):
        desk.add_evidence("8000000000000000", picture(), "a.png", "me")

"""Evidence, official forms and the receipt slip."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from docx import Document
from PIL import Image

from bot.intake.desk import IntakeDesk
from bot.intake.draft import Reporter, TipOffDraft
from bot.intake.errors import IntakeError
from bot.intake.official_forms import FormKind
from bot.intake.verification import verify
from bot.intake.vocabulary import TipOffKind
from tests.intake.conftest import Clock

Draft = Callable[..., TipOffDraft]
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + b"\x00" * 40
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def image(kind: str, size: tuple[int, int] = (64, 48)) -> bytes:
    content = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "REPORTER-NAME"
    exif[0x8825] = {1: "N", 2: (43.0, 10.0, 0.0)}
    Image.new("RGB", size, "navy").save(content, kind, exif=exif)
    return content.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_shown_copy_of_an_image_has_no_exif_and_the_original_is_untouched(desk: IntakeDesk, draft: Draft, kind: str) -> None:
    content = image(kind)
    assert b"REPORTER-NAME" in content
    receipt = desk.submit(draft(), "key-1")
    evidence_id = desk.add_evidence(receipt.number, content, "a.jpg", "me")

    shown = desk.shown_evidence(evidence_id)
    assert b"REPORTER-NAME" not in shown.content
    assert not Image.open(io.BytesIO(shown.content)).getexif()
    assert desk.original_evidence(evidence_id, "clerk", "鉴定").content == content
    assert desk.audit_entries()[0].action == "open_original"
    assert not any(content[:64] in path.read_bytes() for path in desk.store.evidence_folder.glob("*/*"))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (WAV, "audio/wav"),
        (PDF, "application/pdf"),
        (b"#!AMR\n" + b"\x00" * 30, "audio/amr"),
        (b"ID3\x04" + b"\x00" * 60, "audio/mpeg"),
        (b"\x00\x00\x00\x20ftypM4A " + b"\x00" * 40, "audio/mp4"),
    ],
)
def test_recordings_and_pdf_files_are_taken_by_content_whatever_their_name(
    sqlite_desk: IntakeDesk, draft: Draft, content: bytes, media_type: str
) -> None:
    receipt = sqlite_desk.submit(draft(), "key-1")
    sqlite_desk.add_evidence(receipt.number, content, "证据.exe", "me")
    (item,) = sqlite_desk.get(receipt.tip_off_id).evidence

    assert (item.media_type, item.name, item.size) == (media_type, "证据.exe", len(content))


def test_a_full_disk_stops_uploads_and_not_tip_offs(sqlite_desk: IntakeDesk, draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 1000

    monkeypatch.setattr("bot.intake.disk_guard.shutil.disk_usage", lambda _folder: Usage)
    receipt = sqlite_desk.submit(draft(), "key-1")

    with pytest.raises(IntakeError, match="store_full"):
        sqlite_desk.add_evidence(receipt.number, PDF, "a.pdf", "me")


def test_a_file_whose_row_cannot_be_written_leaves_nothing_behind(sqlite_desk: IntakeDesk, draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = sqlite_desk.submit(draft(), "key-1")
    monkeypatch.setattr("bot.intake.evidence.tip_off_log.append", lambda *_: (_ for _ in ()).throw(IntakeError("store_unavailable")))

    with pytest.raises(IntakeError):
        sqlite_desk.add_evidence(receipt.number, PDF, "a.pdf", "me")
    assert [path for path in sqlite_desk.store.evidence_folder.glob("*/*") if path.is_file()] == []


def test_the_same_file_again_is_the_same_evidence_and_costs_nothing(desk: IntakeDesk, draft: Draft) -> None:
    receipt = desk.submit(draft(), "key-1")
    other = desk.submit(draft(), "key-2")
    most = desk.catalog.limits.rates.evidence_per_receipt.count
    ticket = desk.issue_upload_ticket(receipt.tip_off_id, "web-1").token
    first = {desk.add_evidence_by_ticket(ticket, "web-1", PDF, f"{number}.pdf") for number in range(most + 1)}

    assert len(first) == 1
    assert len(desk.get(receipt.tip_off_id).evidence) == 1
    assert desk.add_evidence(other.number, PDF, "a.pdf", "me") not in first, "another tip-off has its own"
    assert verify(desk.store).is_intact


def test_two_deliveries_of_one_file_at_the_same_time_are_kept_once(desk: IntakeDesk, draft: Draft) -> None:
    receipt = desk.submit(draft(), "key-1")
    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(lambda _: desk.add_evidence(receipt.number, PDF, "a.pdf", "me"), range(4)))

    assert len(ids) == 1
    assert len(desk.get(receipt.tip_off_id).evidence) == 1
    assert len([path for path in desk.store.evidence_folder.glob("*/*") if path.is_file()]) == 1


def test_a_ticket_stands_for_the_receipt_for_its_owner_and_its_time(desk: IntakeDesk, draft: Draft, clock: Clock) -> None:
    receipt = desk.submit(draft(), "key-1")
    ticket = desk.issue_upload_ticket(receipt.tip_off_id, "web-1")
    desk.add_evidence_by_ticket(ticket.token, "web-1", PDF, "a.pdf")

    assert [item.name for item in desk.get(receipt.tip_off_id).evidence] == ["a.pdf"]
    with pytest.raises(IntakeError, match="upload_ticket_invalid"):
        desk.add_evidence_by_ticket(ticket.token, "web-2", WAV, "a.wav")
    clock.forward(seconds=desk.catalog.limits.budgets.upload_ticket_seconds)
    with pytest.raises(IntakeError, match="upload_ticket_invalid"):
        desk.add_evidence_by_ticket(ticket.token, "web-1", WAV, "a.wav")


def form_text(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    return "\n".join([*(p.text for p in document.paragraphs), *(cell.text for table in document.tables for row in table.rows for cell in row.cells)])


def test_the_report_form_holds_the_clues_and_not_the_reporter(desk: IntakeDesk, draft: Draft, complainant: Reporter) -> None:
    receipt = desk.submit(draft("他<b>收了</b>我三千 & 跑了", reporter=complainant, kind=TipOffKind.BOTH, consent_identity=True), "key-1")
    exported = desk.export_form(receipt.tip_off_id, FormKind.REPORT, "docx", "clerk", "移送")
    text = form_text(exported.content)

    assert "举报登记表" in text
    assert "他<b>收了</b>我三千 & 跑了" in text
    assert "13912345678" in text
    assert "李秀英" not in text
    assert desk.audit_entries()[0].action == "export_form"


def test_the_complaint_form_holds_the_identity_only_with_the_separate_consent(desk: IntakeDesk, draft: Draft, complainant: Reporter) -> None:
    agreed = desk.submit(draft(reporter=complainant, kind=TipOffKind.BOTH, consent_identity=True, demand="退还定金3000元"), "key-1")
    silent = desk.submit(draft("我不想说我是谁", reporter=complainant, kind=TipOffKind.BOTH), "key-2")

    text = form_text(desk.export_form(agreed.tip_off_id, FormKind.COMPLAINT, "docx", "clerk", "移送").content)
    assert "李秀英" in text
    assert "退还定金3000元" in text
    assert "李秀英" not in form_text(desk.export_form(silent.tip_off_id, FormKind.COMPLAINT, "docx", "clerk", "移送").content)


@pytest.mark.parametrize("form", list(FormKind))
def test_forms_are_made_as_pdf_too_however_long_or_strange_the_story(desk: IntakeDesk, draft: Draft, form: FormKind) -> None:
    receipt = desk.submit(draft("<img src='http://x/'>\x00\x1f& " + "很长的故事。\n" * 3000), "key-1")
    exported = desk.export_form(receipt.tip_off_id, form, "pdf", "clerk", "移送")

    assert exported.content.startswith(b"%PDF-")
    assert exported.filename == f"{form}-{receipt.tip_off_id[:12]}.pdf"


def test_exporting_without_a_reason_is_refused(sqlite_desk: IntakeDesk, draft: Draft) -> None:
    receipt = sqlite_desk.submit(draft(), "key-1")

    with pytest.raises(IntakeError, match="reason_missing"):
        sqlite_desk.export_form(receipt.tip_off_id, FormKind.REPORT, "pdf", "clerk", "")


@pytest.mark.parametrize("file_type", ["docx", "pdf"])
def test_the_slip_shows_the_receipt_and_betrays_nobody(desk: IntakeDesk, draft: Draft, complainant: Reporter, file_type: str) -> None:
    receipt = desk.submit(draft(reporter=complainant, kind=TipOffKind.BOTH, consent_identity=True), "key-1")
    slip = desk.receipt_slip(receipt.number, "me", file_type)

    assert slip.filename == f"receipt.{file_type}"
    if file_type == "docx":
        text = form_text(slip.content)
        assert receipt.number in text.replace(" ", "")
        for told in ("李秀英", "13500000000", "王强", "tuibao888", "13912345678", "平安"):
            assert told not in text


def test_the_own_forms_are_whole_where_it_was_told_and_blank_for_whoever_holds_the_receipt(
    desk: IntakeDesk, draft: Draft, complainant: Reporter
) -> None:
    story = "王强说能全额退保，收了我3000块定金，一直不给办"
    told = draft(story, reporter=complainant, kind=TipOffKind.BOTH, consent_identity=True, demand="退还定金3000元")
    receipt = desk.submit(told, "key-1")
    complaint, report = desk.own_forms(receipt.number, "me", "docx", told_here=True)

    assert (complaint.title, report.title) == ("投诉登记表", "举报登记表")
    assert told.narrative in form_text(complaint.content)
    assert "李秀英" in form_text(complaint.content)
    assert "李秀英" in complaint.text
    assert told.narrative in form_text(report.content)
    assert "李秀英" not in form_text(report.content)

    for found in desk.own_forms(receipt.number, "finder", "docx", told_here=False):
        for secret in (told.narrative, "李秀英", complainant.phone, complainant.address):
            assert str(secret) not in form_text(found.content)
            assert str(secret) not in found.text
        assert "王强" in form_text(found.content)
    assert desk.audit_entries()[0].action == "own_form"


def test_own_forms_need_the_right_receipt(sqlite_desk: IntakeDesk, draft: Draft) -> None:
    sqlite_desk.submit(draft(), "key-1")

    with pytest.raises(IntakeError, match="receipt_malformed"):
        sqlite_desk.own_forms("8000000000000000", "guesser", "pdf", told_here=False)


def test_a_report_gives_the_report_form_alone(sqlite_desk: IntakeDesk, draft: Draft) -> None:
    receipt = sqlite_desk.submit(draft(kind=TipOffKind.REPORT), "key-1")

    assert [paper.title for paper in sqlite_desk.own_forms(receipt.number, "me", "pdf", told_here=True)] == ["举报登记表"]

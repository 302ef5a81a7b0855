"""The official forms of complaints and reports, and the receipt slip, as .docx and PDF.

What is exported for an agency holds what the person agreed to pass on. The slip holds nothing the person has told, so that it can lie on a
kitchen table without betraying anyone. The person's own copy is whole only in the conversation in which it was told; to whoever merely
holds the receipt it leaves the story and the person blank, to be written in by hand.
"""

import io
from dataclasses import dataclass
from enum import StrEnum
from xml.sax.saxutils import escape

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
from sqlalchemy import select

from bot.intake import audit, tables
from bot.intake.catalog_schema import OfficialForm
from bot.intake.database import reading
from bot.intake.errors import IntakeError
from bot.intake.lookup import StatusView
from bot.intake.receipt import spaced
from bot.intake.store import Store
from bot.intake.view import get
from bot.intake.vocabulary import REPORTER, Agency, TipOffKind
from bot.local_time import LOCAL

FONT = "STSong-Light"  # a CID font every PDF reader brings along, so no font file is shipped
WORD_FONT = "SimSun"
LABEL_WIDTH_CM = 4.2
VALUE_WIDTH_CM = 12.6
LINE_POINTS = 17
BODY_POINTS = 11
TITLE_POINTS = 18
PART = 600  # characters of a table row in the PDF; a longer text goes on in the next row, because a row cannot cross a page

PART_LINES = 18


TOLD_BY_THE_PERSON = ("narrative", "reporter_name", "reporter_phone", "reporter_address")  # what tells who reported, and what


class FormKind(StrEnum):
    """Which form."""

    REPORT = "report"
    COMPLAINT = "complaint"


@dataclass(frozen=True)
class Exported:
    """A finished document: bytes, media type, a file name without anything personal, its title, and what it says as plain lines."""

    content: bytes
    media_type: str
    filename: str
    title: str
    text: str


def _values(store: Store, tip_off_id: str, texts: dict[str, str]) -> dict[str, str]:
    catalog = store.catalog
    shown = get(store, tip_off_id)
    brief = shown.summary
    contact = [texts[name] for name in ("phone", "wechat", "qq", "account_name", "bank_account") if name in texts]
    values = {
        "unit": catalog.agency_name(brief.lead_agency),
        "id": brief.id,
        "submitted_at": f"{brief.created_at.astimezone(LOCAL):%Y-%m-%d %H:%M}",
        "respondent": "、".join(texts[name] for name in ("company", "suspect_name") if name in texts),
        "respondent_contact": "、".join(contact),
        "happened": shown.happened or "",
        "amount": f"{brief.amount_paid:.2f}" if brief.amount_paid is not None else "",
        "evidence": "\n".join(f"{item.media_type} SHA-256 {item.sha256[:16]}…" for item in shown.evidence),
        "routing": f"{catalog.agency_name(brief.lead_agency)}；{shown.legal_basis}",
    }
    for name in ("place", "narrative", "demand", "suspect_name"):
        values[name] = texts.get(name, "")
    for name in ("reporter_name", "reporter_phone", "reporter_address"):
        values[name] = texts.get(name) or (catalog.forms.anonymous if brief.anonymous else catalog.forms.not_given)
    return values


def _open_texts(store: Store, tip_off_id: str, with_identity: bool) -> dict[str, str]:
    with reading(store.engine) as connection:
        rows = connection.execute(select(tables.sealed).where(tables.sealed.c.tip_off_id == tip_off_id)).all()
    texts = {row.field: store.cipher.open("sealed", row.field, tip_off_id, row.token) for row in rows}
    return {name: text for name, text in texts.items() if with_identity or not name.startswith("reporter_")}


def export_form(store: Store, tip_off_id: str, form: FormKind, file_type: str, actor: str, reason: str) -> Exported:
    """Returns an official form filled in from a tip-off. It opens encrypted fields, so it is audited with its reason.

    The reporter's identity is on the complaint form only, and only with the separate consent.

    Args:
        store: The store.
        tip_off_id: Which one.
        form: Report or complaint form.
        file_type: `docx` or `pdf`.
        actor: The member of staff.
        reason: Why.

    Raises:
        IntakeError: `reason_missing`, `tip_off_unknown`.
    """
    shown = get(store, tip_off_id)
    with reading(store.engine) as connection:
        consent = connection.execute(select(tables.tip_offs.c.consent_identity).where(tables.tip_offs.c.id == tip_off_id)).scalar_one()
    with_identity = form is FormKind.COMPLAINT and bool(consent) and shown.summary.kind is not TipOffKind.REPORT
    if not reason.strip():
        raise IntakeError("reason_missing")
    audit.record(store, actor, "export_form", tip_off_id, reason=reason, identity=with_identity)
    texts = _open_texts(store, tip_off_id, with_identity)
    return _render(_layout(store, form), _values(store, tip_off_id, texts), file_type, f"{form}-{tip_off_id[:12]}")


def own_forms(store: Store, tip_off_id: str, file_type: str, *, told_here: bool) -> list[Exported]:
    """Returns the person's own copy of the form of their tip-off; of both forms when it is report and complaint, which are dealt with apart.

    Args:
        store: The store.
        tip_off_id: Found by its receipt.
        file_type: `docx` or `pdf`.
        told_here: Whether the same conversation told it just now. Otherwise whoever holds the receipt gets the form without the story and
            without the person.

    Raises:
        IntakeError: `tip_off_unknown`.
    """
    kind = get(store, tip_off_id).summary.kind
    forms = {
        TipOffKind.REPORT: (FormKind.REPORT,), TipOffKind.COMPLAINT: (FormKind.COMPLAINT,), TipOffKind.BOTH: (FormKind.COMPLAINT, FormKind.REPORT),
    }[kind]  # fmt: skip
    audit.record(store, REPORTER, "own_form", tip_off_id, identity=told_here)
    papers = []
    for form in forms:
        texts = _open_texts(store, tip_off_id, with_identity=told_here and form is FormKind.COMPLAINT)
        values = _values(store, tip_off_id, texts)
        for name in TOLD_BY_THE_PERSON:
            values[name] = texts.get(name, "") if told_here else ""
        papers.append(_render(_layout(store, form), values, file_type, form))
    return papers


def _layout(store: Store, form: FormKind) -> OfficialForm:
    return store.catalog.forms.report if form is FormKind.REPORT else store.catalog.forms.complaint


def receipt_slip(store: Store, receipt: str, status: StatusView, file_type: str) -> Exported:
    """Returns the slip of a receipt: number, day, agency, progress; nothing that was told and nobody's name.

    Args:
        store: The store.
        receipt: The 16 digits, which only the person has.
        status: What `status` answered for it.
        file_type: `docx` or `pdf`.
    """
    agency: Agency = status.agency
    values = {
        "receipt": spaced(receipt),
        "submitted_at": f"{status.submitted_at.astimezone(LOCAL):%Y-%m-%d}",
        "agency": store.catalog.agency_name(agency),
        "hotline": status.hotline,
        "state": status.state_name,
    }
    return _render(store.catalog.forms.slip, values, file_type, "receipt")


def _render(form: OfficialForm, values: dict[str, str], file_type: str, name: str) -> Exported:
    rows = [(field.label, _printable(values.get(field.value or "", "")), field.lines) for field in form.fields]
    if file_type == "docx":
        content, media_type = _docx(form, rows), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    else:
        content, media_type = _pdf(form, rows), "application/pdf"
    text = "\n".join([form.title, *(f"{label}：{value}" for label, value, _ in rows if value)])
    return Exported(content, media_type, f"{name}.{file_type}", form.title, text)


def _printable(text: str) -> str:
    """Drops control characters, which neither XML nor PDF can hold."""
    return "".join(character for character in text if character == "\n" or character.isprintable())


def _docx(form: OfficialForm, rows: list[tuple[str, str, int]]) -> bytes:
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = WORD_FONT, Pt(BODY_POINTS)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), WORD_FONT)
    title = document.add_paragraph()
    title.alignment = 1
    run = title.add_run(form.title)
    run.bold, run.font.size = True, Pt(TITLE_POINTS)
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for label, value, lines in rows:
        row = table.add_row()
        row.height = Pt(LINE_POINTS * max(lines, 1))
        row.cells[0].text, row.cells[1].text = label, value
        row.cells[0].width, row.cells[1].width = Cm(LABEL_WIDTH_CM), Cm(VALUE_WIDTH_CM)
    for line in (*form.footer, form.source):
        document.add_paragraph(line)
    document.core_properties.author = document.core_properties.comments = ""
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _parts(value: str) -> list[str]:
    """Cuts a long text into pieces that each fit on a page, by characters and by lines."""
    parts, piece = [], ""
    for line in value.split("\n"):
        for start in range(0, max(len(line), 1), PART):
            more = line[start : start + PART]
            if piece and (len(piece) + len(more) > PART or piece.count("\n") >= PART_LINES):
                parts.append(piece)
                piece = more
            else:
                piece = f"{piece}\n{more}" if piece else more
    return [*parts, piece]


def _pdf(form: OfficialForm, rows: list[tuple[str, str, int]]) -> bytes:
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    body = ParagraphStyle("body", fontName=FONT, fontSize=BODY_POINTS, leading=LINE_POINTS, wordWrap="CJK")
    heading = ParagraphStyle("title", parent=body, fontSize=TITLE_POINTS, leading=TITLE_POINTS * 2, alignment=1)

    def paragraph(text: str) -> Paragraph:
        # Escaped: reportlab reads markup, and a story may hold "<img src=…>" to make it fetch something.
        return Paragraph(escape(text).replace("\n", "<br/>"), body)

    cells, heights = [], []
    for label, value, lines in rows:
        parts = _parts(value)
        for number, part in enumerate(parts):
            cells.append([paragraph(label if number == 0 else ""), paragraph(part)])
            heights.append(None if part else LINE_POINTS * max(lines, 1) + 6)
    table = Table(cells, colWidths=[LABEL_WIDTH_CM * cm, VALUE_WIDTH_CM * cm], rowHeights=heights)
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    content = io.BytesIO()
    document = SimpleDocTemplate(content, pagesize=A4, title=form.title, leftMargin=2 * cm, rightMargin=2 * cm, topMargin=2 * cm, bottomMargin=2 * cm)
    document.build([Paragraph(escape(form.title), heading), table, Spacer(1, 10), *(paragraph(line) for line in (*form.footer, form.source))])
    return content.getvalue()

"""A complaint letter to the insurer from true facts only: as text and as a .docx file.

What is not known stays blank; the signature and the date are always blank. No ground, figure or feeling is added to what the person told.
Data: data/knowledge/complaint_letter.yml.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.library import Library
from bot.knowledge.schema import Record, load_yaml
from bot.knowledge.wording import fill
from bot.privacy.personal_data import mask

LONGEST_STORY = 5000
"""Characters of the person's own account; longer is asked to be shortened."""
TITLE_POINTS, BODY_POINTS = 18, 14


class LetterFile(Record):
    """Schema of complaint_letter.yml."""

    blank: str
    long_blank: str
    file_name: str
    title: str
    addressee: str
    opening: str
    fields: dict[str, str]
    story_heading: str
    demand_heading: str
    evidence_heading: str
    evidence_none: str
    limits_heading: str
    limits: tuple[str, ...]
    truth: str
    signature: str
    dated: str
    citations: tuple[str, ...]
    notes_heading: str
    notes: tuple[str, ...]
    font: str

    @classmethod
    def load(cls, directory: Path) -> LetterFile:
        """Read complaint_letter.yml from `directory`.

        Raises:
            KnowledgeError: the file is unreadable or breaks its schema.
        """
        return load_yaml(directory / "complaint_letter.yml", cls)


@dataclass(frozen=True)
class LetterFacts:
    """What the person told; None or empty where it was not said.

    Args:
        story: what happened, in the person's own words.
        demand: what the insurer should do, in the person's own words.
        insurer: company name as given.
        name: the complainant's name; better left for the pen.
        phone: the complainant's phone; better left for the pen.
        policy_number: the policy's number; better left for the pen.
        product: name or kind of the insurance.
        bought_on: day of purchase or receipt.
        seller: who sold it.
        paid: premiums paid, in yuan.
        evidence: what the person holds.
    """

    story: str
    demand: str = ""
    insurer: str | None = None
    name: str | None = None
    phone: str | None = None
    policy_number: str | None = None
    product: str | None = None
    bought_on: date | None = None
    seller: str | None = None
    paid: Decimal | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Letter:
    """A letter: what goes to the insurer, and notes for the person that do not."""

    title: str
    paragraphs: tuple[str, ...]
    notes: tuple[str, ...]
    font: str
    file_name: str

    def text(self) -> str:
        """The letter and the notes as plain text."""
        return "\n".join((self.title, *self.paragraphs, "", *self.notes))

    def docx(self) -> bytes:
        """The letter as a Word file, without the notes: what is in it can be handed in as it is."""
        document = docx.Document()
        style = document.styles["Normal"]
        style.font.name = self.font
        style.element.rPr.rFonts.set(qn("w:eastAsia"), self.font)  # Word takes the Chinese font from here, not from font.name
        style.font.size = Pt(BODY_POINTS)
        heading = document.add_paragraph()
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = heading.add_run(self.title)
        run.bold = True
        run.font.size = Pt(TITLE_POINTS)
        for paragraph in self.paragraphs:
            document.add_paragraph(paragraph)
        file = io.BytesIO()
        document.save(file)
        return file.getvalue()


def write_letter(library: Library, terms: LetterFile, facts: LetterFacts) -> Letter:
    """The letter for these facts. ID, card and phone numbers inside the story are masked; they have no business in it.

    Raises:
        KnowledgeError: `letter_facts_missing` without a story, `letter_too_long` when it is longer than `LONGEST_STORY`.
    """
    story, demand = _clean(facts.story), _clean(facts.demand)
    if not story:
        raise KnowledgeError("letter_facts_missing")
    if len(story) + len(demand) > LONGEST_STORY:
        raise KnowledgeError("letter_too_long", limit=LONGEST_STORY)
    insurer = library.insurers.named(facts.insurer) if facts.insurer else None
    blank, long_blank = terms.blank, terms.long_blank
    bought_on = facts.bought_on
    values: dict[str, object] = {
        "insurer": insurer.full_name if insurer is not None else _clean(facts.insurer or "") or long_blank,
        "name": facts.name or blank,
        "phone": facts.phone or blank,
        "policy_number": facts.policy_number or long_blank,
        "product": _clean(facts.product or "") or long_blank,
        "bought_on": library.phrase("cooling_off_clock.date", year=bought_on.year, month=bought_on.month, day=bought_on.day) if bought_on else blank,
        "seller": _clean(facts.seller or "") or blank,
        "paid": f"{facts.paid:,}" if facts.paid is not None else blank,
        "blank": blank,
    }
    evidence = tuple(f"{number}. {_clean(item)}" for number, item in enumerate(facts.evidence, start=1)) or (terms.evidence_none,)
    paragraphs = (
        fill(terms.addressee, values, "letter.addressee"),
        *(fill(line, values, "letter.fields") for line in terms.fields.values()),
        terms.opening,
        terms.story_heading,
        story,
        terms.demand_heading,
        demand or long_blank,
        terms.evidence_heading,
        *evidence,
        terms.limits_heading,
        *terms.limits,
        library.citation_line(library.cite(*terms.citations)),
        terms.truth,
        fill(terms.signature, values, "letter.signature"),
        fill(terms.dated, values, "letter.dated"),
    )
    return Letter(terms.title, paragraphs, (terms.notes_heading, *terms.notes), terms.font, terms.file_name)


def _clean(text: str) -> str:
    """The person's words without control characters (Word refuses them) and with personal data masked."""
    return mask("".join(char for char in text if char == "\n" or char.isprintable()).strip())

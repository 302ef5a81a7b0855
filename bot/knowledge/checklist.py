"""The personal checklist at the end of the guided path: rights, refund, steps, materials, time, alternatives, complaint channels, warning.

As lines for the chat and as printable HTML. Data: the `checklist` part of data/knowledge/guided_path.yml, data/knowledge/templates/checklist.html.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import jinja2

from bot.knowledge.laws import Citation
from bot.knowledge.library import Library
from bot.knowledge.schema import Record
from bot.knowledge.topics import AnswerContext, Condition, Product
from bot.knowledge.wording import fill

Reason = Literal["need_money", "cannot_pay", "missold", "no_longer_wanted", "agent_asked"]
TEMPLATE = "checklist.html"


class LineCondition(Condition):
    """When a line is in the checklist; all given fields must hold."""

    not_product: tuple[Product, ...] = ()
    reason: tuple[Reason, ...] = ()
    unknown: tuple[Literal["product", "cooling_off", "channel"], ...] = ()

    def holds(self, context: AnswerContext, reason: Reason | None) -> bool:
        """Whether the line belongs into this person's checklist."""
        asks_context = bool(self.product or self.cooling_off or self.channel or self.years_below is not None or self.years_at_least is not None)
        if asks_context and not self.matches(context):
            return False
        if context.product in self.not_product or (self.reason and reason not in self.reason):
            return False
        return all(getattr(context, field) is None for field in self.unknown)


class Line(Record):
    """One line of the checklist and its sources."""

    text: str
    when: LineCondition = LineCondition()
    cites: tuple[str, ...] = ()


class SectionRecord(Record):
    """One section of the checklist."""

    title: str
    lines: tuple[Line, ...]


class ChecklistTexts(Record):
    """The `checklist` part of guided_path.yml."""

    title: str
    made: str
    machine: str
    facts: dict[str, str]
    sections: tuple[SectionRecord, ...]


@dataclass(frozen=True)
class Section:
    """A heading and its lines."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Checklist:
    """A person's checklist. `facts` are what it was made from, as (name, value)."""

    title: str
    made: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    citations: tuple[Citation, ...]
    sources: str
    machine: str

    def messages(self) -> tuple[str, ...]:
        """The checklist as chat messages, a section each, the sources last."""
        sections = ("\n".join((f"【{section.title}】", *section.lines)) for section in self.sections)
        return (self.made, *sections, self.sources, self.machine)

    def html(self, template_directory: Path) -> str:
        """The checklist as one printable page; everything a person typed is escaped.

        Args:
            template_directory: data/knowledge/templates.
        """
        loader = jinja2.FileSystemLoader(template_directory)
        environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
        page = environment.get_template(TEMPLATE)
        return page.render(title=self.title, made=self.made, facts=self.facts, sections=self.sections, sources=self.sources, machine=self.machine)


def build_checklist(library: Library, texts: ChecklistTexts, context: AnswerContext, reason: Reason | None, today: date) -> Checklist:
    """The checklist for what is known of the person's policy.

    Args:
        library: insurers, citations, wording.
        texts: `GuidedPath.content.checklist`.
        context: what the person said about the policy.
        reason: why the person wants to surrender, if said.
        today: the day on the checklist.
    """
    insurer = library.insurers.named(context.insurer) if context.insurer else None
    mention = next(iter(library.insurers.find(context.insurer)), None) if context.insurer and insurer is None else None
    if insurer is not None:
        insurer_line = library.hotline_line(insurer)
    elif mention is not None and mention.shared_hotlines:
        insurer_line = library.phrase(
            "checklist.shared_hotline", name=mention.phrase, numbers=library.phrase("insurer.or").join(mention.shared_hotlines)
        )
    else:
        insurer_line = library.phrase("checklist.hotline_on_policy")
    values: dict[str, object] = {"insurer_line": insurer_line}
    sections, cited = [], []
    for section in texts.sections:
        lines = [line for line in section.lines if line.when.holds(context, reason)]
        if lines:
            sections.append(Section(section.title, tuple(fill(line.text, values, section.title) for line in lines)))
            cited += [name for line in lines for name in line.cites]
    citations = library.cite(*dict.fromkeys(cited))
    made_on = library.phrase("cooling_off_clock.date", year=today.year, month=today.month, day=today.day)
    return Checklist(
        title=texts.title,
        made=fill(texts.made, {"date": made_on}, "checklist.made"),
        facts=_facts(library, texts, context),
        sections=tuple(sections),
        citations=citations,
        sources=library.citation_line(citations),
        machine=texts.machine,
    )


def _facts(library: Library, texts: ChecklistTexts, context: AnswerContext) -> tuple[tuple[str, str], ...]:
    name: Callable[[str], str] = texts.facts.__getitem__
    channels = library.products.content.channels
    return (
        (name("insurer"), context.insurer or name("not_said")),
        (name("product"), library.products.name(context.product) if context.product else name("not_said")),
        (name("channel"), channels[context.channel].name if context.channel else name("not_said")),
        (name("cooling_off"), name(context.cooling_off) if context.cooling_off else name("unknown")),
    )

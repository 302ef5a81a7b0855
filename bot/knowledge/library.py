"""All knowledge in one immutable place: the answer to a topic for a person's policy, with its sources, next steps and related topics."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.knowledge.city import City
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.insurers import Insurer, InsurerMention, Insurers
from bot.knowledge.laws import Citation, Confidence, load_citations
from bot.knowledge.products import Products
from bot.knowledge.regions import Regions
from bot.knowledge.topics import AnswerContext, Topic, Variant, load_topics
from bot.knowledge.wording import Wording, fill

NO_CONTEXT = AnswerContext()
HOTLINE_TOPIC = "insurer_hotline"
MOST_CHOICES = 6
"""Buttons offered when a company's name is shared."""


@dataclass(frozen=True)
class Button:
    """A next step: what the button says, and what it sends (`/intent` with optional JSON entities)."""

    title: str
    payload: str


@dataclass(frozen=True)
class Answer:
    """What to say: the short answer, further lines for "more", the sources, next steps, related topics.

    `ask_insurer` holds the candidates when the company's name is shared and the answer depends on it; the buttons then offer them.
    """

    topic: str
    text: str
    more: tuple[str, ...]
    citations: tuple[Citation, ...]
    buttons: tuple[Button, ...]
    related: tuple[str, ...]
    ask_insurer: tuple[Insurer, ...] = ()


@dataclass(frozen=True)
class Library:
    """The loaded, validated knowledge. Build it with `load`; it is never changed afterwards and safe to share between threads."""

    city: City
    insurers: Insurers
    regions: Regions
    products: Products
    wording: Wording
    citations: dict[str, Citation]
    topics: dict[str, Topic]

    @classmethod
    def load(cls, path: Path) -> Library:
        """Read the directory `path` (data/knowledge).

        Raises:
            KnowledgeError: a file is unreadable, breaks its schema, or names something that does not exist.
        """
        regions = Regions.load(path)
        topics: dict[str, Topic] = {}
        for topic in load_topics(path / "topics"):
            if topic.topic in topics:
                raise KnowledgeError("data_invalid", f"topic {topic.topic} is written twice")
            topics[topic.topic] = _with_city(topic, regions.city)
        library = cls(regions.city, Insurers.load(path), regions, Products.load(path), Wording.load(path), load_citations(path), topics)
        library._check_references()
        return library

    def answer(self, topic: str, context: AnswerContext = NO_CONTEXT) -> Answer:
        """The answer to a topic (or the reply to an out-of-scope intent) for what is known of the person's policy.

        Raises:
            KnowledgeError: `topic_unknown`.
        """
        record = self.topics.get(topic)
        if record is None:
            raise KnowledgeError("topic_unknown", topic)
        variant = record.variant_for(context)
        text, details, citations, buttons = record.answer, record.details, record.citations, record.buttons
        if variant is not None:
            text = variant.answer
            details = details if variant.details is None else variant.details
            citations = citations if variant.citations is None else variant.citations
            buttons = buttons if variant.buttons is None else variant.buttons
        result = Answer(topic, text, details, self.cite(*citations), self.buttons(*buttons), record.related)
        return self._for_insurer(result, context.insurer) if record.names_insurer and context.insurer else result

    def phrase(self, key: str, **values: object) -> str:
        """A phrase of wording.yml with its placeholders filled (the city's are filled by themselves); see `Wording.phrase`."""
        return self.wording.phrase(key, **{**self._city_values, **values})

    @cached_property
    def _city_values(self) -> dict[str, object]:
        return self.city.values()

    def buttons_of(self, key: str) -> tuple[Button, ...]:
        """The buttons that go with a phrase of wording.yml.

        Raises:
            KnowledgeError: `phrase_missing`.
        """
        spoken = self.wording.spoken.get(key)
        if spoken is None:
            raise KnowledgeError("phrase_missing", key)
        return self.buttons(*spoken.buttons)

    def buttons(self, *intents: str) -> tuple[Button, ...]:
        """The buttons of these intents, with their usual titles."""
        return tuple(Button(self.wording.button_titles[intent], f"/{intent}") for intent in intents)

    def cite(self, *ids: str) -> tuple[Citation, ...]:
        """The citations of these ids."""
        return tuple(self.citations[citation_id] for citation_id in ids)

    def citation_line(self, citations: tuple[Citation, ...]) -> str:
        """The sources as one line for the person, e.g. 依据：《保险法》第47条（核对日期 2026-11-22）; empty when there are none."""
        if not citations:
            return ""
        articles: dict[tuple[str, Confidence], list[str]] = {}
        for citation in citations:
            articles.setdefault((citation.short, citation.confidence), []).append(citation.article)
        sources = []
        for (law, confidence), names in articles.items():
            form = "citation.law" if names[0][0] == self.phrase("citation.article_mark") else "citation.notice"
            note = "" if confidence == "V" else self.phrase(f"citation.note_{'second_hand' if confidence == 'v' else 'not_read'}")
            sources.append(self.phrase(form, law=law, article=self.phrase("citation.article_separator").join(names)) + note)
        checked = min(citation.checked for citation in citations)
        return self.phrase("citation.line", sources=self.phrase("citation.separator").join(sources), checked=checked)

    def hotline_line(self, insurer: Insurer) -> str:
        """The company's number with how sure it is, always pointing to the policy and the official site; without a number, 12378."""
        if not insurer.hotlines:
            return self.phrase("insurer.no_number", insurer=insurer.short_name)
        numbers = self.phrase("insurer.or").join(insurer.hotlines)
        return self.phrase(f"insurer.{insurer.confidence}", insurer=insurer.short_name, numbers=numbers)

    def _for_insurer(self, answer: Answer, name: str) -> Answer:
        insurer = self.insurers.named(name)
        if insurer is None:
            mention = next(iter(self.insurers.find(name)), None)
            insurer = mention.insurer if mention is not None else None
            if mention is not None and insurer is None:
                return self._ask(mention, answer)
        if insurer is None:
            line = self.phrase("insurer.unknown", insurer=name) if answer.topic == HOTLINE_TOPIC else ""
        else:
            line = self.hotline_line(insurer)
        text = line or answer.text if answer.topic == HOTLINE_TOPIC else answer.text + line
        return Answer(answer.topic, text, answer.more, answer.citations, answer.buttons, answer.related)

    def _ask(self, mention: InsurerMention, answer: Answer) -> Answer:
        """The question back for a name several companies share, with one button each; a number they all have is given at once."""
        shared = mention.shared_hotlines
        if shared:
            line = self.phrase("insurer.shared", name=mention.phrase, numbers=self.phrase("insurer.or").join(shared))
        else:
            line = self.phrase("insurer.which", name=mention.phrase)
        choices = tuple(
            Button(insurer.short_name, f"/{answer.topic}{json.dumps({'insurer': insurer.short_name}, ensure_ascii=False)}")
            for insurer in mention.candidates[:MOST_CHOICES]
        )
        text = line if answer.topic == HOTLINE_TOPIC else answer.text + line
        return Answer(answer.topic, text, answer.more, answer.citations, choices, answer.related, mention.candidates)

    def _check_references(self) -> None:
        wrong = []
        for topic in self.topics.values():
            variants: tuple[Topic | Variant, ...] = (topic, *topic.variants)
            wrong += [f"{topic.topic}: no citation {name}" for part in variants for name in part.citations or () if name not in self.citations]
            wrong += [
                f"{topic.topic}: no title for button {name}"
                for part in variants
                for name in part.buttons or ()
                if name not in self.wording.button_titles
            ]
            wrong += [f"{topic.topic}: no related topic {name}" for name in topic.related if name not in self.topics]
            if topic.legal and any(not part.citations for part in variants if part.citations is not None):
                wrong.append(f"{topic.topic}: states a rule without a source")
        for key, spoken in self.wording.spoken.items():
            wrong += [f"{key}: no title for button {name}" for name in spoken.buttons if name not in self.wording.button_titles]
        if wrong:
            raise KnowledgeError("data_invalid", "; ".join(wrong))


def _with_city(topic: Topic, city: City) -> Topic:
    """The topic with the city's names and figures in place of its placeholders."""
    values = city.values()

    def told(text: str) -> str:
        return fill(text, values, topic.topic)

    variants = tuple(variant.model_copy(update={"answer": told(variant.answer)}) for variant in topic.variants)
    return topic.model_copy(update={"answer": told(topic.answer), "details": tuple(map(told, topic.details)), "variants": variants})

"""The one door through which actions speak: every reply passes the reply guard."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.resources import library, reply_guard
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.library import Answer, Button

logger = logging.getLogger(__name__)

ButtonDict = dict[str, str]
# Parts of a card that the guard does not judge: the person's own words, and the names of what agents do.
NOT_SAID_BY_US = frozenset({"raw", "signals", "type", "receipt", "ticket", "own_words"})


class Speaker:
    """Says things in one conversation turn.

    Args:
        dispatcher: Rasa's collector of this turn's messages.
        with_buttons: False while something else than the task at hand is answered: its buttons would lead away from the task.
    """

    def __init__(self, dispatcher: CollectingDispatcher, *, with_buttons: bool = True) -> None:
        self._dispatcher = dispatcher
        self._with_buttons = with_buttons

    def aside(self) -> Speaker:
        """The same speaker without buttons."""
        return Speaker(self._dispatcher, with_buttons=False)

    def say(
        self,
        text: str,
        buttons: Iterable[ButtonDict] = (),
        card: dict[str, Any] | None = None,
        *,
        citations: Sequence[dict[str, str]] = (),
        topic: str | None = None,
        quoted: Sequence[str] = (),
    ) -> None:
        """Say a text with buttons, and show a card.

        A reply that breaks a rule never reaches the person: they get a safe one, and the violation is logged without the text.

        Args:
            text: What to say; "" when the card says it all.
            buttons: Rasa buttons.
            card: A custom message, see the web chat's card types.
            citations: What the text rests on, as `{"law", "article", "checked"}`.
            topic: The topic it answers, for the guard and the log.
            quoted: Parts that the guard does not judge: the person's own words, or their receipt.
        """
        own = "\n".join([text, *_strings(card)])
        for words in quoted:
            own = own.replace(words, "")
        violations = reply_guard().check(own, citations, topic)
        if violations:
            logger.error("a reply on %s was held back: %s", topic, sorted({violation.rule for violation in violations}))
            self._dispatcher.utter_message(text=library().phrase("errors.general"))
            return
        if text:
            self._dispatcher.utter_message(text=text, buttons=list(buttons) if self._with_buttons else [])
        if card:
            self._dispatcher.utter_message(json_message=card)

    def phrase(self, key: str, *, buttons: Sequence[str] | None = None, **values: object) -> None:
        """Say a phrase of data/knowledge/wording.yml.

        Args:
            key: `section.name`.
            buttons: Intents of buttons, in place of the phrase's own.
            values: What its placeholders stand for.
        """
        offered = library().buttons_of(key) if buttons is None else library().buttons(*buttons)
        self.say(library().phrase(key, **values), rasa_buttons(offered))

    def error(self, error: KnowledgeError) -> None:
        """Say what is wrong with what the person gave."""
        self.say(library().phrase(f"errors.{error.key}", **error.values), rasa_buttons(library().buttons_of(f"errors.{error.key}")))

    def answer(self, answer: Answer) -> None:
        """Say an answer of the knowledge base, with its sources and next steps folded underneath."""
        citations = [citation.as_dict() for citation in answer.citations]
        card = sources_card(answer.topic, citations, answer.more) if answer.more or citations else None
        self.say(answer.text, rasa_buttons(answer.buttons), card, citations=citations, topic=answer.topic)


def cited(names: Iterable[str]) -> list[dict[str, str]]:
    """Sources by their names in data/knowledge/laws.yml, as `Speaker.say` takes them.

    Raises:
        KeyError: No such source.
    """
    return [citation.as_dict() for citation in library().cite(*names)]


def sources_card(topic: str, citations: Sequence[dict[str, str]], more: Iterable[str] = ()) -> dict[str, Any]:
    """The card that folds sources, and words few need, under what was said.

    Args:
        topic: What was answered.
        citations: From `cited`.
        more: Paragraphs.
    """
    return {"type": "answer", "topic": topic, "more": list(more), "citations": list(citations)}


def rasa_buttons(buttons: Iterable[Button]) -> list[ButtonDict]:
    """The knowledge base's buttons as Rasa sends them."""
    return [{"title": button.title, "payload": button.payload} for button in buttons]


def _strings(value: Any) -> list[str]:
    """Every string in a card that the assistant says itself."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, part in value.items() if key not in NOT_SAID_BY_US for text in _strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part)]
    return []

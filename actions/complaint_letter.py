"""Helps to write a complaint to the insurer: the person's own true facts in order, nothing added."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import Conversation
from actions.guided_form import Ending, GuidedForm, Memory, UnclearAnswerError
from actions.resources import letter_terms, library, which_door
from actions.speech import Speaker, cited, rasa_buttons, sources_card
from actions.turn import Turn
from actions.words import form_words
from bot.knowledge.complaint_letter import LetterFacts, write_letter
from bot.knowledge.errors import KnowledgeError

FORM = "complaint_letter"
TOPIC = "complain_insurer"
SHORTEST_FACTS = 8  # characters; less tells nobody what happened
SHORTEST_DEMAND = 2  # characters
WORD_FILE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EVIDENCE_BREAK = re.compile(r"[，,、；;。\n和跟]+")


class ComplaintLetterForm(GuidedForm):
    """The form `complaint_letter_form`: company, facts, demand, evidence."""

    form = FORM

    def fields(self, memory: Memory) -> Sequence[str]:
        """All four; who signs is left to the pen."""
        return ["insurer", "facts", "demand", "evidence"]

    def is_narrative(self, name: str) -> bool:
        """The facts are told."""
        return name == "facts"

    def begin(self, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> None:
        """A company named before is not asked for again."""
        super().begin(turn, memory, tracker, speaker)
        insurer = Conversation.of(tracker).insurer
        if insurer:
            memory.values.setdefault("insurer", insurer)

    def take(self, name: str, turn: Turn, memory: Memory) -> None:
        """Keep the person's own words."""
        shortest = {"facts": SHORTEST_FACTS, "demand": SHORTEST_DEMAND}.get(name, 1)
        if len(turn.bare) < shortest:
            raise UnclearAnswerError
        memory.values[name] = turn.bare if name == "insurer" else turn.text.strip()

    def overhear(self, turn: Turn, memory: Memory, *, correcting: bool) -> list[str]:
        """Dates, sums and the kind of insurance told on the way fill the letter's blanks."""
        changed = []
        for name, field in (("date", "bought_on"), ("amount", "paid"), ("insurer", "insurer")):
            found = turn.entities(name)
            if not found or (name == "date" and found[0].get("precision") != "day"):
                continue
            value = str(found[0]["value"])
            if (correcting or field not in memory.values) and memory.values.get(field) != value:
                memory.values[field] = value
                changed.append(turn.text[found[0]["start"] : found[0]["end"]])
        if correcting and not changed and "facts" in memory.values:
            # What cannot be put in a blank is put beside the story; the person edits the letter.
            memory.values["facts"] = self.words.say("amended", facts=memory.values["facts"], text=turn.correction)
            changed.append(turn.correction)
        return changed


class ActionGiveComplaintLetter(Action):  # type: ignore[misc]
    """Gives the letter as text and as a Word file, and says who can act on it."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_give_complaint_letter"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Write the letter from what the form gathered."""
        memory, speaker, words = Memory.of(tracker, FORM), Speaker(dispatcher), form_words(FORM)
        if memory.ending != Ending.DONE:
            return []
        values = memory.values
        story = values.get("facts", "")
        facts = LetterFacts(
            story=story,
            demand=values.get("demand", ""),
            insurer=values.get("insurer"),
            bought_on=date.fromisoformat(values["bought_on"]) if "bought_on" in values else None,
            paid=Decimal(values["paid"]) if "paid" in values else None,
            evidence=tuple(part for part in EVIDENCE_BREAK.split(values.get("evidence", "")) if part.strip()),
        )
        terms = letter_terms()
        try:
            letter = write_letter(library(), terms, facts)
        except KnowledgeError as error:
            speaker.error(error)
            return [Memory(ending=Ending.DONE).event(FORM)]
        citations = cited(terms.citations)
        file = base64.b64encode(letter.docx()).decode()
        card = {"type": "document", "name": letter.file_name, "media_type": WORD_FILE, "text": letter.text(), "base64": file}
        speaker.say(words.say("ready"), card=card, citations=citations, topic=TOPIC, quoted=[letter.text(), file])
        advice = which_door().advise(which_door().situations_in(story) or ("misselling",), story)
        doors = cited(advice.citations)
        first, *warnings = advice.messages()
        sources = sources_card(TOPIC, doors, warnings)
        speaker.say(f"{words.say('doors')}\n{first}", rasa_buttons(library().buttons("complain_12378", "recordings")), sources, citations=doors)
        return [Memory(ending=Ending.DONE).event(FORM)]

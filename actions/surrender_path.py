"""The guided path for "我想退保": at most four questions, then a personal checklist. The person decides; we list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import Conversation
from actions.guided_form import Ending, GuidedForm, Memory, UnclearAnswerError
from actions.resources import KNOWLEDGE_DIR, guided_path, library
from actions.speech import Speaker, rasa_buttons, sources_card
from actions.turn import Turn
from actions.words import Choice, Question, form_words
from bot.knowledge.checklist import Reason, build_checklist
from bot.knowledge.guided_path import SKIPPED, QuestionId
from bot.knowledge.topics import AnswerContext, CoolingOff, Product
from bot.local_time import today

FORM = "surrender_path"
QUESTIONS: tuple[QuestionId, ...] = get_args(QuestionId)


class SurrenderPathForm(GuidedForm):
    """The form `surrender_path_form`; its questions are data/knowledge/guided_path.yml."""

    form = FORM

    def fields(self, memory: Memory) -> Sequence[str]:
        """The questions in their order."""
        return [question.id for question in guided_path().content.questions]

    def begin(self, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> None:
        """What was said before about the policy is not asked again."""
        conversation = Conversation.of(tracker)
        conversation.notice(turn)
        for name in ("insurer", "product", "cooling_off"):
            known = getattr(conversation, name)
            if known:
                memory.values[name] = known

    def question(self, name: str, memory: Memory) -> Question:
        """The path's own question with its buttons."""
        record = next(question for question in guided_path().content.questions if question.id == name)
        choices = (*(Choice(title=option.title) for option in record.options), Choice(title=library().wording.button_titles["skip"]))
        return Question(ask=f"{record.ask}\n{record.free_text}", unclear=self.words.say("unclear"), choices=choices)

    def take(self, name: str, turn: Turn, memory: Memory) -> None:
        """Read a button or free words."""
        question = next(known for known in QUESTIONS if known == name)
        answer = guided_path().read(question, turn.text, today())
        if answer is None:
            raise UnclearAnswerError
        if answer.value == SKIPPED:
            memory.skipped.append(name)
        else:
            memory.values[name] = answer.value
        if answer.received is not None:
            memory.values["received"] = answer.received.isoformat()

    def overhear(self, turn: Turn, memory: Memory, *, correcting: bool) -> list[str]:
        """Company and kind of insurance may be named at any time; any answer given may be corrected."""
        changed = []
        if correcting:
            for question in (known for known in QUESTIONS if known in memory.values):
                answer = guided_path().read(question, turn.correction, today())
                if answer is not None and answer.value not in {SKIPPED, memory.values[question]}:
                    memory.values[question] = answer.value
                    return [turn.correction]
        for name in ("insurer", "product"):
            found = turn.entities(name)
            if found and (correcting or name not in memory.values) and memory.values.get(name) != found[-1]["value"]:
                memory.values[name] = found[-1]["value"]
                changed.append(turn.text[found[-1]["start"] : found[-1]["end"]])
        return changed


class ActionGiveChecklist(Action):  # type: ignore[misc]
    """Gives the personal checklist."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_give_checklist"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Build it from what the form gathered."""
        memory, speaker = Memory.of(tracker, FORM), Speaker(dispatcher)
        if memory.ending != Ending.DONE:
            return []
        conversation = Conversation.of(tracker)
        values = memory.values
        product: Product | None = values.get("product")
        cooling: CoolingOff | None = values["cooling_off"] if values.get("cooling_off") in get_args(CoolingOff) else None
        reason: Reason | None = values.get("reason")
        context = AnswerContext(values.get("insurer"), product, cooling, conversation.channel, conversation.years)
        checklist = build_checklist(library(), guided_path().content.checklist, context, reason, today())
        citations = [citation.as_dict() for citation in checklist.citations]
        card = {"type": "checklist", "title": checklist.title, "items": list(checklist.messages())}
        speaker.say(guided_path().content.done, card=card, citations=citations, topic="surrender_procedure")
        page = checklist.html(KNOWLEDGE_DIR / "templates")
        document = {"type": "document", "name": f"{checklist.title}.html", "media_type": "text/html", "text": page}
        sources = sources_card("surrender_procedure", citations)
        if tracker.get_latest_input_channel() == "web":
            speaker.say("", card=document, citations=citations, topic="surrender_procedure")
        next_steps = ["start_cooling_off_clock" if "received" in values or cooling is None else "start_comparison", "complain_insurer", "agent_risks"]
        speaker.say(form_words(FORM).say("after"), rasa_buttons(library().buttons(*next_steps)), sources, citations=citations)
        conversation.topic = "surrender_procedure"
        conversation.insurer, conversation.product, conversation.cooling_off = context.insurer, product, cooling or conversation.cooling_off
        conversation.received = values.get("received", conversation.received)
        return [conversation.event(), Memory(ending=Ending.DONE).event(FORM)]

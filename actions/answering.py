"""Answers questions: one or two topics, follow-ups in context, first aid for what an agent already has."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions import first_aid
from actions.conversation import Conversation
from actions.resources import follow_ups, library, which_door
from actions.speech import Speaker, cited, sources_card
from actions.turn import Turn
from bot.knowledge.library import HOTLINE_TOPIC
from bot.nlu.resolution import OUT_OF_SCOPE_PREFIX, REFUSAL_INTENT, TASK_TOPICS

DECLINED_IN_FULL = 3  # out-of-scope messages in a row that get their own redirection
DOOR_TOPICS = frozenset({"which_hotline", "report_how", "report_vs_complaint"})
CONTEXTUAL = frozenset({"follow_up", "correction"})  # intents that say only what is different from the last question
MOST_QUESTIONS = 2  # a reply to three questions is not read to its end


def answer(turn: Turn, tracker: Tracker, speaker: Speaker) -> list[EventType]:
    """Answer a message.

    Args:
        turn: The message.
        tracker: Its conversation.
        speaker: Says the answer.

    Returns:
        The events that store what was learnt.
    """
    conversation = Conversation.of(tracker)
    conversation.notice(turn)
    conversation.misunderstood = 0
    if turn.intent.startswith(OUT_OF_SCOPE_PREFIX) and not topics_of(turn, conversation):
        _decline(conversation, turn, speaker)
    else:
        conversation.declined = 0
        answer_in(conversation, turn, speaker)
    return [conversation.event()]


def _decline(conversation: Conversation, turn: Turn, speaker: Speaker) -> None:
    """Say kindly what is not ours and who can help; shorter when it happens again and again."""
    conversation.declined += 1
    if conversation.declined > DECLINED_IN_FULL:
        speaker.phrase("out_of_scope.repeated", buttons=("menu",))
    else:
        speaker.answer(library().answer(turn.intent))


def answer_in(conversation: Conversation, turn: Turn, speaker: Speaker) -> None:
    """Answer a message within a known conversation; changes the memory in place."""
    if first_aid.give(conversation, turn, speaker):
        return
    topics = topics_of(turn, conversation)
    if topics == [conversation.topic] and turn.intent in CONTEXTUAL and turn.entities("insurer"):
        # "那新华的呢": what was just said holds for every company; only the company's number is new.
        speaker.phrase("follow_up.same_elsewhere")
        topics = [HOTLINE_TOPIC]
    if not topics:
        key = "follow_up.unclear" if conversation.topic else "follow_up.no_topic"
        name = library().wording.button_titles.get(conversation.topic or "", "")
        related = library().answer(conversation.topic).related if conversation.topic else None
        speaker.phrase(key, topic=name, buttons=related)
        return
    if len(topics) > 1:
        speaker.phrase("conversation.two_questions")
    for topic in topics[:MOST_QUESTIONS]:
        speaker.answer(library().answer(topic, conversation.context()))
        if topic in DOOR_TOPICS:
            _name_the_door(turn, speaker)
    if topics[MOST_QUESTIONS:]:
        speaker.phrase("conversation.more_questions", buttons=topics[MOST_QUESTIONS:])
    if topics[0] != HOTLINE_TOPIC or conversation.topic is None:
        conversation.topic = topics[0]
    warn_of_recounted_demands(conversation, turn, speaker)


def _name_the_door(turn: Turn, speaker: Speaker) -> None:
    """Say which body can act on what was described, and what would make it say no."""
    situations = which_door().situations_in(turn.text)
    if not situations:
        return
    advice = which_door().advise(situations, turn.text)
    citations = cited(advice.citations)
    first, *warnings = advice.messages()
    speaker.say(first, card=sources_card("which_hotline", citations, warnings), citations=citations)


def follow_up_or_first_aid(conversation: Conversation, turn: Turn, speaker: Speaker) -> bool:
    """Try to understand from the context what the words alone did not tell; returns whether it was answered."""
    if first_aid.give(conversation, turn, speaker):
        return True
    topic = follow_ups().resolve(turn.text, conversation.topic) if turn.text and conversation.topic else None
    if topic is None:
        return False
    conversation.notice(turn)
    speaker.answer(library().answer(topic, conversation.context()))
    conversation.topic = topic
    conversation.misunderstood = 0
    return True


def topics_of(turn: Turn, conversation: Conversation) -> list[str]:
    """The topics a message asks about; none when it only makes sense after something that was not said, or is not ours."""
    questions = [question["topic"] for question in turn.parsed.get("questions") or ()]
    if questions:
        return list(dict.fromkeys(questions))
    followed = follow_ups().resolve(turn.text, conversation.topic) if turn.text and conversation.topic else None
    if turn.intent in CONTEXTUAL:
        return [topic for topic in [followed or _same_for_another_policy(turn, conversation)] if topic]
    if turn.intent.startswith(OUT_OF_SCOPE_PREFIX):
        # "打我闺女卡行不" alone is chatter; after a question on surrender it asks on.
        return [followed] if followed else []
    return [TASK_TOPICS.get(turn.intent, turn.intent)]


def _same_for_another_policy(turn: Turn, conversation: Conversation) -> str | None:
    """The topic of "平安的呢？" or "商业险呢？", which name only what is different; None when nothing is."""
    kinds = turn.entities("product")
    if conversation.topic and kinds:
        return library().products.topic_after(conversation.topic, kinds[0]["value"])
    return conversation.topic if turn.entities("insurer") or turn.entities("channel") else None


def warn_of_recounted_demands(conversation: Conversation, turn: Turn, speaker: Speaker) -> None:
    """Warn once when a person tells what an agent asks of them, before they do it."""
    recounted = (turn.parsed.get("scam") or {}).get("recounted") or []
    if not recounted or turn.intent == REFUSAL_INTENT:  # who asks for lies recounts nothing, and has been answered
        return
    if turn.text not in conversation.told:
        conversation.keep_told(turn)
    if not conversation.warned:
        conversation.warned = True
        speaker.phrase("warning.recounted", buttons=("check_message", "agent_risks", "start_tip_off"))

"""First aid in a conversation: when a person tells that an agent already has something, what to do now comes before any other answer."""

from __future__ import annotations

from dataclasses import replace

from actions.conversation import Conversation
from actions.resources import first_aid, library
from actions.speech import Speaker, cited, rasa_buttons, sources_card
from actions.turn import Turn
from bot.knowledge.first_aid import DUES, Handover
from bot.nlu.resolution import FALLBACK_INTENT, SCAM_INTENT

# Elsewhere the same words mean something lawful: "身份证给业务员了，能退保吗" is a question about surrender.
ABOUT_AGENTS = "agent_"
OTHER_INTENTS = frozenset({FALLBACK_INTENT, SCAM_INTENT, "check_message", "follow_up", "affirm", "correction", "which_hotline", "report_evidence"})
ANSWERED_BY_WARNING = frozenset({"agent_gave_documents", "agent_signed_or_paid"})  # their answers say what to do after giving
TOPIC = "agent_gave_documents"
TOLD_TO_LIE = "told_to_record_or_lie"  # sounds like a wish for lies, and is a victim's account when an agent is the one who wants it


def give(conversation: Conversation, turn: Turn, speaker: Speaker) -> bool:
    """Give first aid if the message tells of something new that was handed over.

    Args:
        conversation: Changed in place: what was handed over, and the person's words for a tip-off.
        turn: The message.
        speaker: Says the plan.

    Returns:
        Whether the message is answered by it.
    """
    if turn.pressed:
        return False
    handover = first_aid().detect_handover(turn.text)
    told_to_lie = handover.told_by_agent and TOLD_TO_LIE in handover.given
    if not (told_to_lie or turn.intent.startswith(ABOUT_AGENTS) or turn.intent in OTHER_INTENTS):
        return False
    known = set(conversation.handed_over)
    if not handover.given - known:
        if not told_to_lie:
            return _warn_before_giving(handover, conversation, turn, speaker)
        speaker.phrase("first_aid.told_to_lie_again", buttons=("start_complaint_letter", "start_tip_off"))
        _remember(conversation, turn)
        return True
    conversation.handed_over = sorted(known | handover.given)
    _remember(conversation, turn)
    plan = first_aid().plan(conversation.handed_over)
    if known:
        told_before = set(first_aid().plan(known).steps)
        plan = replace(plan, steps=tuple(step for step in plan.steps if step not in told_before))
    citations = cited(plan.citations)
    intro, *parts, offer = plan.messages()
    if known:
        names = first_aid().names(handover.given - known)
        intro = library().phrase("first_aid.more" if plan.steps else "first_aid.nothing_more", handovers=names)
    if plan.due(DUES[0]):
        first, *parts = parts
        intro = f"{intro}\n{first}"
    speaker.say(intro, citations=citations)
    for part in parts:
        speaker.say(part, citations=citations)
    buttons = rasa_buttons(library().buttons("start_tip_off", "insurer_hotline", "report_evidence"))
    speaker.say(offer, buttons, sources_card("first_aid", citations), citations=citations)
    return True


def _warn_before_giving(handover: Handover, conversation: Conversation, turn: Turn, speaker: Speaker) -> bool:
    """Warn when something was only asked for; returns whether that answers the message."""
    if not handover.asked_for or handover.given or turn.intent == SCAM_INTENT:
        return False
    answered = turn.intent in ANSWERED_BY_WARNING
    buttons = rasa_buttons(library().buttons("check_message", "agent_risks", "start_tip_off")) if answered else []
    speaker.say(first_aid().warn_before_giving(handover.asked_for), buttons)
    _remember(conversation, turn)
    return answered


def _remember(conversation: Conversation, turn: Turn) -> None:
    """Keep the person's words for a tip-off; short questions that follow are about what was handed over."""
    conversation.keep_told(turn)
    conversation.warned = True
    conversation.topic = TOPIC

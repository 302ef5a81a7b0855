"""A conversation as a Rasa test story, so that what staff saw go wrong becomes a test."""

from __future__ import annotations

import json
from typing import Any

import yaml

from bot.transcripts.model import Conversation, Entity, Step, Turn, Who

# Rasa adds these itself; in a test story they are errors.
IMPLICIT_ACTIONS = frozenset({"action_listen", "action_session_start", "action_unlikely_intent"})
SHORT_ID_CHARS = 10


class _Block(str):
    """Text written as a YAML block, as Rasa's own stories write what people say."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(_Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|"))


def to_test_story(conversation: Conversation) -> str:
    """Write a conversation as a Rasa test story.

    Args:
        conversation: From `TranscriptStore.conversation`; its text is masked, and so is the story's.

    Returns:
        YAML for a file named `test_….yml`, readable by `rasa test`. What the assistant did is written down as the expectation: edit the
        steps that were wrong to what should have happened.
    """
    steps: list[dict[str, Any]] = []
    for turn in conversation.turns:
        if turn.who is Who.PERSON and turn.intent:
            steps.append({"user": turn.command or _Block(_annotated(turn) + "\n"), "intent": turn.intent})
        if turn.who is Who.PERSON:
            steps += [step for step in map(_step, turn.steps) if step]
    name = f"{conversation.summary.id[:SHORT_ID_CHARS]} {conversation.summary.first_at:%Y-%m-%d}"
    story = {"version": "3.1", "stories": [{"story": name, "steps": steps}]}
    return yaml.dump(story, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)


def _step(step: Step) -> dict[str, Any] | None:
    if step.kind == "action" and step.name not in IMPLICIT_ACTIONS:
        return {"action": step.name}
    if step.kind == "loop":
        return {"active_loop": step.name}
    if step.kind == "slot" and "." not in (step.name or "") and (step.value is None or isinstance(step.value, str | int | float | bool)):
        return {"slot_was_set": [{step.name: step.value}]}
    return None


def _annotated(turn: Turn) -> str:
    """Mark entities the way Rasa's training data does, from the last to the first so that offsets stay right."""
    text = turn.text
    reached = len(text)
    for entity in sorted((entity for entity in turn.entities if entity.start is not None), key=lambda entity: -(entity.start or 0)):
        start, end = entity.start or 0, entity.end or 0
        if not start < end <= reached:
            continue  # overlapping entities cannot be written
        text = f"{text[:start]}[{text[start:end]}]{_label(entity, text[start:end])}{text[end:]}"
        reached = start
    return " ".join(text.split("\n"))


def _label(entity: Entity, said: str) -> str:
    if entity.value == said:
        return f"({entity.name})"
    return json.dumps({"entity": entity.name, "value": entity.value}, ensure_ascii=False)

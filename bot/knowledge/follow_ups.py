"""Short questions that only make sense after another one: "那要几天？", "网上能办吗", "为啥". Data: data/knowledge/follow_ups.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.knowledge.patterns import any_of, bare
from bot.knowledge.schema import Record, load_yaml


class Aspect(Record):
    """One thing people ask on about: how they say it, and which topic answers it after which topic.

    `after` maps the last topic to the answering one; a key ending in * stands for all topics that begin so and yields to a full name.
    `otherwise` answers after any other topic (empty: it does not).
    """

    patterns: tuple[str, ...]
    after: dict[str, str] = {}
    otherwise: str = ""

    def topic_after(self, last_topic: str) -> str:
        """The topic that answers after `last_topic`; empty when none does."""
        exact = self.after.get(last_topic)
        if exact is not None:
            return exact
        return next((topic for key, topic in self.after.items() if key[-1] == "*" and last_topic.startswith(key[:-1])), self.otherwise)


class FollowUpsFile(Record):
    """Schema of follow_ups.yml."""

    longest: int
    openers: tuple[str, ...]
    same_topic: tuple[str, ...]
    aspects: dict[str, Aspect]


@dataclass(frozen=True)
class FollowUps:
    """Resolves short follow-ups. Build it with `load`."""

    content: FollowUpsFile

    @classmethod
    def load(cls, directory: Path) -> FollowUps:
        """Read follow_ups.yml from `directory`.

        Raises:
            KnowledgeError: the file is unreadable or breaks its schema.
        """
        return cls(load_yaml(directory / "follow_ups.yml", FollowUpsFile))

    def aspect(self, text: str) -> str | None:
        """Which aspect a short message asks about, or None when it is not a follow-up (too long, or says its own subject)."""
        opened = self._openers.sub("", bare(text))
        if not opened or len(opened) > self.content.longest:
            return None
        return next((name for name, pattern in self._aspects if pattern.fullmatch(opened)), None)

    def resolve(self, text: str, last_topic: str | None) -> str | None:
        """The topic a short follow-up asks about after `last_topic`; None when it cannot be told."""
        if last_topic is None:
            return None
        name = self.aspect(text)
        if name is None:
            return last_topic if self._same_topic.fullmatch(bare(text)) else None
        return self.content.aspects[name].topic_after(last_topic) or None

    @cached_property
    def _openers(self) -> re.Pattern[str]:
        return re.compile(rf"^(?:{'|'.join(self.content.openers)})+")

    @cached_property
    def _same_topic(self) -> re.Pattern[str]:
        return any_of(self.content.same_topic)

    @cached_property
    def _aspects(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple((name, any_of(aspect.patterns)) for name, aspect in self.content.aspects.items())

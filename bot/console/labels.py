"""Chinese names of what the assistant calls in English: intents, topics, signals, stages, channels."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.console.wording import Wording
from bot.scam.data import StageData, load_signals, load_yaml

SCAM_DATA = Path(__file__).resolve().parents[2] / "data" / "scam"


class Labels:
    """Names for templates. What has no name yet is shown by its id: a new topic must not break a page.

    Args:
        wording: Names of topics, conversational intents and channels.
    """

    def __init__(self, wording: Wording) -> None:
        self._intents = {**wording.topics, **wording.intents}
        self._channels = wording.channels
        self._signals = {signal: info.name_zh for signal, info in load_signals(SCAM_DATA).items()}
        self._stages = {stage.id: stage.name for stage in load_yaml(SCAM_DATA / "stages.yml", StageData).stages}

    def name(self, intent: str) -> str:
        """Name an intent or topic."""
        return self._intents.get(intent, intent)

    def names(self, intents: Iterable[str]) -> str:
        """Name several intents in one line."""
        return "、".join(map(self.name, intents))

    def signal(self, signal: str) -> str:
        """Name a scam signal."""
        return self._signals.get(signal, signal)

    def stage(self, stage: str) -> str:
        """Name a stage of the trick."""
        return self._stages.get(stage, stage)

    def channel(self, channel: str) -> str:
        """Name a channel."""
        return self._channels.get(channel, channel)

    def pairs(self, intents: Iterable[str]) -> list[tuple[str, str]]:
        """Make the options of a choice of intents, sorted by name."""
        return sorted(((intent, self.name(intent)) for intent in intents), key=lambda pair: pair[1])

    def channels(self, channels: Iterable[str]) -> list[tuple[str, str]]:
        """Make the options of a choice of channels."""
        return [(channel, self.channel(channel)) for channel in channels]

    @staticmethod
    def same(values: Iterable[str]) -> list[tuple[str, str]]:
        """Make options out of values that are their own names."""
        return [(value, value) for value in values]

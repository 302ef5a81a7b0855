"""Chinese names of what the program calls in English: intents, topics, signals, states, agencies, places."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.console.statistics import Week
from bot.console.wording import Wording
from bot.intake.catalog import IntakeCatalog
from bot.intake.view import LogLine, StaffMessage, TipOffView
from bot.intake.vocabulary import LEGAL_DUTY, Agency, LogAction, TipOffState
from bot.scam.data import StageData, load_signals, load_yaml

TOP_TOPICS = 15
SCAM_DATA = Path(__file__).resolve().parents[2] / "data" / "scam"


class Labels:
    """Names for templates. What has no name yet is shown by its id: a new topic must not break a page.

    Args:
        wording: Names of topics, conversational intents and channels.
        catalog: Names of the intake's states, agencies and places.
    """

    def __init__(self, wording: Wording, catalog: IntakeCatalog) -> None:
        self._wording = wording
        self._catalog = catalog
        self._intents = {**wording.topics, **wording.intents, **wording.steering}
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

    def states(self) -> list[tuple[str, str]]:
        """Make the options of a choice of states."""
        return [(state.value, entry.name) for state, entry in self._catalog.states.items()]

    def agencies(self) -> list[tuple[str, str]]:
        """Make the options of a choice of agencies."""
        return [(agency.value, self._catalog.agency_name(agency)) for agency in Agency]

    def regions(self) -> list[tuple[str, str]]:
        """Make the options of a choice of places of the home city."""
        home = self._catalog.regions.home
        return [(home.adcode, home.name), *((district.adcode, district.name) for district in self._catalog.regions.districts)]

    def document(self, name: str) -> str:
        """Name something that was handed over."""
        entry = self._catalog.behaviours.documents.get(name)
        return entry.name if entry else name

    def behaviour(self, name: str) -> str:
        """Name something that was done."""
        entry = self._catalog.behaviours.behaviours.get(name)
        return entry.name if entry else name

    def ground(self, state: str | None, ground: str) -> str:
        """Name the ground of a decision."""
        if ground == LEGAL_DUTY:
            return self._wording.tip_offs["legal_duty"]
        return self._catalog.states[TipOffState(state)].grounds.get(ground, ground) if state else ground

    def reporter_words(self, state: str, agency: str) -> str:
        """Say what the reporter reads once a tip-off is in a state."""
        words = self._catalog.states[TipOffState(state)].words
        return words.format(agency=self._catalog.agency_name(Agency(agency)), ground=self._wording.tip_offs["the_ground"])

    @staticmethod
    def history(view: TipOffView) -> list[LogLine | StaffMessage]:
        """Put what happened and what was written into one line of time; a message stands for its own log entry."""
        shown_as_message = {LogAction.NOTED, LogAction.MESSAGE}
        entries: list[LogLine | StaffMessage] = [line for line in view.log if line.action not in shown_as_message]
        return sorted([*entries, *view.messages], key=lambda entry: entry.at)

    def state_rows(self, rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Name the states of a table of figures."""
        return [(self._catalog.states[TipOffState(state)].name, count) for state, count in rows]

    def agency_rows(self, rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Name the agencies of a table of figures."""
        return [(self._catalog.agency_name(Agency(agency)), count) for agency, count in rows]

    def region_rows(self, rows: Iterable[tuple[str | None, int]]) -> list[tuple[str, int]]:
        """Name the places of a table of figures."""
        return [(self._catalog.region_name(code) if code else self._wording.tip_offs["no_place"], count) for code, count in rows]

    def verdict_rows(self, rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Name the verdicts of a table of figures."""
        return [(self._wording.verdicts[verdict], count) for verdict, count in rows]

    def topic_rows(self, rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Name the topics asked about most in a table of figures, without what only steers a conversation."""
        asked = [(self.name(topic), count) for topic, count in rows if topic not in self._wording.steering]
        return asked[:TOP_TOPICS]

    @staticmethod
    def weeks(weeks: Iterable[Week]) -> list[tuple[str, int]]:
        """Name the weeks of a table of figures by their first day."""
        return [(f"{week.start:%m-%d}", week.count) for week in weeks]

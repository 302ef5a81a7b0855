"""Every phrase the assistant says that is not an answer: greetings, questions, warnings, errors, button titles."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.schema import Record, load_yaml

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


class Spoken(BaseModel):
    """A phrase with the buttons that go with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    buttons: tuple[str, ...] = ()


class WordingFile(Record):
    """Schema of wording.yml: phrases in sections, and the title of the button of each intent."""

    button_titles: dict[str, str]
    phrases: dict[str, dict[str, str | Spoken]]


class Wording:
    """Looks phrases up by `section.name` and fills their {placeholders}."""

    def __init__(self, content: WordingFile) -> None:
        self.button_titles = content.button_titles
        self.spoken: dict[str, Spoken] = {
            f"{section}.{name}": Spoken(text=phrase) if isinstance(phrase, str) else phrase
            for section, phrases in content.phrases.items()
            for name, phrase in phrases.items()
        }

    @classmethod
    def load(cls, directory: Path) -> Wording:
        """Read wording.yml from `directory`.

        Raises:
            KnowledgeError: the file is unreadable or breaks its schema.
        """
        return cls(load_yaml(directory / "wording.yml", WordingFile))

    def phrase(self, key: str, **values: object) -> str:
        """The phrase of this key with its placeholders filled.

        Raises:
            KnowledgeError: `phrase_missing` when there is no such phrase, `phrase_incomplete` when a placeholder got no value.
        """
        spoken = self.spoken.get(key)
        if spoken is None:
            raise KnowledgeError("phrase_missing", key)
        return fill(spoken.text, values, key)

    def placeholders(self, key: str) -> frozenset[str]:
        """The names of the placeholders of a phrase."""
        return frozenset(_PLACEHOLDER.findall(self.spoken[key].text))


def fill(text: str, values: dict[str, object], origin: str) -> str:
    """`text` with every {placeholder} replaced; values are inserted as they are and never read as placeholders themselves.

    Raises:
        KnowledgeError: `phrase_incomplete` when a placeholder got no value.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise KnowledgeError("phrase_incomplete", f"{origin}: {{{match[1]}}}")
        return str(values[match[1]])

    return _PLACEHOLDER.sub(value, text) if "{" in text else text

"""The words of the guided tasks: one schema for the files in `data/dialogue/`."""

from __future__ import annotations

from functools import cache

from bot.knowledge.schema import Record, load_yaml
from bot.runtime.settings import PROJECT_ROOT

DIALOGUE_DIR = PROJECT_ROOT / "data" / "dialogue"


class Choice(Record):
    """A button: what it says, and what pressing it sends (its own words unless `payload` is given)."""

    title: str
    payload: str | None = None

    def as_button(self) -> dict[str, str]:
        """The button as Rasa sends it."""
        return {"title": self.title, "payload": self.payload or self.title}


class Question(Record):
    """How a field is asked for: the question, its buttons, and what to say when the answer was not understood."""

    ask: str
    unclear: str | None = None
    choices: tuple[Choice, ...] = ()


class FormWords(Record):
    """The words of one guided task; `phrases` may hold `{placeholders}`.

    Attributes:
        labels: Names of fields in a summary.
        answers: Ways to give an answer, by its meaning.
    """

    intro: str
    questions: dict[str, Question]
    phrases: dict[str, str] = {}
    labels: dict[str, str] = {}
    answers: dict[str, tuple[str, ...]] = {}

    def say(self, key: str, **values: object) -> str:
        """The phrase with its placeholders filled.

        Raises:
            KeyError: No such phrase, or a placeholder without a value.
        """
        return self.phrases[key].format(**values)


class CommonWords(Record):
    """What all guided tasks share."""

    phrases: dict[str, str]
    start_over_words: tuple[str, ...]
    skip_words: tuple[str, ...]
    cancel_words: tuple[str, ...]
    back_words: tuple[str, ...]
    repeat_words: tuple[str, ...]
    correction_openers: tuple[str, ...]
    correction_fillers: tuple[str, ...]
    question_marks: tuple[str, ...]
    question_endings: tuple[str, ...]
    names: dict[str, str]

    def say(self, key: str, **values: object) -> str:
        """The phrase with its placeholders filled. See `FormWords.say`."""
        return self.phrases[key].format(**values)


@cache
def common() -> CommonWords:
    """The shared words.

    Raises:
        KnowledgeError: The file is unreadable or breaks its schema.
    """
    return load_yaml(DIALOGUE_DIR / "common.yml", CommonWords)


@cache
def form_words(form: str) -> FormWords:
    """The words of a task.

    Raises:
        KnowledgeError: The file is unreadable or breaks its schema.
    """
    return load_yaml(DIALOGUE_DIR / f"{form}.yml", FormWords)

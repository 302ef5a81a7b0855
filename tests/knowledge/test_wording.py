import re
from pathlib import Path

import pytest

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.library import Library

ROOT = Path(__file__).resolve().parents[2]
LITERAL_PHRASE = re.compile(r"(?:library\(\)|library|self|speaker)\.(?:phrase|buttons_of)\(\s*\"([a-z_]+\.[a-z_0-9]+)\"")
ERROR_KEY = re.compile(r"KnowledgeError\(\s*\"([a-z_]+)\"")


def sources() -> list[Path]:
    return [path for folder in ("bot", "actions") for path in (ROOT / folder).rglob("*.py")]


def test_every_phrase_the_code_names_exists(library: Library) -> None:
    named = {(key, path.name) for path in sources() for key in LITERAL_PHRASE.findall(path.read_text(encoding="utf-8"))}
    assert named
    assert {(key, name) for key, name in named if key not in library.wording.spoken} == set()


def test_every_error_a_person_can_meet_has_words(library: Library) -> None:
    raised = {key for path in (ROOT / "bot" / "knowledge").glob("*.py") for key in ERROR_KEY.findall(path.read_text(encoding="utf-8"))}
    assert raised
    assert {key for key in raised if f"errors.{key}" not in library.wording.spoken} == set()


def test_a_missing_phrase_fails_loudly(library: Library) -> None:
    with pytest.raises(KnowledgeError) as caught:
        library.phrase("conversation.no_such_phrase")
    assert caught.value.key == "phrase_missing"


def test_a_forgotten_placeholder_fails_loudly(library: Library) -> None:
    with pytest.raises(KnowledgeError) as caught:
        library.phrase("cooling_off_clock.date", year=2026, month=11)
    assert caught.value.key == "phrase_incomplete"


def test_what_a_person_typed_is_inserted_as_it_is(library: Library) -> None:
    assert "{city}" in library.phrase("insurer.unknown", insurer="{city}")


def test_every_button_of_every_phrase_has_a_short_title(library: Library) -> None:
    for key in library.wording.spoken:
        for button in library.buttons_of(key):
            assert 0 < len(button.title) <= 10
            assert button.payload.startswith("/")


def test_the_assistant_says_it_is_a_machine_when_it_greets(library: Library) -> None:
    assert "机器人" in library.phrase("conversation.greet")


def test_goodbye_and_every_failure_leave_numbers_to_call(library: Library) -> None:
    for key in ("conversation.goodbye", "errors.general", "fallback.none", "handoff.offered"):
        assert "110" in library.phrase(key)


def test_every_phrase_is_used_somewhere(library: Library) -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources())
    built = tuple(re.findall(r"\"?f\"((?:[a-z_]+\.)(?:[a-z_]*))\{", code))
    unused = {
        key
        for key in library.wording.spoken
        if f'"{key}"' not in code
        and f'"{key.removeprefix("errors.")}"' not in code
        and not any(prefix != "errors." and key.startswith(prefix) for prefix in built)
    }
    assert unused == set()

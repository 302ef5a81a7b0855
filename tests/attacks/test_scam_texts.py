"""Texts meant to break, stall or exhaust the detector: bounded time, no crash, a verdict."""

import random
import time
import tracemalloc

import pytest

from bot.scam.chats import Turn, parse_chat
from bot.scam.data import Verdict
from bot.scam.detector import ScamDetector
from tests.scam.conftest import DATA, MODELS

# Seconds on a busy two-core machine; a quadratic step would take minutes.
PATIENCE = 60
MAX_MEMORY = 300_000_000

HOSTILE = {
    "one letter": "退" * 1_000_000,
    "keyword forever": "退保" * 300_000,
    "almost keywords": "全额退" * 200_000,
    "noise between": "退*" * 200_000,
    "spread singles": "退 " * 200_000,
    "stars only": "*" * 500_000,
    "letters": "tuibao" * 100_000,
    "no pinyin": "x" * 500_000,
    "digits": "1" * 500_000,
    "dots": "。" * 500_000,
    "newlines": "\n" * 500_000,
    "colons": "a:" * 200_000,
    "names": "张三：好\n" * 10_000,
    "open brackets": "[" * 300_000,
    "times": "10:22 " * 100_000,
    "split parts": "亻呆" * 100_000,
    "percent": "百分之" * 100_000,
    "combining": "退\u0301" * 200_000,
    "one word": "是 " * 4 + "全额退保，不成功不收费。" * 60_000,
}


@pytest.fixture(scope="module")
def detector() -> ScamDetector:
    return ScamDetector.load(DATA, MODELS)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_bounded_time(detector: ScamDetector, name: str) -> None:
    started = time.process_time()
    screening = detector.screen_text(HOSTILE[name])
    assert time.process_time() - started < PATIENCE
    assert 0 <= screening.score <= 1


def test_a_megabyte_takes_bounded_memory(detector: ScamDetector) -> None:
    text = "我们专业全额退保，不成功不收费，加微信。" * 20_000
    tracemalloc.start()
    screening = detector.screen_text(text[:330_000])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert screening.verdict is Verdict.EVIDENT
    assert peak < MAX_MEMORY


def test_a_chat_of_ten_thousand_lines_is_read_and_the_agent_in_it_found(detector: ScamDetector) -> None:
    lines = [f"{'甲乙'[i % 2]}：第{i}句话" for i in range(10_000)]
    lines[7_000] = "甲：全额退保，不成功不收费，身份证拍照发我"
    paste = "\n".join(lines)
    turns = parse_chat(paste)
    assert turns is not None
    assert len(turns) == 10_000
    screening = detector.screen_text(paste)
    assert screening.verdict is Verdict.EVIDENT
    assert {signal.turn for signal in screening.signals} == {7_000}


@pytest.mark.parametrize(
    "text", ["\x00" * 100, "\ud800退保\udfff", "\ufffd" * 50, "\u202e保退额全", "a\u0300" * 40, "👩‍👩‍👧‍👦" * 20, "\r\r\n\n\t", "退保\x00全额"]
)
def test_broken_and_odd_characters_never_crash_it(detector: ScamDetector, text: str) -> None:
    screening = detector.screen_text(text)
    assert all(text[s.start : s.end] == s.phrase for s in screening.signals)


def test_random_bytes_read_as_text_never_crash_it(detector: ScamDetector) -> None:
    rng = random.Random(7)
    for _ in range(200):
        data = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 400)))
        for encoding in ("utf-8", "gb18030", "utf-16-le", "latin-1"):
            detector.screen_text(data.decode(encoding, errors="replace"))


def test_empty_conversations_are_nothing(detector: ScamDetector) -> None:
    assert detector.screen_turns([]).verdict is Verdict.NONE
    assert detector.screen_turns([Turn("", "")] * 100).verdict is Verdict.NONE

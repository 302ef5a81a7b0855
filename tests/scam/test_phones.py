"""Screenshots as phones make them and messengers send them on: every word read, every side right, in time that a person waits."""

import unicodedata
from collections.abc import Iterator, Sequence

import pytest

from bot.scam.chats import Turn
from bot.scam.data import Verdict
from bot.scam.detector import ScamDetector
from bot.scam.screenshot import ScreenshotReader
from tests.browser.chromium import require_chromium
from tests.scam.phones import CHAT, GROUP, LONG, Phone, Said, photograph

# Of the letters and digits of what was said; a sound or a stroke wrong here and there does not change a verdict.
MAX_ERROR = 0.02


@pytest.fixture(scope="module")
def reader() -> Iterator[ScreenshotReader]:
    reader = ScreenshotReader(seconds=240)
    reader.start()
    yield reader
    reader.close()


def letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())


def distance(one: str, other: str) -> int:
    """Count insertions, deletions and replacements."""
    row = list(range(len(other) + 1))
    for at, c in enumerate(one, 1):
        before, row[0] = row[0], at
        for place, d in enumerate(other, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (c != d))
    return row[-1]


def nearest(said: Said, turns: Sequence[Turn]) -> tuple[int, str]:
    """Give how many letters of what was said are wrong where it was read best, and who is taken to have said it."""
    return min((distance(letters(said.text), letters(turn.text)), turn.speaker) for turn in turns)


@pytest.mark.parametrize(
    ("phone", "title", "chat"),
    [
        (Phone(), "王经理", CHAT),
        (Phone(dark=True, jpeg=70), "王经理", CHAT),
        (Phone(scale=2, jpeg=40), "王经理", CHAT),
        (Phone(scale=2, dark=True), "退保互助群(128)", GROUP),
        (Phone(jpeg=60, shrunk=0.5), "退保互助群(128)", GROUP),
        (Phone(height=2000), "王经理", LONG),
    ],
    ids=["1080x2400", "dark jpeg", "720x1600 coarse jpeg", "dark group", "sent on at half size", "1080x6000"],
)
def test_what_a_phone_shows_is_read_and_judged(
    reader: ScreenshotReader, detector: ScamDetector, phone: Phone, title: str, chat: tuple[Said, ...]
) -> None:
    turns = reader.read(photograph(require_chromium(), phone, title, chat)).turns
    read = [nearest(said, turns) for said in chat]
    assert [side for _, side in read] == [said.side for said in chat]
    assert sum(wrong for wrong, _ in read) <= MAX_ERROR * sum(len(letters(said.text)) for said in chat)
    assert detector.screen_turns(turns).verdict is Verdict.EVIDENT

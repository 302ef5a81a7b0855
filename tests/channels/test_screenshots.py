"""A screenshot becomes the words a person would have pasted."""

from __future__ import annotations

import pytest

from bot.channels.screenshots import reading_hook
from bot.channels.web_images import ImageRefusedError
from bot.runtime.settings import PROJECT_ROOT
from bot.scam.chats import Turn, parse_chat
from bot.scam.errors import ScamInputError
from bot.scam.screenshot import ScreenshotText
from bot.scam.words import load_words

WORDS_FILE = PROJECT_ROOT / "data" / "channels" / "screenshots.yml"
ERRORS = load_words(PROJECT_ROOT / "data" / "scam").errors


class Reader:
    """Stands in for the process that reads pictures, which has tests of its own."""

    def __init__(self, result: ScreenshotText | ScamInputError) -> None:
        self.result = result

    def read(self, _: bytes) -> ScreenshotText:
        if isinstance(self.result, ScamInputError):
            raise self.result
        return self.result


def hook(result: ScreenshotText | ScamInputError):
    return reading_hook(Reader(result), WORDS_FILE, ERRORS)  # type: ignore[arg-type]


async def test_both_sides_of_a_chat_keep_their_place() -> None:
    turns = (Turn("left", "先交两千材料费"), Turn("right", "能保证退吗"), Turn("left", "包退，把身份证发我"))
    text = await hook(ScreenshotText(turns, ()))(b"", "someone")
    read_back = parse_chat(text)
    assert read_back is not None
    assert [turn.text for turn in read_back] == [turn.text for turn in turns]
    assert read_back[0].speaker == read_back[2].speaker != read_back[1].speaker


async def test_a_poster_has_no_speakers() -> None:
    turns = (Turn("left", "全额退保"), Turn("left", "不成功不收费"))
    assert await hook(ScreenshotText(turns, ()))(b"", "someone") == "全额退保\n不成功不收费"


async def test_where_a_qr_code_leads_is_shown() -> None:
    assert "http://example.invalid/x" in await hook(ScreenshotText((), ("http://example.invalid/x",)))(b"", "someone")


@pytest.mark.parametrize("key", ["image_too_large", "image_unreadable", "image_busy", "image_timeout"])
async def test_every_failure_has_words_for_the_person(key: str) -> None:
    with pytest.raises(ImageRefusedError) as refused:
        await hook(ScamInputError(key))(b"", "someone")
    assert str(refused.value) == ERRORS[key]

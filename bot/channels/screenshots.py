"""Turns a screenshot into the words a person would otherwise have pasted: who said what, and where its QR codes lead."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.channels.web_images import ImageHook, ImageRefusedError
from bot.data_files import read_yaml
from bot.scam.errors import ScamInputError
from bot.scam.screenshot import ScreenshotReader, ScreenshotText

SEPARATOR = "\n"


class ScreenshotWords(BaseModel):
    """Schema of data/channels/screenshots.yml; `line` and `qr` hold `{placeholders}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    left: str
    right: str
    line: str
    qr: str


def as_text(screenshot: ScreenshotText, words: ScreenshotWords) -> str:
    """Write a read screenshot as a pasted chat; without two speakers, as plain lines (an advert, a poster).

    Args:
        screenshot: What was read.
        words: How to write it.
    """
    names = {"left": words.left, "right": words.right}
    is_chat = len({turn.speaker for turn in screenshot.turns}) > 1
    lines = [words.line.format(speaker=names[turn.speaker], text=turn.text) if is_chat else turn.text for turn in screenshot.turns]
    return SEPARATOR.join([*lines, *(words.qr.format(target=target) for target in screenshot.qr_targets)])


def reading_hook(reader: ScreenshotReader, words_file: Path, errors: dict[str, str]) -> ImageHook:
    """Make the web chat's image hook.

    Args:
        reader: Reads in its own process.
        words_file: data/channels/screenshots.yml.
        errors: What to say by the key of a `ScamInputError`.

    Returns:
        `async (image, sender id) -> text`; it raises `ImageRefusedError` with words for the person.
    """
    words = ScreenshotWords.model_validate(read_yaml(words_file))

    async def read(image: bytes, _sender_id: str) -> str:
        try:
            return as_text(await asyncio.to_thread(reader.read, image), words)
        except ScamInputError as error:
            raise ImageRefusedError(errors[error.key]) from error

    return read

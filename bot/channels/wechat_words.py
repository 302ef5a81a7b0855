"""The WeChat channel's words: one schema for `data/channels/wechat.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from bot.data_files import read_yaml

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Errors(_Section):
    """What a person is told when a message cannot be taken, by the error's code."""

    empty: Words
    no_words: Words
    too_long: Words
    encoding: Words
    image_unsupported: Words
    image_unavailable: Words
    image_too_big: Words
    image_kind: Words
    image_unreadable: Words


class Evidence(_Section):
    """Adding pictures to a tip-off; `attach` and `leave` answer at any time, `yes` and `no` right after the question."""

    offer: Words
    kept: Words
    ask: Words
    attach: tuple[Words, ...]
    leave: tuple[Words, ...]
    yes: tuple[Words, ...]
    no: tuple[Words, ...]
    attached: Words
    not_attached: Words
    left: Words
    over: Words
    file_name: Words


class Verdicts(_Section):
    """Names of the scam guard's verdicts."""

    evident: Words
    suspicious: Words
    none: Words


class WeChatWords(_Section):
    """All words of the channel; those with `{…}` are filled in by `wechat_rendering`."""

    welcome: Words
    unsupported: Words
    image_sent: Words
    voice_unclear: Words
    thinking: Words
    still_thinking: Words
    nothing_more: Words
    no_answer: Words
    too_busy: Words
    masked: Words
    more: Words
    choose: Words
    choice: Words
    continue_words: tuple[Words, ...]
    basis: Words
    verdict: Words
    signal: Words
    receipt: Words
    errors: Errors
    evidence: Evidence
    verdicts: Verdicts


def load_words(path: Path) -> WeChatWords:
    """Read and check the words.

    Args:
        path: `data/channels/wechat.yml`, UTF-8 YAML.

    Raises:
        FileNotFoundError: There is no such file.
        pydantic.ValidationError: A word is missing, empty or unknown; the message names it.
    """
    return WeChatWords.model_validate(read_yaml(path))

"""Reads a pasted conversation: WeChat forwards, exports with times, "name: text", lines in turn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

# Beyond this a paste is a book, not a conversation; the rest is joined to the last turn.
MAX_TURNS = 10_000
MAX_NAME_CHARS = 16
MIN_LINES_WITHOUT_NAMES = 4
# Shorter lines are writing in columns, longer ones are prose.
MIN_LINE_CHARS, MAX_LINE_CHARS = 4, 60

_TIME = (
    r"(?:(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}日?\s{0,3})?(?:(?:星期|周)[一二三四五六日天]\s{0,3})?"
    r"(?:昨天|今天|前天|上午|下午|晚上|凌晨|早上|中午)?\s{0,3}\d{1,2}:\d{2}(?::\d{2})?(?:\s{0,3}[AaPp][Mm])?"
)
_NAME = rf"[^\s:：,，。!！?？;；\[\]【】“”\"]{{1,{MAX_NAME_CHARS}}}"
_TIME_ONLY = re.compile(rf"\s*[\[(（【]?\s*(?:{_TIME}|—+\s*{_TIME}\s*—+|\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?)\s*[\])）】]?\s*")
_STAMP = re.compile(rf"\s*[\[(（【]?\s*{_TIME}\s*[\])）】]?\s*")
_NAME_THEN_TIME = re.compile(rf"\s*({_NAME})\s+[\[(（]?{_TIME}[\])）]?\s*[:：]?\s*")
_TIME_THEN_NAME = re.compile(rf"\s*[\[(（【]?{_TIME}[\])）】]?\s*({_NAME})\s*[:：]?\s*")
_NAMED = re.compile(rf"\s*({_NAME}(?: {_NAME})?)\s*[:：]\s*(?=\S)")
_BRACKETED = re.compile(rf"\s*[\[【]({_NAME})[\]】]\s*[:：]?\s*(?=\S)")
_DASHED = re.compile(r"\s*[-–—•·>]\s*(?=\S)")
_NOISE = re.compile(
    r"\s*(?:\[?聊天记录\]?|.{0,20}的聊天记录|-{3,}.*|={3,}.*|以下为新消息|.{0,12}撤回了一条消息|\[(?:图片|语音|视频|表情|动画表情|文件|位置|红包|转账)\].{0,10})\s*"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says at a time.

    Args:
        speaker: name as written, '' where none is given.
        text: what is said; exactly a range of the paste.
        start: where it starts in the paste.
    """

    speaker: str
    text: str
    start: int = 0


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int


def parse_chat(text: str) -> list[Turn] | None:
    """Split a pasted conversation into turns.

    Args:
        text: the paste.

    Returns:
        The turns in order, each an exact range of the paste; None when the text does not look like a conversation.
    """
    lines = _lines(text)
    if len(lines) < 2:
        return None
    return _headed(text, lines) or _named(text, lines) or _dashed(text, lines) or _bare(text, lines)


def persons(turns: Sequence[Turn]) -> list[str]:
    """Give who speaks each turn; where nobody is named, most often two people take turns."""
    return [turn.speaker or str(place % 2) for place, turn in enumerate(turns)]


def _lines(text: str) -> list[_Line]:
    lines = []
    start = 0
    for line in text.splitlines(keepends=True)[: 2 * MAX_TURNS]:
        if line.strip() and not _NOISE.fullmatch(line):
            lines.append(_Line(start, start + len(line.rstrip())))
        start += len(line)
    return lines


def _turns(text: str, marks: list[tuple[int, int, str]]) -> list[Turn]:
    """Cut turns from ``(header start, content start, speaker)``."""
    turns = []
    for place, (_, start, speaker) in enumerate(marks[:MAX_TURNS]):
        end = marks[place + 1][0] if place + 1 < len(marks) else len(text)
        body = text[start:end].rstrip()
        lead = len(body) - len(body.lstrip())
        if body.strip():
            turns.append(Turn(speaker, body[lead:], start + lead))
    return turns


def _headed(text: str, lines: list[_Line]) -> list[Turn] | None:
    """Lines of name and time, each followed by what was said."""
    marks = []
    for line in lines:
        body = text[line.start : line.end]
        if _TIME_ONLY.fullmatch(body):
            continue
        match = _NAME_THEN_TIME.fullmatch(body) or _TIME_THEN_NAME.fullmatch(body)
        if match:
            marks.append((line.start, line.end, match.group(1)))
    return _turns(text, marks) if len(marks) >= 2 else None


def _named(text: str, lines: list[_Line]) -> list[Turn] | None:
    """Lines of the form "name: text" or "【name】text", with or without times; other lines go on with the turn before them."""
    marks: list[tuple[int, int, str]] = []
    plain = 0
    for line in lines:
        if _TIME_ONLY.fullmatch(text, line.start, line.end):
            continue
        stamp = _STAMP.match(text, line.start, line.end)
        start = stamp.end() if stamp else line.start
        match = _NAMED.match(text, start, line.end) or _BRACKETED.match(text, start, line.end)
        if match:
            marks.append((line.start, match.end(), match.group(1)))
        elif not marks:
            return None
        else:
            plain += 1
    names = Counter(name for _, _, name in marks)
    # A form (费用：… 时间：…) has as many names as lines; people in a conversation speak again.
    speaks_again = len(marks) == 2 and len(names) == 2 and all(len(name) <= 4 for name in names)
    if len(marks) < 2 or plain > 2 * len(marks) or not (len(names) < len(marks) or speaks_again):
        return None
    return _turns(text, marks)


def _dashed(text: str, lines: list[_Line]) -> list[Turn] | None:
    """Lines each begun with a dash, speakers taking turns."""
    marks = []
    for place, line in enumerate(lines):
        match = _DASHED.match(text, line.start, line.end)
        if not match:
            return None
        marks.append((line.start, match.end(), "AB"[place % 2]))
    return _turns(text, marks) if len(marks) >= 3 else None


def _bare(text: str, lines: list[_Line]) -> list[Turn] | None:
    """Short lines without any name: who says which is not known."""
    said = [line for line in lines if not _TIME_ONLY.fullmatch(text, line.start, line.end)]
    if len(said) < MIN_LINES_WITHOUT_NAMES or not MIN_LINE_CHARS <= median(line.end - line.start for line in said) <= MAX_LINE_CHARS:
        return None
    return _turns(text, [(line.start, line.start, "") for line in said])

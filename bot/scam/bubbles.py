"""From lines of text on a screenshot to who said what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.scam.chats import Turn

# The other side of a chat stands on the left of the screen, the owner of the phone on the right.
LEFT, RIGHT = "left", "right"
# Lines of one bubble begin at the same place, within this share of the width, and follow within this many line heights.
SAME_EDGE_SHARE = 0.04
MAX_LINE_GAP = 0.85
_CLOCK = re.compile(r"(?:昨天|今天|星期.|周.|[0-9年月日/\-. ]*)\s*(?:上午|下午|晚上|凌晨|早上|中午)?\s*\d{1,2}[:：]\d{2}")


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line that was read, in pixels."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def turns_of(lines: Sequence[TextLine], width: int) -> list[Turn]:
    """Join wrapped lines to bubbles and tell the two sides apart.

    Args:
        lines: what was read.
        width: of the screenshot, in pixels.

    Returns:
        What was said, from top to bottom; the speaker is ``left`` or ``right``. Clock times between the bubbles are left out.
    """
    bubbles: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda read: (read.top, read.left)):
        if _CLOCK.fullmatch(line.text.strip()):
            continue
        last = bubbles[-1][-1] if bubbles else None
        if last and _goes_on(last, line, width):
            bubbles[-1].append(line)
        else:
            bubbles.append([line])
    return [Turn(_side(bubble, width), "".join(line.text for line in bubble)) for bubble in bubbles]


def _goes_on(last: TextLine, line: TextLine, width: int) -> bool:
    height = max(last.bottom - last.top, 1)
    return line.top - last.bottom < MAX_LINE_GAP * height and abs(line.left - last.left) < SAME_EDGE_SHARE * width


def _side(bubble: list[TextLine], width: int) -> str:
    left = min(line.left for line in bubble)
    right = max(line.right for line in bubble)
    return RIGHT if left > width - right else LEFT

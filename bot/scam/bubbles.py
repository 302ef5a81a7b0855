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
# Margins that differ by less than this share of the width do not tell the side: a full bubble reaches nearly from one margin to the other.
CLEAR_SHARE = 0.08
# Bubbles of the phone's owner are green or blue in every messenger, those of the others white or grey: their red, green and blue are nearly alike.
MIN_COLOUR = 40
# A nickname stands on the page, not on the bubble below it: grounds whose red, green and blue differ by this in sum are two.
OTHER_GROUND = 30
# A picture beside a bubble may hold letters too, so a line may go on one of so many bubbles before it.
BUBBLES_BACK = 3
_CLOCK = re.compile(r"(?:昨天|今天|星期.|周.|[0-9年月日/\-. ]*)\s*(?:上午|下午|晚上|凌晨|早上|中午)?\s*\d{1,2}[:：]\d{2}")


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line that was read, in pixels.

    Args:
        ground: the colour around its letters: red, green and blue, 0 to 255.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    ground: tuple[int, int, int] = (255, 255, 255)


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
        open_bubble = next((bubble for bubble in bubbles[: -BUBBLES_BACK - 1 : -1] if _goes_on(bubble[-1], line, width)), None)
        if open_bubble:
            open_bubble.append(line)
        else:
            bubbles.append([line])
    return [Turn(_side(bubble, width), "".join(line.text for line in bubble)) for bubble in bubbles]


def _goes_on(last: TextLine, line: TextLine, width: int) -> bool:
    height = max(last.bottom - last.top, 1)
    if sum(abs(a - b) for a, b in zip(last.ground, line.ground, strict=True)) >= OTHER_GROUND:
        return False
    return line.top - last.bottom < MAX_LINE_GAP * height and abs(line.left - last.left) < SAME_EDGE_SHARE * width


def _side(bubble: list[TextLine], width: int) -> str:
    left = min(line.left for line in bubble)
    right = max(line.right for line in bubble)
    ground = bubble[0].ground
    if abs(left - (width - right)) < CLEAR_SHARE * width and max(ground) - min(ground) >= MIN_COLOUR:
        return RIGHT
    return RIGHT if left > width - right else LEFT

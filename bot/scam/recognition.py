"""The recognition model and the QR reader; imported in the reading process only."""

from __future__ import annotations

from typing import Any

import numpy as np
import zxingcpp
from rapidocr import RapidOCR

from bot.scam.bubbles import TextLine
from bot.scam.screenshot import MAX_ASPECT, MAX_QR_TARGET_CHARS, MIN_LINE_SCORE, OVERLAP_PIXELS, Pixels

# Lines are found in a picture reduced to this height or width: a phone's letters are then about 20 pixels high, enough to be found in less than
# half the time. What they say is read in full size.
DETECTION_PIXELS = 1_280
# The reading model takes lines of this height, and narrower ones are filled up to this width.
LINE_PIXELS, MIN_LINE_WIDTH = 48, 96
CUT_PIXELS = 4  # a line that ends so near to a cut may go on behind it
SAME_START_PIXELS = 80  # lines of one height that start nearer to each other are one line read twice


class Recogniser:
    """Reads text lines and QR codes off pixels. The model files are in rapidocr's package; nothing is downloaded."""

    def __init__(self) -> None:
        self._engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_cls": False,
                "Det.limit_type": "max",
                "Det.limit_side_len": DETECTION_PIXELS,
                "Rec.rec_img_shape": [3, LINE_PIXELS, MIN_LINE_WIDTH],
            }
        )

    def lines(self, pixels: Pixels) -> list[TextLine]:
        """Read all lines of text."""
        array = _array(pixels)
        piece_height = max(int(pixels.width * MAX_ASPECT), 4 * OVERLAP_PIXELS)
        lines: list[TextLine] = []
        for top in range(0, pixels.height, piece_height - OVERLAP_PIXELS):
            bottom = top + piece_height
            # A line that a cut goes through is whole in the other piece.
            whole = [
                line
                for line in self._read(array[top:bottom], top)
                if (top == 0 or line.top > top + CUT_PIXELS) and (bottom >= pixels.height or line.bottom < bottom - CUT_PIXELS)
            ]
            lines += [line for line in whole if not _known(line, lines)]
            if bottom >= pixels.height:
                break
        return lines

    def _read(self, array: Any, top: int) -> list[TextLine]:
        result = self._engine(array)
        if result.boxes is None or result.txts is None or result.scores is None:
            return []
        lines = []
        for box, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
            if text.strip() and score >= MIN_LINE_SCORE:
                (left, above), (right, below) = box.min(axis=0).tolist(), box.max(axis=0).tolist()
                ground = _ground(array[max(0, int(above)) : int(below) + 1, max(0, int(left)) : int(right) + 1])
                lines.append(TextLine(text.strip(), left, above + top, right, below + top, ground))
        return lines

    def qr_targets(self, pixels: Pixels) -> list[str]:
        """Give where QR codes lead, as text."""
        found = zxingcpp.read_barcodes(_array(pixels))
        return [code.text[:MAX_QR_TARGET_CHARS] for code in found if code.valid and code.text]


def _array(pixels: Pixels) -> Any:
    return np.frombuffer(pixels.data, dtype=np.uint8).reshape(pixels.height, pixels.width, 3)


def _ground(line: Any) -> tuple[int, int, int]:
    """Give the colour of most of the upper and lower edge of a line, where there are next to no letters."""
    red, green, blue = np.median(np.concatenate([line[0], line[-1]]), axis=0).astype(int).tolist()
    return red, green, blue


def _known(line: TextLine, lines: list[TextLine]) -> bool:
    """Say whether a line was already read in the overlapping piece before."""
    middle = (line.top + line.bottom) / 2
    return any(other.top <= middle <= other.bottom and abs(other.left - line.left) < SAME_START_PIXELS for other in lines)

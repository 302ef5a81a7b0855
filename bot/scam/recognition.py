"""The recognition model and the QR reader; imported in the reading process only."""

from __future__ import annotations

from typing import Any

import numpy as np
import zxingcpp
from rapidocr import RapidOCR

from bot.scam.bubbles import TextLine
from bot.scam.screenshot import MAX_ASPECT, MAX_QR_TARGET_CHARS, MIN_LINE_SCORE, OVERLAP_PIXELS, Pixels


class Recogniser:
    """Reads text lines and QR codes off pixels. The model files are in rapidocr's package; nothing is downloaded."""

    def __init__(self) -> None:
        self._engine = RapidOCR(params={"Global.log_level": "critical", "Global.use_cls": False})

    def lines(self, pixels: Pixels) -> list[TextLine]:
        """Read all lines of text."""
        array = _array(pixels)
        piece_height = max(int(pixels.width * MAX_ASPECT), 4 * OVERLAP_PIXELS)
        lines: list[TextLine] = []
        for top in range(0, pixels.height, piece_height - OVERLAP_PIXELS):
            lines += [line for line in self._read(array[top : top + piece_height], top) if not _known(line, lines)]
            if top + piece_height >= pixels.height:
                break
        return lines

    def _read(self, array: Any, top: int) -> list[TextLine]:
        result = self._engine(array)
        if result.boxes is None or result.txts is None or result.scores is None:
            return []
        lines = []
        for box, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
            if text.strip() and score >= MIN_LINE_SCORE:
                (left, above), (right, below) = box.min(axis=0), box.max(axis=0)
                lines.append(TextLine(text.strip(), float(left), float(above) + top, float(right), float(below) + top))
        return lines

    def qr_targets(self, pixels: Pixels) -> list[str]:
        """Give where QR codes lead, as text."""
        found = zxingcpp.read_barcodes(_array(pixels))
        return [code.text[:MAX_QR_TARGET_CHARS] for code in found if code.valid and code.text]


def _array(pixels: Pixels) -> Any:
    return np.frombuffer(pixels.data, dtype=np.uint8).reshape(pixels.height, pixels.width, 3)


def _known(line: TextLine, lines: list[TextLine]) -> bool:
    """Say whether a line was already read in the overlapping piece before."""
    middle = (line.top + line.bottom) / 2
    return any(other.top <= middle <= other.bottom and abs(other.left - line.left) < OVERLAP_PIXELS for other in lines)

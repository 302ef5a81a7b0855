"""Shows screened texts with the words that gave them away, drawn by displaCy."""

from __future__ import annotations

import json
from typing import TextIO

from spacy import displacy

from bot.scam.bulk import Row
from bot.scam.data import SignalInfo

# A page of more than this opens slowly; the verdicts of all rows are in the output anyway.
MAX_SHOWN = 2_000
_HEAD = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>guard screen</title><body>\n'
)
_COLOURS = {"high": "#f7b2ad", "medium": "#f7d9a0", "low": "#d9e7f5"}


class HtmlReport:
    """Writes flagged rows as they come.

    Args:
        file: where to write.
        signals: names and weights of the signals.
    """

    def __init__(self, file: TextIO, signals: dict[str, SignalInfo]) -> None:
        self._file = file
        self._names = {key: f"{info.name_zh}" for key, info in signals.items()}
        self._colours = {info.name_zh: _COLOURS[info.weight] for info in signals.values()}
        self._shown = 0
        file.write(_HEAD)

    def add(self, row: Row, told: str) -> None:
        """Add a row's texts if it has signals."""
        screening = json.loads(told)
        if not screening["signals"] or self._shown >= MAX_SHOWN:
            return
        self._shown += 1
        self._file.write(f"<h3>{screening['verdict']} {screening['score']:.2f} {screening['stage']}</h3>\n")
        texts = [turn.text for turn in row.turns] or [row.text]
        for place, text in enumerate(texts):
            ents = [
                {"start": s["start"], "end": s["end"], "label": self._names[s["signal"]]} for s in screening["signals"] if s.get("turn", 0) == place
            ]
            shown = {"text": text, "ents": _apart(ents)}
            self._file.write(displacy.render(shown, style="ent", manual=True, jupyter=False, options={"colors": self._colours}) + "\n")

    def close(self) -> None:
        """Finish the page."""
        self._file.write("</body></html>\n")


def _apart(ents: list[dict[str, int | str]]) -> list[dict[str, int | str]]:
    """Keep the longest of what overlaps: displaCy draws one label a place."""
    kept: list[dict[str, int | str]] = []
    end = 0
    for ent in sorted(ents, key=lambda e: (int(e["start"]), -int(e["end"]))):
        if int(ent["start"]) >= end:
            kept.append(ent)
            end = int(ent["end"])
    return kept

"""From text as written to text as meant, with the way back to every raw character."""

from __future__ import annotations

from pathlib import Path

from bot.scam.data import DisguiseData, load_yaml
from bot.scam.disguises.base import Disguise, Keywords
from bot.scam.disguises.characters import Invisible, Traditional, Width
from bot.scam.disguises.layout import Columns, Noise, Reversed
from bot.scam.disguises.writings import LookAlikes, SoundAlikes, SpelledOut, SplitCharacters, Symbols, Variants
from bot.scam.matching import RuleMatcher
from bot.scam.offsets import MappedText
from bot.scam.tables import load_tables

# One disguise may hide another, so the round is repeated until nothing changes; that also makes normalising twice change nothing.
MAX_ROUNDS = 6


class Normaliser:
    """All disguises, undone in order, until the text stays the same.

    Args:
        plain: disguises of single characters, in order; undoing them twice changes nothing.
        hidden: disguises of words, in order; one may hide another.
    """

    def __init__(self, plain: list[Disguise], hidden: list[Disguise]) -> None:
        self._plain = plain
        self._hidden = hidden

    @classmethod
    def load(cls, data_dir: Path, matcher: RuleMatcher) -> Normaliser:
        """Build the normaliser from ``disguise.yml`` and ``characters.tsv``.

        Args:
            data_dir: the scam data directory.
            matcher: the rules, whose words may have noise inside.
        """
        data = load_yaml(data_dir / "disguise.yml", DisguiseData)
        tables = load_tables(data_dir / "characters.tsv")
        known = matcher.words
        keywords = Keywords(data.keywords, known, matcher.traces | matcher.hints, set(data.honest), tables)
        return cls(
            [Width(), Traditional(tables.simplified), Invisible(), Symbols(data.symbols)],
            [
                Columns(keywords),
                Reversed(keywords),
                Noise(keywords),
                Variants(data.written_forms()),
                SplitCharacters(tables.parts, keywords),
                LookAlikes(data.shapes, keywords),
                SpelledOut(keywords, known),
                SoundAlikes(keywords, data.shapes),
            ],
        )

    def normalise(self, raw: str) -> MappedText:
        """Undo every disguise.

        Args:
            raw: text as written, of any content.

        Returns:
            The text as meant; ``raw_span`` of it leads back to ``raw``.
        """
        text = MappedText(raw)
        for _ in range(MAX_ROUNDS):
            for disguise in self._plain:
                text = disguise.undo(text)
            before = text
            for disguise in self._hidden:
                text = disguise.undo(text)
            if text is before or text.text == before.text:
                break
        return text

    def is_disguised(self, raw: str, mapped: MappedText, start: int, end: int) -> bool:
        """Say whether a range of a normalised text was written otherwise, by more than width, capitals, traditional characters or spaces."""
        first, last = mapped.raw_span(start, end)
        written = MappedText("".join(raw[first:last].split()))
        for disguise in self._plain:
            written = disguise.undo(written)
        return written.text != mapped.text[start:end]

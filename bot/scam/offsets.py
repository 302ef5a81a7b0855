"""Text that remembers where each of its characters came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MappedText:
    """A text derived from a raw text, with the raw range of every character.

    Args:
        text: the derived text.
        starts: for each character of ``text``, where its raw range starts; ``None`` while text and raw text are the same.
        ends: for each character of ``text``, where its raw range ends (exclusive); ``None`` as above.
    """

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Give the raw range behind ``text[start:end]``; for reversed text this is the smallest range that holds all of it."""
        if self.starts is None or self.ends is None:
            return start, end
        if start >= end:
            here = self.starts[start] if start < len(self.starts) else (max(self.ends) if self.ends else 0)
            return here, here
        return min(self.starts[start:end]), max(self.ends[start:end])

    def edited(self, edits: Iterable[tuple[int, int, str]]) -> MappedText:
        """Replace ranges of the text. A replacement of the same length maps character by character, any other maps as a whole.

        Args:
            edits: ``(start, end, replacement)`` in order, not overlapping.
        """
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        own_starts = self.starts if self.starts is not None else range(len(self.text))
        own_ends = self.ends if self.ends is not None else range(1, len(self.text) + 1)
        done = 0
        for start, end, new in edits:
            parts.append(self.text[done:start])
            starts.extend(own_starts[done:start])
            ends.extend(own_ends[done:start])
            parts.append(new)
            if len(new) == end - start:
                starts.extend(own_starts[start:end])
                ends.extend(own_ends[start:end])
            elif new:
                first, last = self.raw_span(start, end)
                starts.extend([first] * len(new))
                ends.extend([last] * len(new))
            done = end
        if not parts:
            return self
        parts.append(self.text[done:])
        starts.extend(own_starts[done:])
        ends.extend(own_ends[done:])
        return MappedText("".join(parts), starts, ends)

    def reordered(self, order: list[int]) -> MappedText:
        """Keep the characters at the given indexes, in the given order."""
        own_starts = self.starts if self.starts is not None else range(len(self.text))
        own_ends = self.ends if self.ends is not None else range(1, len(self.text) + 1)
        return MappedText("".join(self.text[i] for i in order), [own_starts[i] for i in order], [own_ends[i] for i in order])

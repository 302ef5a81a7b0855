"""What can go wrong with a transcript and be mended by the person or program that asked."""

from __future__ import annotations


class TranscriptError(ValueError):
    """A request the record of conversations cannot meet.

    Args:
        key: Which message to show; the words live with whoever shows them.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

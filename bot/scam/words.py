"""What people are told by this package: names of verdicts, and errors they can mend."""

from __future__ import annotations

from pathlib import Path

from bot.scam.data import Strict, Verdict, load_yaml


class Words(Strict):
    """Schema of ``words.yml``; errors by the key of a `ScamInputError`."""

    verdicts: dict[Verdict, str]
    errors: dict[str, str]


def load_words(data_dir: Path) -> Words:
    """Read the words.

    Args:
        data_dir: the scam data directory.

    Raises:
        ScamInputError: the file is missing or breaks its schema.
    """
    return load_yaml(data_dir / "words.yml", Words)

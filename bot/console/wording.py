"""Every word the console shows, from `data/console/wording.yml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.data_files import read_yaml

WORDING_FILE = Path(__file__).resolve().parents[2] / "data" / "console" / "wording.yml"


def _speakable(section: dict[str, str]) -> dict[str, str]:
    # Templates write `w.login.title`; a key such as "items" would reach the dict's own method instead.
    hidden = [key for key in section if hasattr(dict, key)]
    if hidden:
        raise ValueError(f"keys templates cannot reach: {', '.join(hidden)}")
    empty = [key for key, words in section.items() if not words.strip()]
    if empty:
        raise ValueError(f"no words for: {', '.join(empty)}")
    return section


Section = Annotated[dict[str, str], Field(min_length=1), AfterValidator(_speakable)]


class Wording(BaseModel):
    """The words by section. A missing or misspelt section is an error at start, a missing word an error in tests."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    common: Section
    errors: Section
    roles: Section
    login: Section
    account: Section
    transcripts: Section
    verdicts: Section
    topics: Section
    channels: Section
    steering: Section
    intents: Section
    tip_offs: Section
    fields: Section
    actors: Section
    log_actions: Section
    authors: Section
    identifier_kinds: Section
    statistics: Section
    audit: Section
    acts: Section
    details: Section
    rules: Section


@lru_cache(maxsize=1)
def load_wording(path: Path = WORDING_FILE) -> Wording:
    """Read the words.

    Args:
        path: The file.

    Returns:
        The checked words.

    Raises:
        pydantic.ValidationError: A section or a word is missing.
    """
    return Wording.model_validate(read_yaml(path))

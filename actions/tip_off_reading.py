"""How people name the parts of a tip-off, and themselves: the patterns of data/dialogue/tip_off_edits.yml."""

from __future__ import annotations

import re
from functools import cache

from actions.words import DIALOGUE_DIR
from bot.knowledge.schema import Record, load_yaml

Pattern = re.Pattern[str]


class NamedField(Record):
    """A field a person may change by name.

    Attributes:
        names: What it is called.
        context: The sentence in which a bare value is read.
        literal: What a value may look like that is taken as it stands; without it only what was recognised counts.
    """

    names: Pattern
    context: str
    literal: Pattern | None = None


class Reading(Record):
    """`tip_off_edits.yml`; what each pattern is for is said there."""

    wrong: Pattern
    meant: Pattern
    remove: Pattern
    change: Pattern
    kept: Pattern
    adding: Pattern
    not_given: Pattern
    theirs: Pattern
    own: Pattern
    leave_contact: Pattern
    own_name: Pattern
    not_a_name: Pattern
    own_address: Pattern
    kinds: dict[str, Pattern]
    identity: dict[str, Pattern]
    fields: dict[str, NamedField]


@cache
def reading() -> Reading:
    """The patterns.

    Raises:
        KnowledgeError: The file is unreadable or breaks its schema.
    """
    return load_yaml(DIALOGUE_DIR / "tip_off_edits.yml", Reading)

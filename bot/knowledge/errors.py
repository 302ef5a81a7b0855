"""The one exception of this package: something the person, or whoever keeps the data, can put right."""

from __future__ import annotations


class KnowledgeError(Exception):
    """Something a person can fix; its words are `errors.<key>` in data/knowledge/wording.yml.

    Args:
        key: name of the message.
        detail: what exactly was wrong, for the log and for whoever keeps the data.
        values: what the message's placeholders stand for.
    """

    def __init__(self, key: str, detail: str = "", **values: object) -> None:
        super().__init__(f"{key}: {detail}" if detail else key)
        self.key = key
        self.detail = detail
        self.values = values

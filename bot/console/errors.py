"""What a member of staff can put right, told in their words."""

from __future__ import annotations


class ConsoleError(ValueError):
    """A request the console cannot meet.

    Args:
        key: Which message of section `errors` in `data/console/wording.yml` to show.
        status: The HTTP status that goes with it.
    """

    def __init__(self, key: str, status: int = 400) -> None:
        super().__init__(key)
        self.key = key
        self.status = status

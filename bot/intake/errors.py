"""The one kind of error a person can do something about; its words are data."""


class IntakeError(Exception):
    """Something the person concerned can fix or must be told.

    Attributes:
        key: Name of the words in `data/intake/words.yml`, section `errors`.
        values: What fills the words' placeholders.
    """

    def __init__(self, key: str, **values: str | int) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class ChainBrokenError(Exception):
    """A log chain does not fit while something is to be appended to it: the store was tampered with or is damaged."""

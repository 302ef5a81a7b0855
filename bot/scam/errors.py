"""The one error of this package that a person can fix."""


class ScamInputError(ValueError):
    """Input the scam package cannot use, with a message key whose words live in ``data/scam/words.yml``.

    Args:
        key: message key under ``errors``.
        detail: what exactly was wrong, for a log or a rule author; never the person's own text.
    """

    def __init__(self, key: str, detail: str = "") -> None:
        super().__init__(f"{key}: {detail}" if detail else key)
        self.key = key
        self.detail = detail

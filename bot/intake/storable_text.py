"""Makes any text storable: databases refuse lone surrogates, and PostgreSQL refuses NUL in a readable column."""

from typing import Annotated

from pydantic import BeforeValidator


def encodable(text: object) -> object:
    """Replaces lone surrogates (half an emoji cut off by a phone) in a string; leaves everything else alone."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else text


def readable(text: str) -> str:
    """Returns text fit for a readable column of either database."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


Text = Annotated[str, BeforeValidator(encodable)]

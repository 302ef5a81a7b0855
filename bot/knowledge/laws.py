"""The laws, notices and contract terms the answers rest on, and how a person sees them cited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from bot.knowledge.schema import Record, load_yaml

Confidence = Literal["V", "v", "K"]
"""V: read in the official text; v: second-hand; K: common knowledge, not read in the text here."""


class Article(Record):
    """One article and what it says in plain words."""

    article: str
    says: str
    confidence: Confidence = "V"


class Document(Record):
    """One law, rule or notice: its full name, the name people use, the version in force, its articles."""

    name: str
    short: str
    version: str = ""
    articles: dict[str, Article]


class LawsFile(Record):
    """Schema of laws.yml."""

    checked: date
    documents: dict[str, Document] = Field(min_length=1)


@dataclass(frozen=True)
class Citation:
    """A source shown to a person. `law` is its full name, `short` the usual one, `checked` the ISO date it was last compared with the source."""

    id: str
    law: str
    short: str
    article: str
    checked: str
    says: str
    confidence: Confidence

    def as_dict(self) -> dict[str, str]:
        """`{law, article, checked}`, the form of the `guard ask` output."""
        return {"law": self.law, "article": self.article, "checked": self.checked}


def load_citations(directory: Path) -> dict[str, Citation]:
    """Every citation of laws.yml by its id, `<document>_<article>`.

    Raises:
        KnowledgeError: the file is unreadable or breaks its schema.
    """
    laws = load_yaml(directory / "laws.yml", LawsFile)
    checked = laws.checked.isoformat()
    return {
        f"{document_id}_{article_id}": Citation(
            id=f"{document_id}_{article_id}",
            law=document.name,
            short=document.short,
            article=article.article,
            checked=checked,
            says=article.says,
            confidence=article.confidence,
        )
        for document_id, document in laws.documents.items()
        for article_id, article in document.articles.items()
    }

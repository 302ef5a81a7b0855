"""Which kind of insurance, and which way of buying, a text speaks of. Data: data/knowledge/products.yml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ahocorasick_rs

from bot.knowledge.quantities import fold
from bot.knowledge.schema import Record, load_yaml
from bot.knowledge.topics import Channel, Product


class Named(Record):
    """A kind: its display name and the words people use for it."""

    name: str
    words: tuple[str, ...]


class Kind(Named):
    """A kind of insurance; `topic` tells how it is surrendered."""

    topic: str


class ProductsFile(Record):
    """Schema of products.yml."""

    products: dict[Product, Kind]
    channels: dict[Channel, Named]


@dataclass(frozen=True)
class KindMention:
    """A kind named in a text: the id, and where."""

    id: str
    start: int
    end: int
    phrase: str


@dataclass(frozen=True)
class Products:
    """Recognises kinds of insurance and ways of buying by name. Build it with `load`."""

    content: ProductsFile

    @classmethod
    def load(cls, directory: Path) -> Products:
        """Read products.yml from `directory`.

        Raises:
            KnowledgeError: the file is unreadable or breaks its schema.
        """
        return cls(load_yaml(directory / "products.yml", ProductsFile))

    def find(self, text: str) -> tuple[KindMention, ...]:
        """Every kind of insurance named in the text, in order; the longest name at a place wins."""
        return self._products.find(text)

    def find_channels(self, text: str) -> tuple[KindMention, ...]:
        """Every way of buying named in the text, in order."""
        return self._channels.find(text)

    def name(self, product: Product) -> str:
        """The display name of a kind of insurance."""
        return self.content.products[product].name

    def topic_after(self, last_topic: str, product: Product) -> str:
        """The topic that answers "what about this kind?": the kind's own after another kind's, else the last one again."""
        own = {kind.topic for kind in self.content.products.values()}
        return self.content.products[product].topic if last_topic in own else last_topic

    @cached_property
    def _products(self) -> _Finder:
        return _Finder({word: kind for kind, named in self.content.products.items() for word in named.words})

    @cached_property
    def _channels(self) -> _Finder:
        return _Finder({word: kind for kind, named in self.content.channels.items() for word in named.words})


class _Finder:
    def __init__(self, ids_by_word: dict[str, str]) -> None:
        self._ids = tuple(ids_by_word.values())
        self._matcher = ahocorasick_rs.AhoCorasick([fold(word) for word in ids_by_word], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)

    def find(self, text: str) -> tuple[KindMention, ...]:
        hits = self._matcher.find_matches_as_indexes(fold(text))
        return tuple(KindMention(self._ids[index], start, end, text[start:end]) for index, start, end in hits)

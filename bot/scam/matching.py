"""Finds what the rules say in a normalised text: literals by Aho-Corasick, token patterns by spaCy, spans in ``doc.spans``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import spacy
from ahocorasick_rs import AhoCorasick, MatchKind
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span

from bot.scam.data import LexiconData, Rule
from bot.scam.patterns import Tokeniser, parse, words_of

_SENTENCE_ENDS = "。!?;\n"


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule found at ``text[start:end]`` of the normalised text."""

    rule: Rule
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules found in one normalised text.

    Args:
        doc: the document; its ``spans["rules"]`` holds the hits labelled by rule.
        lemmas: joined concept names of its tokens.
        hits: the hits in order of place.
        traced: whether any word is a trace of a signal that could be there.
        insurance: whether the text names insurance or surrender.
    """

    doc: Doc
    lemmas: list[str]
    hits: list[Hit]
    traced: bool
    insurance: bool


@dataclass(frozen=True, slots=True)
class _Search:
    """One token pattern, with the concepts a text must hold for it to be possible.

    Args:
        rule_id: whose pattern it is.
        needs: for each place that is not optional, the bits of the concepts that may stand there.
        matcher: finds it.
    """

    rule_id: str
    needs: list[int]
    matcher: Matcher

    def possible(self, present: int) -> bool:
        """Say whether a text that holds the given concepts may hold the pattern."""
        return all(need & present for need in self.needs)

    def spans(self, doc: Doc) -> list[tuple[int, int]]:
        """Find it in a document, as token ranges."""
        return [(first, last) for _, first, last in self.matcher(doc)]


class RuleMatcher:
    """All rules over one normalised text.

    Args:
        rules: the rules.
        lexicon: ideas and words.
    """

    def __init__(self, rules: list[Rule], lexicon: LexiconData) -> None:
        self.rules = {rule.id: rule for rule in rules}
        self.lexicon = lexicon
        named = words_of(text for rule in rules for text in [*rule.patterns, *(text for text in rule.unless if "{" in text)])
        self._nlp = spacy.blank("zh")
        self.tokeniser = Tokeniser(self._nlp.vocab, lexicon, named)
        self._phrases = [(phrase, rule.id, False) for rule in rules for phrase in rule.phrases]
        self._phrases += [(phrase, rule.id, True) for rule in rules for phrase in rule.unless if "{" not in phrase]
        self._literals = AhoCorasick([phrase for phrase, _, _ in self._phrases], matchkind=MatchKind.Standard)
        self._hints = AhoCorasick(lexicon.hints, matchkind=MatchKind.Standard)
        self._telling = [not void and bool(self.rules[rule_id].signal) for _, rule_id, void in self._phrases]
        self._insurance = {name for name, concept in lexicon.concepts.items() if concept.insurance}
        self._traces = {name for name, concept in lexicon.concepts.items() if concept.trace}
        self._bits = {
            name: 1 << place for place, name in enumerate(sorted({n for lemma in self.tokeniser.lemmas.values() for n in lemma.split("+")}))
        }
        self._bits |= {name: 1 << (len(self._bits) + place) for place, name in enumerate(("percent", "amount"))}
        self._searches = [self._search(rule.id, text) for rule in rules for text in rule.patterns]
        self._voids = {rule.id: [self._search(rule.id, text) for text in rule.unless if "{" in text] for rule in rules}

    def _search(self, rule_id: str, pattern: str) -> _Search:
        """Make a matcher of its own for each pattern: running all of them on every text costs twenty times what the possible ones cost."""
        matcher = Matcher(self._nlp.vocab)
        matcher.add(rule_id, [self.tokeniser.token_pattern(pattern)], greedy="LONGEST")
        needs = [sum(self._bits[name] for name in item.names) for item in parse(pattern) if item.names and not item.optional]
        return _Search(rule_id, needs, matcher)

    @property
    def words(self) -> set[str]:
        """Every word and literal that a rule may look for."""
        return set(self.tokeniser.lemmas) | {phrase for phrase, _, void in self._phrases if not void} | set(self.lexicon.hints)

    @property
    def traces(self) -> set[str]:
        """Every word and literal that is a trace of a signal."""
        words = {word for word, lemma in self.tokeniser.lemmas.items() if not self._traces.isdisjoint(lemma.split("+"))}
        return words | set(self.lexicon.hints) | {phrase for (phrase, _, _), telling in zip(self._phrases, self._telling, strict=True) if telling}

    def match(self, text: str, ungated: bool = False) -> Found | None:
        """Find all rules in a normalised text.

        Args:
            text: the normalised text.
            ungated: whether to look even without a trace of any signal, as in the turns of a conversation.

        Returns:
            What was found; None where no word is a trace of any signal and the look was not ungated.
        """
        literals = self._literals.find_matches_as_indexes(text, overlapping=True)
        words, starts, lemmas = self.tokeniser.cut(text)
        present = {name for lemma in set(lemmas) if lemma for name in lemma.split("+")}
        here = sum(self._bits[name] for name in present)
        possible = [search for search in self._searches if search.needs[0] & here and search.possible(here)]
        traced = any(self._telling[index] for index, _, _ in literals)
        traced = traced or not self._traces.isdisjoint(present) or bool(self._hints.find_matches_as_indexes(text))
        if not (traced or ungated):
            return None
        doc = self.tokeniser.doc(words, lemmas)
        found: list[tuple[str, int, int]] = []
        for search in possible:
            for first, last in search.spans(doc):
                found.append((search.rule_id, starts[first], starts[last - 1] + len(words[last - 1])))
        for index, start, end in literals:
            _, rule_id, void = self._phrases[index]
            found.append((f"-{rule_id}" if void else rule_id, start, end))
        for rule_id in {name for name, _, _ in found}:
            for search in filter(lambda void: void.possible(here), self._voids.get(rule_id, ())):
                found += [(f"-{rule_id}", starts[first], starts[last - 1] + 1) for first, last in search.spans(doc)]
        hits = self._standing(text, found)
        doc.spans["rules"] = [span for hit in hits if (span := _span(doc, starts, words, hit)) is not None]
        return Found(doc, lemmas, hits, traced, not self._insurance.isdisjoint(present))

    def _standing(self, text: str, found: Iterable[tuple[str, int, int]]) -> list[Hit]:
        """Drop hits voided in their sentence, and of each rule what lies inside a longer hit."""
        hits = []
        voids = [(name[1:], start) for name, start, _ in found if name.startswith("-")]
        best: dict[str, list[tuple[int, int]]] = {}
        for name, start, end in sorted(found, key=lambda f: (f[1] - f[2], f[1])):
            if name.startswith("-") or any(s <= start and end <= e for s, e in best.get(name, [])):
                continue
            best.setdefault(name, []).append((start, end))
            if voids:
                first = max((text.rfind(c, 0, start) for c in _SENTENCE_ENDS), default=-1)
                last = min((at for c in _SENTENCE_ENDS if (at := text.find(c, end)) >= 0), default=len(text))
                if any(rule == name and first < at < last for rule, at in voids):
                    continue
            hits.append(Hit(self.rules[name], start, end))
        return sorted(hits, key=lambda hit: (hit.start, -hit.end))


def _span(doc: Doc, starts: list[int], words: list[str], hit: Hit) -> Span | None:
    """Give the tokens that a hit touches."""
    inside = [i for i, start in enumerate(starts) if start < hit.end and hit.start < start + len(words[i])]
    return Span(doc, inside[0], inside[-1] + 1, label=hit.rule.id) if inside else None

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
        self._telling = [not void and bool(self.rules[rule_id].signal) for _, rule_id, void in self._phrases]
        self._traces = {name for name, concept in lexicon.concepts.items() if concept.trace}
        self._groups = self._grouped(rules)

    def _grouped(self, rules: list[Rule]) -> list[tuple[list[frozenset[str]], Matcher]]:
        """One matcher for each signal or frame, with what a text must hold for any of its patterns to be possible."""
        groups: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.patterns:
                groups.setdefault(rule.signal or rule.frame, []).append(rule)
        made = []
        for members in groups.values():
            matcher = Matcher(self._nlp.vocab)
            needs = []
            for rule in members:
                matcher.add(rule.id, [self.tokeniser.token_pattern(text) for text in rule.patterns], greedy="LONGEST")
                voids = [text for text in rule.unless if "{" in text]
                if voids:
                    matcher.add(f"-{rule.id}", [self.tokeniser.token_pattern(text) for text in voids])
                for text in rule.patterns:
                    needs.append(parse(text)[0].names)
            made.append((needs, matcher))
        return made

    @property
    def words(self) -> set[str]:
        """Every word and literal that a rule may look for."""
        return set(self.tokeniser.lemmas) | {phrase for phrase, _, void in self._phrases if not void}

    def match(self, text: str) -> tuple[Doc, list[Hit]] | None:
        """Find all rules in a normalised text.

        Returns:
            The document, whose ``spans["rules"]`` holds the hits labelled by rule, and the hits in order of place; None where no word is a
            trace of any signal.
        """
        literals = self._literals.find_matches_as_indexes(text, overlapping=True)
        words, starts, lemmas = self.tokeniser.cut(text)
        present = {name for lemma in set(lemmas) if lemma for name in lemma.split("+")}
        if self._traces.isdisjoint(present) and not any(self._telling[index] for index, _, _ in literals):
            return None
        doc = self.tokeniser.doc(words, lemmas)
        found: list[tuple[str, int, int]] = []
        for needs, matcher in self._groups:
            if any(not names.isdisjoint(present) for names in needs):
                for key, first, last in matcher(doc):
                    found.append((doc.vocab.strings[key], starts[first], starts[last - 1] + len(words[last - 1])))
        for index, start, end in literals:
            _, rule_id, void = self._phrases[index]
            found.append((f"-{rule_id}" if void else rule_id, start, end))
        hits = self._standing(text, found)
        doc.spans["rules"] = [span for hit in hits if (span := _span(doc, starts, words, hit)) is not None]
        return doc, hits

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

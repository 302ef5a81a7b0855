"""Finds what the rules say in a normalised text: literals by Aho-Corasick, token patterns by spaCy, spans in ``doc.spans``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property, partial, reduce
from itertools import accumulate
from operator import or_

import spacy
from ahocorasick_rs import AhoCorasick, MatchKind
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span

from bot.scam.data import LexiconData, Rule
from bot.scam.patterns import SENTENCE_STOPS, Tokeniser, parse, words_of

_SENTENCE_ENDS = "。!?;\n"
# One such word, a card or a hint of one, stands in every fifteenth everyday message; so many different ones seldom do.
MIN_TRACES = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule found at ``text[start:end]`` of the normalised text."""

    rule: Rule
    start: int
    end: int


@dataclass(frozen=True)
class Found:
    """What the rules found in one normalised text.

    Args:
        words: its tokens.
        starts: where each of them starts.
        lemmas: joined concept names of each.
        hits: the hits in order of place.
        traces: the different words that are a trace of a signal that could be there, and hints of one.
        insurance: whether the text names insurance or surrender.
        make_doc: makes the document of the tokens.
    """

    words: list[str]
    starts: list[int]
    lemmas: list[str]
    hits: list[Hit]
    traces: frozenset[str]
    insurance: bool
    make_doc: Callable[[], Doc]

    @cached_property
    def doc(self) -> Doc:
        """The document, made when first asked for; its ``spans["rules"]`` holds the hits labelled by rule."""
        doc = self.make_doc()
        doc.spans["rules"] = [span for hit in self.hits if (span := self._span(doc, hit)) is not None]
        return doc

    def _span(self, doc: Doc, hit: Hit) -> Span | None:
        """Give the tokens that a hit touches."""
        inside = [i for i, start in enumerate(self.starts) if start < hit.end and hit.start < start + len(self.words[i])]
        return Span(doc, inside[0], inside[-1] + 1, label=hit.rule.id) if inside else None


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Where in a cut text concepts stand.

    Args:
        concepts: for each token, the bits of its concepts.
        sentences: for each token, the number of its sentence.
        present: the bits of all concepts.
    """

    concepts: list[int]
    sentences: list[int]
    present: int

    def places(self, need: int) -> list[int]:
        """Give the tokens that stand for one of the concepts whose bits are given."""
        return [place for place, concepts in enumerate(self.concepts) if need & concepts]


@dataclass(frozen=True, slots=True)
class _Search:
    """One token pattern, with what a text must hold for it to be possible.

    Args:
        rule_id: whose pattern it is.
        needs: for each place that is not optional, the bits of the concepts that may stand there.
        reaches: for each of those, how many tokens after the one before it may stand at most.
        trail: how many tokens may stand after the last of them.
        matcher: finds it.
    """

    rule_id: str
    needs: list[int]
    reaches: list[int]
    trail: int
    matcher: Matcher

    def window(self, tokens: _Tokens) -> tuple[int, int] | None:
        """Give the range of tokens outside of which the pattern cannot stand: its concepts must come in order, near enough, in one sentence.

        Running the matcher costs fifty times as much as this, and less in a short range.
        """
        for need in self.needs:  # all() costs three times as much, and most patterns end here
            if not need & tokens.present:
                return None
        sentences = tokens.sentences
        here = tokens.places(self.needs[0])
        start = max(0, here[0] - self.reaches[0] + 1)
        for need, reach in zip(self.needs[1:], self.reaches[1:], strict=True):
            before = here
            here = [p for p in tokens.places(need) if any(0 < p - q <= reach and sentences[p] == sentences[q] for q in before)]
            if not here:
                return None
        return start, here[-1] + self.trail + 1

    def spans(self, doc: Doc, window: tuple[int, int]) -> list[tuple[int, int]]:
        """Find it in a range of a document, as token ranges."""
        start, end = window
        return [(start + first, start + last) for _, first, last in self.matcher(doc[start:end])]


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
        self._phrases += [(word, rule.id, False) for rule in rules for word in rule.disguised]
        self._disguised = {rule.id for rule in rules if rule.disguised}
        self._phrases += [(phrase, rule.id, True) for rule in rules for phrase in rule.unless if "{" not in phrase]
        self._literals = AhoCorasick([phrase for phrase, _, _ in self._phrases], matchkind=MatchKind.Standard)
        self._hints = AhoCorasick(lexicon.hints, matchkind=MatchKind.LeftmostLongest)
        self._telling = [not void and bool(self.rules[rule_id].signal) and rule_id not in self._disguised for _, rule_id, void in self._phrases]
        self._insurance = {name for name, concept in lexicon.concepts.items() if concept.insurance}
        self._traces = {name for name, concept in lexicon.concepts.items() if concept.trace}
        self._trace_lemmas = {lemma for lemma in self.tokeniser.lemmas.values() if not self._traces.isdisjoint(lemma.split("+"))}
        self._trace_words = AhoCorasick(sorted(self.traces), matchkind=MatchKind.Standard)
        self._bits = {
            name: 1 << place for place, name in enumerate(sorted({n for lemma in self.tokeniser.lemmas.values() for n in lemma.split("+")}))
        }
        self._bits |= {name: 1 << (len(self._bits) + place) for place, name in enumerate(("percent", "amount"))}
        named_together = {*self.tokeniser.lemmas.values(), "percent", "amount"}
        self._lemma_bits = {"": 0} | {lemma: sum(self._bits[name] for name in lemma.split("+")) for lemma in named_together}
        self._searches = [self._search(rule.id, text) for rule in rules for text in rule.patterns]
        self._begun_by = {name: [i for i, search in enumerate(self._searches) if search.needs[0] & bit] for name, bit in self._bits.items()}
        self._voids = {rule.id: [self._search(rule.id, text) for text in rule.unless if "{" in text] for rule in rules}

    def _search(self, rule_id: str, pattern: str) -> _Search:
        """Make a matcher of its own for each pattern: running all of them on every text costs twenty times what the possible ones cost."""
        matcher = Matcher(self._nlp.vocab)
        matcher.add(rule_id, [self.tokeniser.token_pattern(pattern)], greedy="LONGEST")
        needs, reaches, reach = [], [], 1
        for item in parse(pattern):
            if item.names and not item.optional:
                needs.append(sum(self._bits[name] for name in item.names))
                reaches.append(reach)
                reach = 1
            else:
                reach += item.gap or 1
        return _Search(rule_id, needs, reaches, reach - 1, matcher)

    @property
    def words(self) -> set[str]:
        """Every word and literal that a rule may look for."""
        return set(self.tokeniser.lemmas) | {phrase for phrase, _, void in self._phrases if not void} | set(self.lexicon.hints)

    @property
    def traces(self) -> set[str]:
        """Every word and literal that is a trace of a signal."""
        words = {word for word, lemma in self.tokeniser.lemmas.items() if lemma in self._trace_lemmas}
        return words | {phrase for (phrase, _, _), telling in zip(self._phrases, self._telling, strict=True) if telling}

    @property
    def hints(self) -> set[str]:
        """Every word of which `MIN_TRACES` different ones are a trace of a signal."""
        return set(self.lexicon.hints)

    def match(self, text: str, ungated: bool = False, is_disguised: Callable[[int, int], bool] | None = None) -> Found | None:
        """Find all rules in a normalised text.

        Args:
            text: the normalised text.
            ungated: whether to look even without a trace of any signal, as in the turns of a conversation.
            is_disguised: says whether ``text[start:end]`` was written otherwise before it was normalised.

        Returns:
            What was found; None where no word is a trace of any signal and the look was not ungated.
        """
        hints = {text[start:end] for _, start, end in self._hints.find_matches_as_indexes(text)}
        if not (ungated or len(hints) >= MIN_TRACES or self._trace_words.find_matches_as_indexes(text)):
            return None
        literals = self._literals.find_matches_as_indexes(text, overlapping=True)
        words, starts, lemmas = self.tokeniser.cut(text)
        present = {name for lemma in set(lemmas) if lemma for name in lemma.split("+")}
        traces = hints | {word for word, lemma in zip(words, lemmas, strict=True) if lemma in self._trace_lemmas}
        traces |= {text[start:end] for index, start, end in literals if self._telling[index]}
        if not (traces or ungated):
            return None
        tokens = self._tokens(words, lemmas)
        make_doc = cache(partial(self.tokeniser.doc, words, lemmas))
        begun = sorted({place for name in present for place in self._begun_by.get(name, ())})
        found: list[tuple[str, int, int]] = []
        for search in map(self._searches.__getitem__, begun):
            if window := search.window(tokens):
                for first, last in search.spans(make_doc(), window):
                    found.append((search.rule_id, starts[first], starts[last - 1] + len(words[last - 1])))
        for index, start, end in literals:
            _, rule_id, void = self._phrases[index]
            if rule_id in self._disguised and not (is_disguised and is_disguised(start, end)):
                continue
            found.append((f"-{rule_id}" if void else rule_id, start, end))
        for rule_id in {name for name, _, _ in found}:
            for search in self._voids.get(rule_id, ()):
                if window := search.window(tokens):
                    found += [(f"-{rule_id}", starts[first], starts[last - 1] + 1) for first, last in search.spans(make_doc(), window)]
        return Found(words, starts, lemmas, self._standing(text, found), frozenset(traces), not self._insurance.isdisjoint(present), make_doc)

    def _tokens(self, words: list[str], lemmas: list[str]) -> _Tokens:
        """Say where concepts stand."""
        concepts = [self._lemma_bits[lemma] for lemma in lemmas]
        sentences = list(accumulate(int(not lemma and word in SENTENCE_STOPS) for word, lemma in zip(words, lemmas, strict=True)))
        return _Tokens(concepts, sentences, reduce(or_, concepts, 0))

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

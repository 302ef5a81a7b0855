"""Speed of screening, beside plain ``re`` alternation and spaCy's PhraseMatcher looking for the same words in the same run.

Run: ``python bench/scam_speed.py [--workers N] [--screens]``. Everyday text is the shared evaluation file where present, else our own training
texts of everyday talk; one message in a hundred is an agent's.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path

import spacy
import yaml
from spacy.matcher import PhraseMatcher

from bot.scam.bulk import Row, screen_all
from bot.scam.data import LexiconData, load_rules, load_yaml
from bot.scam.detector import ScamDetector
from bot.scam.matching import RuleMatcher
from bot.scam.screenshot import ScreenshotReader

ROOT = Path(__file__).parents[1]
DATA, MODELS = ROOT / "data" / "scam", ROOT / "models"
EVERYDAY = ROOT.parent / "shared" / "eval" / "benign_chat.jsonl"
MIX = 20_000


def everyday() -> list[str]:
    if EVERYDAY.exists():
        return [json.loads(line)["text"] for line in EVERYDAY.read_text(encoding="utf-8").splitlines()]
    voices = yaml.safe_load((DATA / "training" / "other.yml").read_text(encoding="utf-8"))["voices"]
    return [text for texts in voices.values() for text in texts]


def rate(name: str, texts: Sequence[str], work: Callable[[str], object]) -> float:
    for text in texts[:200]:
        work(text)
    started = time.process_time()
    for text in texts:
        work(text)
    each = (time.process_time() - started) / len(texts)
    print(f"{name:44s} {1 / each:10.0f} messages/s a core  {each * 1e6:8.1f} us")
    return each


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--screens", action="store_true", help="also time screenshots")
    options = parser.parse_args()
    held = yaml.safe_load((ROOT / "tests" / "scam" / "heldout.yml").read_text(encoding="utf-8"))
    scam = held["agent_lines"] + held["agent_fragments"]
    calm = list(islice(cycle(everyday()), MIX))
    mix = [scam[i // 100 % len(scam)] if i % 100 == 0 else text for i, text in enumerate(calm)]

    detector = ScamDetector.load(DATA, MODELS)
    matcher = RuleMatcher(load_rules(DATA), load_yaml(DATA / "lexicon.yml", LexiconData))
    words = sorted(matcher.traces)
    alternation = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
    nlp = spacy.blank("zh")
    phrases = PhraseMatcher(nlp.vocab)
    phrases.add("trace", list(nlp.pipe(words)))

    print(f"1 % mix, {len(mix)} messages, {len(words)} words")
    ours = rate("guard, pre-filter and full pipeline", mix, detector.screen_text)
    plain = rate("re alternation, words only, no disguise", mix[:3000], alternation.findall)
    spacys = rate("spaCy PhraseMatcher, words only, no disguise", mix[:3000], lambda text: phrases(nlp.make_doc(text)))
    print(f"ratio: {plain / ours:.2f} x re, {spacys / ours:.2f} x PhraseMatcher\n")
    print("text that reaches the full pipeline")
    rate("guard, full pipeline", scam * 5, lambda text: detector.screen_text(text, prefiltered=False))

    started = time.monotonic()
    count = sum(1 for _ in screen_all((Row(text=text) for text in mix * 5), DATA, MODELS, options.workers))
    print(f"\nbulk, {options.workers} workers, loading included: {count / (time.monotonic() - started):.0f} messages/s")
    if options.screens:
        reader = ScreenshotReader(seconds=120)
        image = (ROOT / "tests" / "scam" / "screens" / "chat.png").read_bytes()
        reader.read(image)
        seconds = []
        for _ in range(5):
            started = time.monotonic()
            detector.screen_turns(reader.read(image).turns)
            seconds.append(time.monotonic() - started)
        print(f"screenshot to verdict: median {statistics.median(seconds):.2f} s")
        reader.close()


if __name__ == "__main__":
    main()

"""Speed of screening, beside plain ``re`` alternation and spaCy's PhraseMatcher looking for the same words in the same run.

Run: ``python bench/scam_speed.py [--workers N] [--screens]``. Everyday text is the shared evaluation file where present, else our own training
texts of everyday talk; one message in a hundred is an agent's.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import TypeVar

import spacy
import yaml
from spacy.matcher import PhraseMatcher

from bot.scam.bulk import BATCH_ROWS, Row, screen_all
from bot.scam.data import LexiconData, load_rules, load_yaml
from bot.scam.detector import ScamDetector
from bot.scam.matching import RuleMatcher
from bot.scam.screenshot import ScreenshotReader

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.scam.phones import CHAT, GROUP, LONG, Phone, photograph  # noqa: E402  (the root is no package to install)

DATA, MODELS = ROOT / "data" / "scam", ROOT / "models"
EVERYDAY = ROOT.parent / "shared" / "eval" / "benign_chat.jsonl"
MIX = 20_480
RUNS = 3
T = TypeVar("T")


def everyday() -> list[str]:
    if EVERYDAY.exists():
        return [json.loads(line)["text"] for line in EVERYDAY.read_text(encoding="utf-8").splitlines()]
    voices = yaml.safe_load((DATA / "training" / "other.yml").read_text(encoding="utf-8"))["voices"]
    return [text for texts in voices.values() for text in texts]


def batched(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (texts[at : at + size] for at in range(0, len(texts), size))


def rate(name: str, items: Sequence[T], work: Callable[[T], object], size: int = 1) -> float:
    """Time the work on items of so many messages each, the best of several runs: other programs only ever make it slower."""
    times = []
    for _ in range(RUNS + 1):  # the first fills caches
        started = time.process_time()
        for item in items:
            work(item)
        times.append(time.process_time() - started)
    each = min(times[1:]) / (len(items) * size)
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
    ours = rate("guard, pre-filter and full pipeline, bulk", list(batched(mix, BATCH_ROWS)), detector.screen_texts, BATCH_ROWS)
    rate("guard, the same one by one", mix[:3000], detector.screen_text)
    plain = rate("re alternation, words only, no disguise", mix[:3000], alternation.findall)
    spacys = rate("spaCy PhraseMatcher, words only, no disguise", mix[:3000], lambda text: phrases(nlp.make_doc(text)))
    print(f"ratio: {plain / ours:.2f} x re, {spacys / ours:.2f} x PhraseMatcher\n")
    print("text that reaches the full pipeline")
    rate("guard, full pipeline", scam * 5, lambda text: detector.screen_text(text, prefiltered=False))

    started = 0.0
    count = 0
    for _ in screen_all((Row(text=text) for text in mix * 10), DATA, MODELS, options.workers):
        started = started or time.monotonic()  # loading is no screening
        count += 1
    print(f"\nbulk, {options.workers} workers: {count / (time.monotonic() - started):.0f} messages/s")
    if options.screens:
        screens(detector)


def screens(detector: ScamDetector) -> None:
    """Time phones' screenshots from the file to the verdict, the model being warm."""
    chromium = shutil.which("chromium") or "chromium"
    reader = ScreenshotReader(seconds=120)
    reader.start()
    shapes = {
        "1080x2400": (Phone(), CHAT), "1080x2400 dark, JPEG": (Phone(dark=True, jpeg=70), CHAT), "720x1600, JPEG": (Phone(scale=2, jpeg=40), CHAT),
        "group": (Phone(), GROUP), "1080x6000": (Phone(height=2000), LONG),
    }  # fmt: skip
    for name, (phone, chat) in shapes.items():
        image = photograph(chromium, phone, "王经理", chat)
        reader.read(image)
        seconds = []
        for _ in range(5):
            started = time.monotonic()
            detector.screen_turns(reader.read(image).turns)
            seconds.append(time.monotonic() - started)
        print(f"screenshot to verdict, {name:22s} median {statistics.median(seconds):.2f} s, best {min(seconds):.2f} s")
    reader.close()


if __name__ == "__main__":
    main()

"""How much is heard and how often a false alarm is given, on held-out texts and, where present, on the shared evaluation files.

Run: ``python bench/scam_quality.py [-v]``.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import yaml

from bot.scam.chats import Turn
from bot.scam.detector import ScamDetector
from bot.scam.verdict import Screening
from tests.scam.disguising import disguise

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "eval"
BINS = 10
SHARED_FILES = ("real_scam", "warning_notices", "real_questions", "benign_insurance", "benign_chat")


def main() -> None:
    detector = ScamDetector.load(ROOT / "data" / "scam", ROOT / "models")
    held = yaml.safe_load((ROOT / "tests" / "scam" / "heldout.yml").read_text(encoding="utf-8"))
    sets = list(held.items())
    for author in ("second", "third"):
        texts = yaml.safe_load((ROOT / "tests" / "scam" / f"heldout_{author}_author.yml").read_text(encoding="utf-8"))
        sets += [(f"{name}, {author}", rows) for name, rows in texts.items()]
    groups: dict[str, list[tuple[str, Screening]]] = {}
    for name, rows in sets:
        groups[name] = [(str(row), _screen(detector, row)) for row in rows]
    disguised = [disguise(text, seed) for seed, text in enumerate(held["agent_lines"])]
    groups["agent_lines disguised"] = [(text, detector.screen_text(text)) for text in disguised]
    if SHARED.is_dir():
        for name in SHARED_FILES:
            rows = [json.loads(line) for line in (SHARED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
            groups[name] = [(row["text"], detector.screen_text(row["text"])) for row in rows]
    _reliability(groups)
    for name, found in groups.items():
        count = Counter(str(screening.verdict) for _, screening in found)
        print(f"{name:29s} n={len(found):5d}  evident {count['evident'] / len(found):.4f}  suspicious {count['suspicious'] / len(found):.4f}")
        wanted = "evident" if "agent" in name or "scam" in name else "none"
        if "-v" in sys.argv:
            for text, screening in found:
                if (screening.verdict == "evident") != (wanted == "evident"):
                    print("   ", screening.verdict, round(screening.score, 2), text[:160], [(s.rule, s.phrase) for s in screening.signals][:4])


def _reliability(groups: dict[str, list[tuple[str, Screening]]]) -> None:
    """Print how often an agent really speaks among texts of about the same score; each side counts half, however many texts it has."""
    scored = [(screening.score, "agent" in name or "scam" in name) for name, found in groups.items() for _, screening in found if screening.score > 0]
    weight = {side: 0.5 / max(1, sum(agent == side for _, agent in scored)) for side in (True, False)}
    error = 0.0
    for low in (place / BINS for place in range(BINS)):
        inside = [(score, agent) for score, agent in scored if low <= score < low + 1 / BINS or (score == 1.0 and low + 1 / BINS >= 1)]
        share = sum(weight[agent] for _, agent in inside)
        if not share:
            continue
        said = sum(score * weight[agent] for score, agent in inside) / share
        true = sum(weight[agent] for _, agent in inside if agent) / share
        error += share * abs(said - true)
        print(f"score {low:.1f}-{low + 1 / BINS:.1f}  n={len(inside):5d}  said {said:.2f}  true {true:.2f}  {'#' * round(40 * true)}")
    print(f"expected calibration error {error:.3f}")


def _screen(detector: ScamDetector, row: str | dict[str, list[dict[str, str]]]) -> Screening:
    if isinstance(row, str):
        return detector.screen_text(row)
    return detector.screen_turns([Turn(turn["speaker"], turn["text"]) for turn in row["turns"]])


if __name__ == "__main__":
    main()

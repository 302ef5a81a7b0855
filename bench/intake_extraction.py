"""Scores the reading of narratives: micro F1 over the fields an agency acts on, lead agency, urgency.

Usage: python bench/intake_extraction.py tests/intake/data/narratives_held_out.jsonl [--errors]
"""

import argparse
import json
import re
import time
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from bot.intake.catalog import IntakeCatalog
from bot.intake.extraction import extract

ROOT = Path(__file__).resolve().parents[1]
SCORED = ("phone", "wechat", "bank_account", "account_name", "company", "amount_paid", "fee_rate", "place")


@dataclass
class Score:
    """Counts of one run."""

    rows: int = 0
    right: int = 0
    found: int = 0
    told: int = 0
    lead_right: int = 0
    urgent_told: int = 0
    urgent_right: int = 0
    urgent_found: int = 0
    milliseconds: float = 0.0
    by_field: dict[str, list[int]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall over all scored fields."""
        return 2 * self.right / max(self.found + self.told, 1)

    @property
    def lead_accuracy(self) -> float:
        """Share of rows with the right lead agency."""
        return self.lead_right / max(self.rows, 1)

    @property
    def urgency_recall(self) -> float:
        """Share of urgent rows found urgent."""
        return self.urgent_right / max(self.urgent_told, 1)

    @property
    def urgency_precision(self) -> float:
        """Share of rows found urgent that are."""
        return self.urgent_right / max(self.urgent_found, 1)


def same(name: str, told: object, found: object) -> bool:
    """Places match when one contains the other, numbers when their digits are the same; everything else must be equal."""
    if name == "place":
        return str(told) in str(found) or str(found) in str(told)
    if name in ("phone", "bank_account"):
        return re.sub(r"\D", "", str(told)) == re.sub(r"\D", "", str(found))
    return told == found or unicodedata.normalize("NFKC", str(told)).casefold() == unicodedata.normalize("NFKC", str(found)).casefold()


def score(catalog: IntakeCatalog, rows: list[dict[str, object]]) -> Score:
    """Reads every row and compares."""
    result = Score(rows=len(rows))
    started = time.perf_counter()
    for row in rows:
        text, told = str(row["text"]), dict(row["fields"])  # type: ignore[call-overload]
        read = extract(catalog, text)
        got = read.fields.found()
        for name in SCORED:
            counts = result.by_field.setdefault(name, [0, 0, 0])
            hit = name in told and name in got and same(name, told[name], got[name])
            counts[0] += hit
            counts[1] += name in got
            counts[2] += name in told
            if (name in told or name in got) and not hit:
                result.errors.append(f"{name}: told {told.get(name)!r}, found {got.get(name)!r}: {text}")
        decision = read.decision
        if decision.lead_agency == row["lead_agency"]:
            result.lead_right += 1
        else:
            result.errors.append(f"lead: told {row['lead_agency']}, found {decision.lead_agency} by {decision.rule} {got.get('behaviours')}: {text}")
        result.urgent_told += bool(row["urgent"])
        result.urgent_found += decision.urgent
        result.urgent_right += bool(row["urgent"]) and decision.urgent
        if decision.urgent != row["urgent"]:
            result.errors.append(f"urgent: told {row['urgent']}, found {decision.urgent} {got.get('behaviours')}: {text}")
    result.milliseconds = 1000 * (time.perf_counter() - started) / max(len(rows), 1)
    result.right = sum(counts[0] for counts in result.by_field.values())
    result.found = sum(counts[1] for counts in result.by_field.values())
    result.told = sum(counts[2] for counts in result.by_field.values())
    return result


def main() -> None:
    """Prints one JSON object, and with --errors every miss."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--errors", action="store_true")
    options = arguments.parse_args()
    rows = [json.loads(line) for line in options.file.read_text(encoding="utf-8").splitlines()]
    result = score(IntakeCatalog.load(ROOT / "data" / "intake"), rows)
    print(json.dumps({
        "rows": result.rows, "f1": round(result.f1, 3), "lead_accuracy": round(result.lead_accuracy, 3),
        "urgency_recall": round(result.urgency_recall, 3), "urgency_precision": round(result.urgency_precision, 3),
        "milliseconds_a_row": round(result.milliseconds, 2),
        "by_field": {name: {"right": c[0], "found": c[1], "told": c[2]} for name, c in result.by_field.items()},
    }, ensure_ascii=False))  # fmt: skip
    if options.errors:
        print("\n".join(result.errors))


if __name__ == "__main__":
    main()

"""Screens files of any size: reads rows as they come, writes verdicts in the same order."""

from __future__ import annotations

import csv
import io
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from bot.scam.chats import Turn, parse_chat
from bot.scam.detector import ScamDetector
from bot.scam.errors import ScamInputError
from bot.scam.verdict import NOTHING_FOUND, Screening

FORMATS = ("jsonl", "csv", "txt", "chat")
# Rows handed to a worker at a time: large enough to hide the hand-over, small enough that the first verdicts come at once.
BATCH_ROWS = 1024
# Batches in flight for each worker, so that a slow reader of the output never makes the input pile up in memory.
BATCHES_AHEAD = 3
# A chat export is read whole, to see whether it is one.
MAX_CHAT_BYTES = 8_000_000
TEXT_COLUMNS = ("text", "content", "message", "内容", "文本", "消息")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to screen: a text, or the turns of a conversation; ``error`` is a message key when neither could be read."""

    text: str = ""
    turns: tuple[Turn, ...] = ()
    error: str = ""


def read_rows(file: BinaryIO, form: str) -> Iterator[Row]:
    """Read rows from a file, one at a time. Broken encodings become replacement characters, a broken row becomes a row with an error.

    Args:
        file: the open file.
        form: one of ``FORMATS``.
    """
    if form == "chat":
        whole = file.read(MAX_CHAT_BYTES).decode("utf-8-sig", errors="replace")
        turns = parse_chat(whole)
        yield Row(turns=tuple(turns)) if turns else Row(text=whole)
        return
    lines = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="" if form == "csv" else None)
    if form == "csv":
        yield from _csv_rows(lines)
    elif form == "txt":
        yield from (Row(text=line.rstrip("\n")) for line in lines)
    else:
        yield from (_json_row(line) for line in lines if line.strip())


def _csv_rows(lines: Iterable[str]) -> Iterator[Row]:
    reader = csv.reader(lines)
    header = next(reader, [])
    column = next((place for place, name in enumerate(header) if name.strip().lower() in TEXT_COLUMNS), None)
    if column is None:
        raise ScamInputError("csv_without_text", ", ".join(header)[:200])
    yield from (Row(text=cells[column] if column < len(cells) else "") for cells in reader)


def _json_row(line: str) -> Row:
    try:
        row = json.loads(line)
    except ValueError:
        return Row(error="bad_row")
    if isinstance(row, dict) and isinstance(row.get("turns"), list):
        turns = [turn for turn in row["turns"] if isinstance(turn, dict)]
        return Row(turns=tuple(Turn(str(turn.get("speaker", "")), str(turn.get("text", ""))) for turn in turns))
    if isinstance(row, dict) and isinstance(row.get("text"), str):
        return Row(text=row["text"])
    return Row(error="bad_row")


def screen(detector: ScamDetector, rows: Sequence[Row]) -> list[Screening]:
    """Screen rows, each just as the chat does."""
    texts = iter(detector.screen_texts([row.text for row in rows if not row.turns]))
    return [detector.screen_turns(row.turns) if row.turns else next(texts) for row in rows]


# Most rows of most files, so it is written once.
_NOTHING_LINE = json.dumps({"verdict": str(NOTHING_FOUND.verdict), "score": NOTHING_FOUND.score, "signals": [], "stage": NOTHING_FOUND.stage})


def as_json(row: Row, screening: Screening) -> str:
    """Give the line of output of a row."""
    if screening is NOTHING_FOUND and not row.error:
        return _NOTHING_LINE
    if not screening.signals:
        told = {"verdict": str(screening.verdict), "score": round(screening.score, 4), "signals": [], "stage": screening.stage}
        return json.dumps(told | ({"error": row.error} if row.error else {}))
    signals = []
    for found in screening.signals:
        signal: dict[str, str | int] = {"signal": found.signal, "start": found.start, "end": found.end, "phrase": found.phrase}
        if row.turns:
            signal["turn"] = found.turn
        signals.append(signal | {"why": found.why, "rule": found.rule})
    told = {"verdict": str(screening.verdict), "score": round(screening.score, 4), "signals": signals, "stage": screening.stage}
    return json.dumps(told | {"speaker": screening.speaker, "advice": list(screening.advice)}, ensure_ascii=False)


def screen_all(rows: Iterable[Row], data_dir: Path, model_dir: Path, workers: int = 1) -> Iterator[tuple[Row, str]]:
    """Screen rows in order.

    Args:
        rows: what to screen.
        data_dir: the scam data directory.
        model_dir: where trained models are kept.
        workers: processes to use; with one, nothing is started.
    """
    source = iter(rows)
    batches = iter(lambda: list(islice(source, BATCH_ROWS)), [])
    if workers <= 1:
        detector = ScamDetector.load(data_dir, model_dir)
        for batch in batches:
            yield from zip(batch, map(as_json, batch, screen(detector, batch)), strict=True)
        return
    with ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(data_dir, model_dir)) as pool:
        waiting: deque[tuple[list[Row], Future[dict[int, str]]]] = deque()
        while True:
            for batch in islice(batches, workers * BATCHES_AHEAD - len(waiting)):
                waiting.append((batch, pool.submit(_work, [row if row.turns or row.error else row.text for row in batch])))
            if not waiting:
                return
            batch, done = waiting.popleft()
            lines = done.result()
            yield from ((row, lines.get(place, _NOTHING_LINE)) for place, row in enumerate(batch))


_worker: ScamDetector | None = None


def _start_worker(data_dir: Path, model_dir: Path) -> None:
    global _worker  # noqa: PLW0603 - one detector for each worker process
    _worker = ScamDetector.load(data_dir, model_dir)


def _work(batch: list[str | Row]) -> dict[int, str]:
    """Give the line of each row, by its place, where anything was found or wrong.

    Rows that are nothing but a text come as that, and lines that say nothing stay here: handing over objects would cost more than the work.
    """
    if _worker is None:
        raise RuntimeError("the worker was not started")
    rows = [Row(item) if isinstance(item, str) else item for item in batch]
    lines = map(as_json, rows, screen(_worker, rows))
    return {place: line for place, line in enumerate(lines) if line is not _NOTHING_LINE}

"""An HTML report on topic recognition: reliability of the confidences, and which topics are taken for which."""

from __future__ import annotations

import base64
import io
from collections import Counter
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bot.nlu.evaluation import Evaluation, Judged
from bot.nlu.resolution import Outcome

BINS = 10
"""Bars of the reliability plot, over [0, 1]."""

DOTS_PER_INCH = 110
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Topic recognition</title>
<style>body{{font-family:sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}}table{{border-collapse:collapse}}
td,th{{border:1px solid #999;padding:.2rem .5rem;text-align:left}}img{{max-width:100%}}</style>
<h1>Topic recognition</h1>
<table>{figures}</table>
<h2>Reliability: is a confidence of 0.8 right eight times in ten?</h2>
<p>Expected calibration error: {calibration_error}</p><img alt="reliability plot" src="{reliability}">
<h2>Confusion</h2><img alt="confusion matrix" src="{confusion}">
<h2>By topic</h2><table><tr><th>topic<th>n<th>top-1<th>top-3</tr>{by_topic}</table>
<h2>Errors</h2><table><tr><th>text<th>expected<th>got</tr>{errors}</table>
</html>
"""


def write_report(evaluation: Evaluation, folder: Path) -> Path:
    """Write `topics.html`, a page that needs no other file.

    Args:
        evaluation: What was measured.
        folder: Made when missing.

    Returns:
        The page's path.

    Raises:
        OSError: The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    figures = evaluation.figures()
    bars = reliability(evaluation.judged)
    page = PAGE.format(
        figures="".join(f"<tr><th>{name}<td>{value}</tr>" for name, value in figures.items() if name not in {"by_topic", "errors"}),
        calibration_error=round(calibration_error(bars), 4),
        reliability=_as_image(_reliability_plot(bars)),
        confusion=_as_image(_confusion_plot(evaluation.judged)),
        by_topic="".join(_row(topic, one["n"], one["top1"], one["top3"]) for topic, one in figures["by_topic"].items()),
        errors="".join(_error_row(error) for error in figures["errors"]),
    )
    path = folder / "topics.html"
    path.write_text(page, encoding="utf-8")
    return path


def reliability(judged: list[Judged]) -> list[tuple[float, float, int]]:
    """Return, for each bin of confidence that has rows, mean confidence, share right and number of rows.

    Rows that were asked back are left out: there the assistant claimed nothing.
    """
    answered = [(one.got[0][1], one.right) for one in judged if one.answer != Outcome.NOT_UNDERSTOOD]
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in answered:
        bins.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, right))
    return [
        (sum(confidence for confidence, _ in rows) / len(rows), sum(right for _, right in rows) / len(rows), len(rows))
        for _, rows in sorted(bins.items())
    ]


def calibration_error(bars: list[tuple[float, float, int]]) -> float:
    """Return the expected calibration error: the mean gap between confidence and share right, weighted by rows; 0 without rows."""
    total = sum(count for _, _, count in bars)
    return sum(abs(confidence - right) * count for confidence, right, count in bars) / total if total else 0.0


def _reliability_plot(bars: list[tuple[float, float, int]]) -> Figure:
    figure = Figure(figsize=(5, 4.5))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], linestyle="--", color="grey", label="perfect")
    axes.plot([bar[0] for bar in bars], [bar[1] for bar in bars], marker="o", label="measured")
    for confidence, right, count in bars:
        axes.annotate(str(count), (confidence, right), textcoords="offset points", xytext=(4, -10), fontsize=8)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence", ylabel="share right (numbers: rows)")
    axes.legend(loc="upper left")
    return figure


def _confusion_plot(judged: list[Judged]) -> Figure:
    # An acceptable answer counts as the expected one, otherwise rows with several right answers would look like errors.
    pairs = Counter((one.answer if one.right else one.row.topics[0], one.answer) for one in judged)
    names = sorted({str(name) for pair in pairs for name in pair})
    place = {name: index for index, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)))
    for (expected, answer), count in pairs.items():
        counts[place[str(expected)], place[str(answer)]] = count
    side = max(4.0, 0.22 * len(names) + 2)
    figure = Figure(figsize=(side, side))
    axes = figure.add_subplot()
    if names:
        axes.imshow(np.log1p(counts), cmap="Blues")
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=6)
    axes.set_yticks(range(len(names)), names, fontsize=6)
    axes.set(xlabel="answered", ylabel="expected")
    for row, column in zip(*np.nonzero(counts), strict=True):
        axes.text(column, row, str(int(counts[row, column])), ha="center", va="center", fontsize=5)
    figure.tight_layout()
    return figure


def _as_image(figure: Figure) -> str:
    image = io.BytesIO()
    FigureCanvasAgg(figure).print_figure(image, format="png", dpi=DOTS_PER_INCH)
    return "data:image/png;base64," + base64.b64encode(image.getvalue()).decode("ascii")


def _row(*cells: Any) -> str:
    return "<tr>" + "".join(f"<td>{escape(str(cell))}" for cell in cells) + "</tr>"


def _error_row(error: dict[str, Any]) -> str:
    got = ", ".join(f"{candidate['topic']} {candidate['confidence']:.2f}" for candidate in error["got"])
    return _row(error["text"], ", ".join(error["expected"]), got)

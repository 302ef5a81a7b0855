"""Tip-offs as a CSV file that spreadsheets open rightly and that cannot run anything there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

# A cell that begins so is a formula to Excel, WPS and LibreOffice; they take the full-width signs for the same.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads Chinese as another encoding


def safe_cell(value: object) -> str:
    """Write a value as a cell no spreadsheet takes for a formula.

    Args:
        value: Text, a number or None.

    Returns:
        The text; with an apostrophe in front when it could start a formula. Numbers keep their minus sign.
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.lstrip(" \u3000").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text


def to_csv(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Write a table.

    Args:
        header: Column names.
        rows: Values.

    Returns:
        CSV with every cell quoted, lines ended as Excel likes it.
    """
    file = io.StringIO()
    file.write(BYTE_ORDER_MARK)
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return file.getvalue()

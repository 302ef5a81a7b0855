"""Turning data into pages: Jinja with escaping always on, Chinese local time, and nothing a browser would run."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.console.labels import Labels
from bot.console.wording import Wording
from bot.intake.catalog import IntakeCatalog
from bot.local_time import LOCAL, local_day
from bot.transcripts.model import Turn, Verdict

TEMPLATES = Path(__file__).parent / "templates"
SHORT_ID_CHARS = 8


def environment(wording: Wording, catalog: IntakeCatalog) -> Environment:
    """Make the template environment.

    Args:
        wording: The words templates call `w`.
        catalog: Names of the intake's states, agencies and places.

    Returns:
        An environment that escapes everything and refuses unknown names.
    """
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals |= {"w": wording, "labels": Labels(wording, catalog)}
    made.filters |= {
        "moment": moment,
        "day": day,
        "percent": percent,
        "short": short_id,
        "yuan": yuan,
        "highlighted": highlighted,
        "link": link,
        "details": details,
    }
    return made


def moment(value: datetime | None) -> str:
    """Write a time as people in Siping read it: 2026-11-23 15:04."""
    return value.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M") if value else ""


def day(value: date | None) -> str:
    """Write a date; a time as the day it was in China."""
    if isinstance(value, datetime):
        value = local_day(value)
    return value.isoformat() if value else ""


def percent(value: float | None) -> str:
    """Write a share in [0, 1] as whole percent."""
    return f"{value:.0%}" if value is not None else ""


def yuan(value: float | None) -> str:
    """Write an amount of yuan with thousands separated, and fen only where there are any."""
    return f"{value:,.2f}".removesuffix(".00") if value is not None else ""


def short_id(value: str) -> str:
    """Shorten an id so that people can compare two."""
    return value[-SHORT_ID_CHARS:]


def details(text: str) -> dict[str, str]:
    """Read the details of an audit entry, which are JSON; text that is none is shown as it is."""
    try:
        found = json.loads(text)
    except ValueError:  # masking may have reached into the JSON's own signs
        return {"": text}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {"": text}


def link(path: str, **query: object) -> str:
    """Write a link with a query; empty values are left out, so that links stay short enough to send to a colleague."""
    kept = {key: value for key, value in query.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(kept)}" if kept else path


def highlighted(turn: Turn) -> Markup:
    """Mark the words that gave a scam away.

    Args:
        turn: Its signals' offsets point into its text.

    Returns:
        Escaped text with `<mark>` around those words, each character marked once; nothing is marked when no scam was suspected.
    """
    suspected = turn.scam.signals if turn.scam and turn.scam.verdict is not Verdict.NONE else ()
    spans = sorted((signal.start, signal.end) for signal in suspected if signal.start is not None and signal.end is not None)
    pieces: list[str] = []
    reached = 0
    for first, last in spans:
        start, end = max(first, reached), min(last, len(turn.text))
        if start >= end:
            continue
        pieces += [escape(turn.text[reached:start]), Markup("<mark>"), escape(turn.text[start:end]), Markup("</mark>")]
        reached = end
    return Markup("").join([*pieces, escape(turn.text[reached:])])


def start_of_day(text: str | None) -> datetime | None:
    """Read a date from a form as the beginning of that day in China.

    Args:
        text: Such as `2026-11-23`; anything else means no date.

    Returns:
        An aware time in UTC, or None.
    """
    try:
        return datetime.strptime(text or "", "%Y-%m-%d").replace(tzinfo=LOCAL).astimezone(UTC)
    except (ValueError, OverflowError):  # the year 0001 in China lies before any UTC time
        return None

"""China's one time zone: moments are stored in UTC; days are counted, and times shown, as on the clock on the wall."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")


def local_day(moment: datetime) -> date:
    """The calendar day in China at a moment that carries its time zone."""
    return moment.astimezone(LOCAL).date()


def today() -> date:
    """The calendar day in China now."""
    return datetime.now(LOCAL).date()

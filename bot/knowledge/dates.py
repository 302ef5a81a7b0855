"""Reads dates as people write them in Chinese: "2026年11月3日", "十月八号", "上个月十五号", "上周三", "昨天", "半个月前", "去年国庆".

Pure functions of the text and of `today` (the calendar day in the person's own time zone). A date without a year is the latest one not after
today, because people tell of what has happened, unless a word such as 明天 or 下个月 says otherwise.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.knowledge.quantities import fold, parse_number

Precision = Literal["day", "month", "year"]


@dataclass(frozen=True)
class DateMention:
    """A date and where it stands. With precision month or year, `value` is that period's first day, or the best estimate of "两个月前"."""

    value: date
    start: int
    end: int
    phrase: str
    precision: Precision


_N = r"(?:\d{1,2}|[一二两三四五六七八九十廿卅]{1,3})"
_YEAR = r"(?:(?:19|20)\d{2}|[二一][零〇九][零〇一二三四五六七八九]{2}|\d{2}(?=年))"
_RELATIVE_YEAR = {"大前年": -3, "前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1}
_RELATIVE_MONTH = {
    **dict.fromkeys(("大上个月", "上上个月", "上上月"), -2),
    **dict.fromkeys(("上个月", "上月"), -1),
    **dict.fromkeys(("这个月", "本月", "这月", "当月"), 0),
    **dict.fromkeys(("下个月", "下月"), 1),
}
_RELATIVE_DAY = {
    "大前天": -3,
    **dict.fromkeys(("前天", "前日"), -2),
    **dict.fromkeys(("昨天", "昨日", "昨晚", "昨儿", "昨个", "昨夜"), -1),
    **dict.fromkeys(("今天", "今日", "今早", "今晚", "今儿", "今个", "刚才", "刚刚"), 0),
    **dict.fromkeys(("明天", "明日", "明早", "明儿"), 1),
    "后天": 2,
    "大后天": 3,
}
_RELATIVE_WEEK = {"上上个": -2, "上上": -2, "上个": -1, "上": -1, "这个": 0, "这": 0, "本": 0, "下个": 1, "下": 1}
_WEEKDAYS = dict(zip("一二三四五六日天末1234567", (0, 1, 2, 3, 4, 5, 6, 6, 5, 0, 1, 2, 3, 4, 5, 6), strict=False))
_FIXED_DAYS = {
    "元旦": (1, 1),
    **dict.fromkeys(("妇女节", "三八节"), (3, 8)),
    **dict.fromkeys(("五一", "劳动节"), (5, 1)),
    "六一": (6, 1),
    "七一": (7, 1),
    "八一": (8, 1),
    **dict.fromkeys(("国庆", "十一"), (10, 1)),
    "双十一": (11, 11),
    "圣诞": (12, 25),
}
_PART_OF_MONTH = {"月初": 1, "上旬": 1, "中旬": 11, "月中": 15, "下旬": 21, "月底": 25, "月末": 25}


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_YEARS, _MONTHS, _WEEKS = _any(_RELATIVE_YEAR), _any(_RELATIVE_MONTH), _any(_RELATIVE_WEEK)
_PART = "(?P<part>初|中旬|上旬|下旬|底|末)?"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "full",
        re.compile(
            rf"(?<!\d)(?P<year>{_YEAR})\s*(?:年|[-/.])\s*(?P<month>{_N})\s*(?:月份?|[-/.])\s*(?P<day>{_N})(?!\d)"
            r"(?:\s*[日号](?!码|称|线))?"
        ),
    ),
    ("compact", re.compile(r"(?<!\d)(?P<year>20\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)")),
    ("full", re.compile(rf"(?P<year>{_YEARS})的?\s*(?P<month>{_N})\s*月份?\s*(?P<day>{_N})(?:\s*[日号])?(?!个)")),
    (
        "year_fixed",
        re.compile(rf"(?:(?P<year>{_YEARS}|{_YEAR}年)的?)?(?P<fixed>{_any(_FIXED_DAYS)})(?:节|那天|当天|那会儿?|期间|假期|前后|的时候)"),
    ),
    (
        "month_of_year",
        re.compile(rf"(?:(?P<year>{_YEARS})|(?<!\d)(?P<number>{_YEAR})\s*年)的?\s*(?P<month>{_N})\s*月份?{_PART}"),
    ),
    (
        "relative_month_day",
        re.compile(rf"(?P<month>{_MONTHS})的?\s*(?P<day>{_N})(?:\s*[日号]|(?!\s*[个天月次年块元万千百\d]))"),
    ),
    ("relative_month", re.compile(rf"(?P<month>{_MONTHS}){_PART}")),
    (
        "month_day",
        re.compile(
            rf"(?<![\d第])(?P<month>{_N})\s*(?:月份?|[/](?=\d{{1,2}}[日号]))\s*(?P<day>{_N})"
            r"(?:\s*[日号](?!码|线)|(?!\s*[\d个元块万千百]))"
        ),
    ),
    ("month_day", re.compile(r"(?<![\d.])(?P<month>\d{1,2})[./-](?P<day>\d{1,2})[日号]")),
    ("week", re.compile(rf"(?P<week>{_WEEKS})?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末1-7])(?!岁|年|[个天周])")),
    (
        "ago",
        re.compile(
            r"(?P<number>半|\d{1,3}|[一二两三四五六七八九十]{1,3})\s*(?P<counter>个)?(?P<half>半)?"
            r"(?P<unit>天|日|周|星期|礼拜|月|年)(?P<after>半)?(?:之?前|以前)(?!后)"
        ),
    ),
    ("relative_day", re.compile(_any(_RELATIVE_DAY))),
    ("month", re.compile(rf"(?<![\d第个半])(?P<month>{_N})\s*月份?{_PART}(?![薪供交付租缴])")),
    (
        "year",
        re.compile(rf"(?P<year>{_YEARS})|(?<!\d)(?P<number>(?:19|20)\d{{2}}|[二一][零〇九][零〇一二三四五六七八九]{{2}})\s*年"),
    ),
    ("day", re.compile(rf"(?<![\d第])(?P<day>{_N})\s*号(?!码|线|楼|院|店|门|文|房|令|公告|通知|\d)")),
)


def find_dates(text: str, today: date) -> tuple[DateMention, ...]:
    """Every date in the text, in order, without overlaps; the most complete reading of a place wins.

    Args:
        text: what the person wrote.
        today: the person's calendar day.
    """
    folded = fold(text)
    taken: list[DateMention] = []
    for name, pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            if any(match.start() < other.end and other.start < match.end() for other in taken):
                continue
            reading = _READERS[name](match, today)
            if reading is not None:
                value, precision = reading
                taken.append(DateMention(value, match.start(), match.end(), text[match.start() : match.end()], precision))
    return tuple(sorted(taken, key=lambda mention: mention.start))


Reading = tuple[date, Precision] | None


def _number(written: str | None) -> int | None:
    value = parse_number(written) if written else None
    return int(value) if value is not None else None


def _make(year: int | None, month: int | None, day: int | None) -> date | None:
    if year is None or month is None or day is None or not 1 <= month <= 12 or not date.min.year <= year <= date.max.year:
        return None
    return date(year, month, day) if 1 <= day <= calendar.monthrange(year, month)[1] else None


def _day(value: date | None) -> Reading:
    return None if value is None else (value, "day")


def _shift_month(today: date, months: int) -> tuple[int, int]:
    index = today.year * 12 + today.month - 1 + months
    return index // 12, index % 12 + 1


def _year_of(match: re.Match[str], today: date) -> int | None:
    written = match["year"]
    if written in _RELATIVE_YEAR:
        return today.year + _RELATIVE_YEAR[written]
    year = _number(written.rstrip("年")) if written else None
    return year + 2000 if year is not None and year < 100 else year


def _full(match: re.Match[str], today: date) -> Reading:
    return _day(_make(_year_of(match, today), _number(match["month"]), _number(match["day"])))


def _year_fixed(match: re.Match[str], today: date) -> Reading:
    month, day = _FIXED_DAYS[match["fixed"]]
    value = _make(_year_of(match, today), month, day) if match["year"] else _latest(today, month, day)
    return _day(value)


def _latest(today: date, month: int | None, day: int | None) -> date | None:
    value = _make(today.year, month, day)
    if value is None or value > today:
        value = _make(today.year - 1, month, day)
    return value


def _with_part(year: int | None, month: int | None, part: str | None) -> Reading:
    word = next((word for word in _PART_OF_MONTH if part and (word == part or word == "月" + part)), "")
    value = _make(year, month, _PART_OF_MONTH.get(word, 1))
    return None if value is None else (value, "month")


def _month_of_year(match: re.Match[str], today: date) -> Reading:
    year = today.year + _RELATIVE_YEAR[match["year"]] if match["year"] else _number(match["number"])
    if year is not None and year < 100:
        year += 2000
    return _with_part(year, _number(match["month"]), match["part"])


def _relative_month_day(match: re.Match[str], today: date) -> Reading:
    year, month = _shift_month(today, _RELATIVE_MONTH[match["month"]])
    return _day(_make(year, month, _number(match["day"])))


def _relative_month(match: re.Match[str], today: date) -> Reading:
    return _with_part(*_shift_month(today, _RELATIVE_MONTH[match["month"]]), match["part"])


def _month_day(match: re.Match[str], today: date) -> Reading:
    return _day(_latest(today, _number(match["month"]), _number(match["day"])))


def _week(match: re.Match[str], today: date) -> Reading:
    weekday = _WEEKDAYS[match["weekday"]]
    monday = today - timedelta(days=today.weekday())
    if match["week"]:
        return _day(monday + timedelta(weeks=_RELATIVE_WEEK[match["week"]], days=weekday))
    value = monday + timedelta(days=weekday)
    return _day(value if value <= today else value - timedelta(weeks=1))


def _ago(match: re.Match[str], today: date) -> Reading:
    unit = match["unit"]
    if unit == "月" and not match["counter"]:
        return None
    number = 0.5 if match["number"] == "半" else float(_number(match["number"]) or 0)
    number += 0.5 if match["half"] or match["after"] else 0
    if unit in "月年":
        months = number * (12 if unit == "年" else 1)
        year, month = _shift_month(today, -int(months))
        if year < date.min.year:
            return None
        value = date(year, month, min(today.day, calendar.monthrange(year, month)[1])) - timedelta(days=15 if months % 1 else 0)
        return value, "month" if unit == "月" else "year"
    return _day(today - timedelta(days=int(number * (1 if unit in "天日" else 7))))


def _relative_day(match: re.Match[str], today: date) -> Reading:
    return _day(today + timedelta(days=_RELATIVE_DAY[match[0]]))


def _month(match: re.Match[str], today: date) -> Reading:
    month = _number(match["month"])
    first = _latest(today, month, 1)
    return None if first is None else _with_part(first.year, month, match["part"])


def _year(match: re.Match[str], today: date) -> Reading:
    year = today.year + _RELATIVE_YEAR[match["year"]] if match["year"] else _number(match["number"])
    value = _make(year, 1, 1)
    return None if value is None else (value, "year")


def _bare_day(match: re.Match[str], today: date) -> Reading:
    day = _number(match["day"])
    value = _make(today.year, today.month, day)
    months_back = 0
    while (value is None or value > today) and months_back < 2 and day is not None and 1 <= day <= 31:
        months_back += 1
        value = _make(*_shift_month(today, -months_back), day)
    return _day(value if value is not None and value <= today else None)


_READERS: dict[str, Callable[[re.Match[str], date], Reading]] = {
    "full": _full,
    "compact": _full,
    "year_fixed": _year_fixed,
    "month_of_year": _month_of_year,
    "relative_month_day": _relative_month_day,
    "relative_month": _relative_month,
    "month_day": _month_day,
    "week": _week,
    "ago": _ago,
    "relative_day": _relative_day,
    "month": _month,
    "year": _year,
    "day": _bare_day,
}

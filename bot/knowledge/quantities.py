"""Reads money, shares and lengths of time as people write them in Chinese: "两万三", "3千5", "45%", "四成", "十五天".

Pure functions of the text. Offsets are character positions in the text as given; full-width and half-width characters count the same.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

_DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    **dict(zip("〇两俩仨貳參陸", (0, 2, 2, 3, 2, 3, 6), strict=True)),
}
_SMALL_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000}
_BIG_UNITS = {"万": 10_000, "萬": 10_000, "w": 10_000, "亿": 100_000_000, "億": 100_000_000}
_TENS = {"廿": 20, "卅": 30}
_MAX_RUN = 24
"""Longest run of number characters read as one number; longer ones are identifiers or noise."""

_CHARS = "".join(_DIGITS) + "".join(_SMALL_UNITS) + "".join(_BIG_UNITS) + "".join(_TENS)
_CHINESE_NUMBER = "[" + "".join(sorted(set(_CHARS) - set("kw"))) + "]"
_UNIT = "[" + "".join(sorted((set(_SMALL_UNITS) | set(_BIG_UNITS)) - set("kw"))) + "]"
_ARABIC = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?(?!\d)|\d{1,15}(?:\.\d{1,4})?(?!\d)"
NUMBER = (
    rf"(?:(?<![0-9a-z])(?:{_ARABIC})(?:[kw](?![a-z])\d?|{_UNIT}[{_CHARS}0-9]{{0,{_MAX_RUN}}})?"
    rf"|{_CHINESE_NUMBER}{{1,{_MAX_RUN}}}(?:\d(?!\d))?)"
)
"""Pattern of one number, Arabic, Chinese or mixed, over folded text (see `fold`).

Every repetition is bounded, because a page of digits must not cost a page squared."""

_TOKEN = re.compile(rf"{_ARABIC}|.")
_ADJACENT = re.compile(r"(?<![一二两三四五六七八九十百千万])([一二两三四五六七八])([二三四五六七八九])(?=[十百千万成])")


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char).lower()
    return folded if len(folded) == 1 else char


def fold(text: str) -> str:
    """The text in half width and lower case, character for character, so that offsets stay those of the text."""
    return text.lower() if text.isascii() else "".join(map(_fold_char, text))


def parse_number(written: str) -> Decimal | None:
    """The value of one written number, or None when it is not one.

    A single digit after 百, 千 or 万 counts the next lower place, as in speech: 两万三 is 23,000 and 3千5 is 3,500.
    """
    run = fold(written)
    if not run or len(run) > _MAX_RUN or run[0] in _BIG_UNITS or run[0] in "百佰千仟k":
        return None
    if all(char in _DIGITS for char in run):
        return Decimal("".join(str(_DIGITS[char]) for char in run))
    total = section = Decimal(0)
    pending: Decimal | None = None
    last_unit, after_zero = 0, False
    for piece in _TOKEN.findall(run):
        if piece in _SMALL_UNITS:
            section += (Decimal(1) if pending is None else pending) * _SMALL_UNITS[piece]
            pending, last_unit, after_zero = None, _SMALL_UNITS[piece], False
        elif piece in _BIG_UNITS:
            section += pending or 0
            total = (total + section) * _BIG_UNITS[piece] if piece in "亿億" else total + section * _BIG_UNITS[piece]
            section, pending, last_unit, after_zero = Decimal(0), None, _BIG_UNITS[piece], False
        elif piece in _TENS:
            section, last_unit = section + _TENS[piece], 10
        elif piece in _DIGITS or piece[0].isdigit():
            if pending is not None and pending != 0:
                return None
            pending = Decimal(_DIGITS[piece]) if piece in _DIGITS else Decimal(piece.replace(",", ""))
            after_zero = after_zero or piece == "零"
        else:
            return None
    if pending is not None:
        next_place = last_unit >= 100 and not after_zero and pending < 10 and pending == pending.to_integral_value()
        section += pending * last_unit / 10 if next_place else pending
    return total + section


@dataclass(frozen=True)
class Amount:
    """A sum of money in yuan, where it stands in the text, and its upper end when a range was given ("两三千")."""

    value: Decimal
    start: int
    end: int
    phrase: str
    upper: Decimal | None = None
    approximate: bool = False


@dataclass(frozen=True)
class Rate:
    """A share in [0, 1] and where it stands; `upper` when a range was given ("20%-50%", "三到五成")."""

    value: float
    start: int
    end: int
    phrase: str
    upper: float | None = None


@dataclass(frozen=True)
class Duration:
    """A length of time: `value` in `unit`, and where it stands. Half years and half months count 0.5."""

    value: float
    unit: Literal["day", "working_day", "week", "month", "year"]
    start: int
    end: int
    phrase: str


_RANGE_SIGN = r"\s{0,3}(?:-|—|–|~|～|至|到){1,3}\s{0,3}"
_MONEY_UNIT = r"元|块钱|块|圆|人民币|rmb|大洋"
_COUNTER = r"[%‰°个人份次天日年月周号条名户张步里米字遍点分成折岁位家种部台倍页只辆楼层期些g:：\-/]|工作|星期|礼拜|小时|公里"
_AMOUNT = re.compile(
    rf"(?P<sign>[¥$]\s*)?(?P<low>{NUMBER})(?:{_RANGE_SIGN}(?P<high>{NUMBER}))?(?P<vague>[多来几](?P<scale>[百千万])?)?\s*(?P<money>{_MONEY_UNIT})?(?P<tail>多|左右|上下)?"
)
_MONEY_BEFORE = re.compile(
    r"(?:交|收|付|转|给|扣|花|要|退|返|赔|借|贷|拿|打|存|缴|欠|骗|亏|值|价|领|汇|充|押|抽|刷|垫|补|抵|剩|共|计|"
    r"定金|订金|押金|费|款|钱|金额|保额|价值|本金|损失|佣金|合计|一共|总共)"
    r"(?:走|了|过|完|出|去|回|到|掉|我|他|她|他们|对方|人家|您|你|上|满|是|为|有|大概|大约|差不多|将近|快|整整|近|约|就|才|只|还|又|一共|总共|第一次|[:：,，\s])*$"
)
_SCALED = re.compile(r"[千仟万萬亿kw]")
_NOT_MONEY = re.compile(r"十万火急|一块儿|一块(?!钱)")


def find_amounts(text: str) -> tuple[Amount, ...]:
    """Every sum of money in the text, in order. A bare number counts only where words about money stand before it."""
    folded = fold(text)
    found = []
    for match in _AMOUNT.finditer(folded):
        low_text = match["low"]
        pair = _ADJACENT.match(low_text)
        low = parse_number(low_text[0] + low_text[2:]) if pair else parse_number(low_text)
        high = parse_number(low_text[1:]) if pair else (parse_number(match["high"]) if match["high"] else None)
        if low is None or not _is_money(folded, match, low):
            continue
        scale = {"百": 100, "千": 1000, "万": 10_000}.get(match["scale"] or "", 1)
        if match["high"] and high is not None:
            low = _share_unit(low, low_text, high, match["high"])
        end = match.start("money") + len(match["money"]) if match["money"] else _end_of_number(match)
        if match["tail"]:
            end = match.end("tail")
        found.append(
            Amount(
                value=low * scale,
                start=match.start(),
                end=end,
                phrase=text[match.start() : end],
                upper=high * scale if high is not None and high > low else None,
                approximate=bool(match["vague"] or match["tail"] or high),
            )
        )
    return tuple(found)


def _end_of_number(match: re.Match[str]) -> int:
    for group in ("vague", "high", "low"):
        if match[group]:
            return match.end(group)
    return match.end()


def _share_unit(low: Decimal, low_text: str, high: Decimal, high_text: str) -> Decimal:
    """In "3到5千" the first number takes the second one's unit."""
    unit = high_text[-1]
    scale = _SMALL_UNITS.get(unit) or _BIG_UNITS.get(unit)
    return low * scale if scale and scale >= 100 and low_text[-1] not in _SMALL_UNITS and low_text[-1] not in _BIG_UNITS and low < high / 10 else low


def _is_money(folded: str, match: re.Match[str], value: Decimal) -> bool:
    if value <= 0 or _NOT_MONEY.match(folded, match.start()):
        return False
    if match["money"] or match["sign"]:
        return True
    if re.match(_COUNTER, folded[match.end() :].lstrip()[:2] or " "):
        return False
    written = match["low"] + (match["scale"] or "") + (match["high"] or "")
    if _SCALED.search(written):
        return True
    long_enough = value >= 100 and (not match["low"].isdigit() or len(match["low"]) <= 8)
    return long_enough and bool(_MONEY_BEFORE.search(folded[: match.start()][-14:]))


_PERCENT_WORD = r"百分之\s*"
_RATE = re.compile(
    rf"(?:{_PERCENT_WORD}(?P<hundredth>{NUMBER})(?:{_RANGE_SIGN}(?:{_PERCENT_WORD})?(?P<hundredth_high>{NUMBER}))?"
    rf"|(?P<percent>(?<![\d.])\d{{1,3}}(?:\.\d{{1,4}})?)\s*%?(?:{_RANGE_SIGN}(?P<percent_high>\d{{1,3}}(?:\.\d{{1,4}})?))?\s*%"
    r"|(?P<pair>[一二两三四五六七八][二三四五六七八九])成(?!都|功|年)"
    rf"|(?P<tenth>[一二两三四五六七八九1-9])(?:{_RANGE_SIGN}(?P<tenth_high>[二三四五六七八九2-9]))?成(?P<half>半|[一二三四五六七八九])?(?!功|年|为|了|长|本|员|立|人|效|果|交|都|品|天|套|绩)"
    rf"|(?P<points>{NUMBER})(?:{_RANGE_SIGN}(?P<points_high>{NUMBER}))?个点"
    r"|(?P<split>一九|二八|三七|四六|五五)(?:开|分成|分账|分)"
    r"|(?P<even>对半(?:开|分)?|一半))"
)


def find_rates(text: str) -> tuple[Rate, ...]:
    """Every share in the text, in order, as a number in [0, 1]. A split such as 三七分 is the range 0.3 to 0.7: who takes which part is not said."""
    folded = fold(text)
    found = []
    for match in _RATE.finditer(folded):
        low, high = _rate_of(match)
        if low is None or not 0 < low <= 1 or (high is not None and high > 1):
            continue
        found.append(Rate(low, match.start(), match.end(), text[match.start() : match.end()], high if high is not None and high > low else None))
    return tuple(found)


def _rate_of(match: re.Match[str]) -> tuple[float | None, float | None]:
    for name in ("hundredth", "percent", "points"):
        if match[name]:
            low, high = parse_number(match[name]), parse_number(match[f"{name}_high"] or "")
            return (None if low is None else float(low / 100), None if high is None else float(high / 100))
    if match["pair"]:
        return _DIGITS[match["pair"][0]] / 10, _DIGITS[match["pair"][1]] / 10
    if match["tenth"]:
        low, high = parse_number(match["tenth"]), parse_number(match["tenth_high"] or "")
        extra = 0.0 if not match["half"] else 0.05 if match["half"] == "半" else _DIGITS[match["half"]] / 100
        return (None if low is None else round(float(low) / 10 + extra, 4), None if high is None else float(high / 10))
    if match["split"]:
        parts = sorted(_DIGITS[char] / 10 for char in match["split"])
        return parts[0], parts[1]
    return 0.5, None


_UNITS: dict[str, Literal["day", "working_day", "week", "month", "year"]] = {
    "自然日": "day", "工作日": "working_day", "天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year",
}  # fmt: skip
_DURATION = re.compile(
    rf"(?P<number>{NUMBER}|半)\s*(?P<counter>个)?\s*(?P<before>半)?(?P<unit>工作日|自然日|天|日|周岁?|星期|礼拜|月|年)(?P<after>半)?(?!前天|级|龄|纪|终|底|号)"
)
_DATE_BEFORE = re.compile(r"(?:月|上周|这周|下周|本周|周|星期|礼拜)$")
_MAX_YEARS = 120


def find_durations(text: str) -> tuple[Duration, ...]:
    """Every length of time in the text, in order: days, working days, weeks, months ("三个月", never "三月"), years up to 120."""
    folded = fold(text)
    found = []
    for match in _DURATION.finditer(folded):
        unit_word = match["unit"]
        day_of_month = unit_word == "日" and _DATE_BEFORE.search(folded[: match.start()])
        if unit_word == "周岁" or (unit_word == "月" and not match["counter"]) or day_of_month:
            continue
        value = Decimal("0.5") if match["number"] == "半" else parse_number(match["number"])
        if value is None or (unit_word == "年" and value > _MAX_YEARS):
            continue
        value += Decimal("0.5") if match["before"] or match["after"] else 0
        found.append(Duration(float(value), _UNITS[unit_word], match.start(), match.end(), text[match.start() : match.end()]))
    return tuple(found)

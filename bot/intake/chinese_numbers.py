"""Reads numbers as people write them in Chinese: 三千五, 一万二, 两万八千, 1.2万, 3,000, 5k."""

import re

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")  # as written on receipts
_UNITS = {"十": 10, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000}
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[零〇一二两俩三仨四五六七八九半]|[十百千k万w]")


def chinese_number(text: str) -> float | None:
    """Returns the value of a number in digits, Chinese characters or both; None when it is none.

    A last digit after a unit counts in the next smaller unit, as in speech: 三千五 is 3,500, 一万二 is 12,000, 两百零五 is 205.
    """
    written = text.replace(",", "").lower().translate(_FORMAL)
    tokens = _TOKEN.findall(written)
    if not tokens or "".join(tokens) != written:
        return None
    total = section = 0.0
    digit: float | None = None
    last_unit = 0
    after_zero = False
    for sign in tokens:
        if sign in _UNITS:
            unit = _UNITS[sign]
            if unit >= 10_000:
                total += (section + (digit or 0) or 1) * unit
                section = 0.0
            else:
                section += (1 if digit is None else digit) * unit
            last_unit, digit, after_zero = unit, None, False
        elif sign == "半":
            section += last_unit / 2 if last_unit else 0.5
        elif sign in ("零", "〇"):
            after_zero, digit = True, digit or 0
        else:
            value = float(_DIGITS[sign]) if sign in _DIGITS else float(sign)
            digit = value if digit in (None, 0) else digit * 10 + value  # 二三 read digit by digit
    if digit is not None:
        short = last_unit >= 100 and not after_zero and digit < 10 and tokens[-1] != "半"
        section += digit * last_unit / 10 if short else digit
    return total + section

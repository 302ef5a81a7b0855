from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.quantities import find_amounts, find_durations, find_rates, fold, parse_number

NUMBER_ALPHABET = "零一二三五十百千万亿两半0123456789.,年月日天元块成%点多几个收交了定金 ，到-wK"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("十五", 15),
        ("廿五", 25),
        ("一百二", 120),
        ("一百零二", 102),
        ("3千5", 3500),
        ("两万三", 23000),
        ("两万零三", 20003),
        ("2万3000", 23000),
        ("3w5", 35000),
        ("１２，０００".replace("，", ","), 12000),
        ("壹万贰仟", 12000),
        ("一亿二千万", 120_000_000),
        ("1.5万", 15000),
        ("二零二六", 2026),
    ],
)
def test_a_written_number_has_the_value_a_person_means(written: str, value: int) -> None:
    assert parse_number(written) == value


@pytest.mark.parametrize("words", ["万一", "千万", "百", "", "abc", "一" * 30])
def test_words_that_only_look_like_numbers_have_no_value(words: str) -> None:
    assert parse_number(words) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("先收我三千块钱材料费", 3000),
        ("退保金一共十二万", 120_000),
        ("给那个人转了6500", 6500),
        ("￥880", 880),
        ("定金2千5已经交了", 2500),
        ("每年保费9,800元", 9800),
        ("大概一万多", 10000),
    ],
)
def test_an_amount_is_found_in_yuan(text: str, value: int) -> None:
    assert [amount.value for amount in find_amounts(text)] == [value]


@pytest.mark.parametrize(
    "text", ["千万别信", "万一退不了呢", "交了3年", "电话13800138000", "2026年签的", "一块儿去", "第3次了", "身份证110101199003071234", "十万火急"]
)
def test_what_is_not_money_is_not_taken_for_money(text: str) -> None:
    assert find_amounts(text) == ()


def test_a_range_of_money_keeps_both_ends() -> None:
    spoken, written = find_amounts("两三千块"), find_amounts("3到5千")
    assert (spoken[0].value, spoken[0].upper) == (2000, 3000)
    assert (written[0].value, written[0].upper) == (3000, 5000)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("抽百分之三十五", 0.35, None),
        ("要四成", 0.4, None),
        ("三成半", 0.35, None),
        ("三到五成", 0.3, 0.5),
        ("两三成吧", 0.2, 0.3),
        ("20%-50%", 0.2, 0.5),
        ("１５％", 0.15, None),
        ("收12个点", 0.12, None),
        ("五五分", 0.5, None),
        ("一半归他", 0.5, None),
    ],
)
def test_a_share_is_found_as_a_number_between_zero_and_one(text: str, low: float, high: float | None) -> None:
    found = find_rates(text)
    assert len(found) == 1
    assert found[0].value == pytest.approx(low)
    assert found[0].upper == (pytest.approx(high) if high is not None else None)


@pytest.mark.parametrize("text", ["三成功", "一成都", "200%的利润", "办成了"])
def test_what_is_not_a_share_is_not_taken_for_one(text: str) -> None:
    assert find_rates(text) == ()


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("犹豫期二十天", 20, "day"),
        ("3个工作日到账", 3, "working_day"),
        ("交了两年半", 2.5, "year"),
        ("半个月了", 0.5, "month"),
        ("一个礼拜", 1, "week"),
        ("60日内", 60, "day"),
    ],
)
def test_a_length_of_time_is_found_with_its_unit(text: str, value: float, unit: str) -> None:
    assert [(found.value, found.unit) for found in find_durations(text)] == [(value, unit)]


@pytest.mark.parametrize("text", ["三月买的", "10月15日", "我62周岁", "2026年"])
def test_dates_and_ages_are_not_lengths_of_time(text: str) -> None:
    assert find_durations(text) == ()


@given(st.text(alphabet=NUMBER_ALPHABET, max_size=40))
def test_every_finding_points_at_its_own_words(text: str) -> None:
    for found in (*find_amounts(text), *find_rates(text), *find_durations(text)):
        assert text[found.start : found.end] == found.phrase != ""


@given(st.text(max_size=60))
def test_folding_never_moves_a_character(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.integers(min_value=1, max_value=99_999_999))
def test_arabic_digits_mean_themselves(number: int) -> None:
    assert parse_number(str(number)) == Decimal(number)

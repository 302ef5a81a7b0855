from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.dates import find_dates

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026年10月9日签收的", date(2026, 10, 9)),
        ("2026-10-09", date(2026, 10, 9)),
        ("20261009", date(2026, 10, 9)),
        ("26年10月9号", date(2026, 10, 9)),
        ("二零二六年十月九日", date(2026, 10, 9)),
        ("十月二十六号", date(2026, 10, 26)),
        ("11月18", date(2026, 11, 18)),
        ("上个月六号", date(2026, 10, 6)),
        ("去年12月1号", date(2025, 12, 1)),
        ("大前天", date(2026, 11, 20)),
        ("上周四", date(2026, 11, 19)),
        ("礼拜天", date(2026, 11, 22)),
        ("五天前", date(2026, 11, 18)),
        ("两周以前", date(2026, 11, 9)),
        ("国庆那天", date(2026, 10, 1)),
        ("去年五一前后", date(2025, 5, 1)),
        ("10.26号", date(2026, 10, 26)),
        ("20号收到合同", date(2026, 11, 20)),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, value: date) -> None:
    found = find_dates(text, MONDAY)
    assert [(mention.value, mention.precision) for mention in found] == [(value, "day")]


def test_a_day_without_a_year_lies_in_the_past() -> None:
    assert find_dates("十二月三号", MONDAY)[0].value == date(2025, 12, 3)
    assert find_dates("28号", MONDAY)[0].value == date(2026, 10, 28)


def test_words_about_the_future_are_followed() -> None:
    assert find_dates("明天去办", MONDAY)[0].value == date(2026, 11, 24)
    assert find_dates("下个月2号到期", MONDAY)[0].value == date(2026, 12, 2)


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [("今年三月份", date(2026, 3, 1), "month"), ("前年买的", date(2024, 1, 1), "year"), ("10月底", date(2026, 10, 25), "month")],
)
def test_a_vague_date_says_how_vague_it_is(text: str, value: date, precision: str) -> None:
    assert [(mention.value, mention.precision) for mention in find_dates(text, MONDAY)] == [(value, precision)]


@pytest.mark.parametrize("text", ["2026年2月30日", "13812345678", "第3号窗口", "5号楼", "20号线", "三个月", "没有日期", "99月99号"])
def test_impossible_and_other_numbers_are_no_dates(text: str) -> None:
    assert [mention for mention in find_dates(text, MONDAY) if mention.precision == "day"] == []


def test_two_dates_in_one_message_are_both_found_in_order() -> None:
    found = find_dates("10月8号投保，11月3号才拿到合同", MONDAY)
    assert [mention.value for mention in found] == [date(2026, 10, 8), date(2026, 11, 3)]


def test_the_turn_of_the_year_is_not_lost() -> None:
    assert find_dates("上个月31号", date(2027, 1, 5))[0].value == date(2026, 12, 31)


@given(st.text(alphabet="0123456789年月日号上下个去今昨天前周星期一二三十初底-/. 国庆半", max_size=30), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_every_date_found_points_at_its_own_words_and_none_overlap(text: str, today: date) -> None:
    end = 0
    for mention in find_dates(text, today):
        assert text[mention.start : mention.end] == mention.phrase != ""
        assert mention.start >= end
        end = mention.end

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.text import MAX_RAW_CHARACTERS, MODEL_HEAD_CHARACTERS, MODEL_TAIL_CHARACTERS, abridge, clean


def test_traditional_full_width_and_capitals_are_read_as_one_writing() -> None:
    assert clean("聽說ＡＰＰ能退保？") == "听说app能退保?"


def test_spaces_between_chinese_characters_do_not_matter() -> None:
    assert clean("退  保\n 多 久") == "退保多久"


def test_characters_nobody_sees_are_dropped() -> None:
    assert clean("退\u200b保\u0000\ufeff") == "退保"


@pytest.mark.parametrize("said", ["", "   ", "😀😀👍", "？？！！", "\u0000\u0001\u200b", "……"])
def test_a_message_that_says_nothing_is_empty(said: str) -> None:
    assert clean(said) == ""


def test_the_private_use_area_cannot_smuggle_a_mask_into_the_text() -> None:
    assert clean("退\ue001保") == "退保"


def test_a_pasted_book_is_cut_before_any_work() -> None:
    started = time.perf_counter()
    assert len(clean("退保" * 50_000)) <= MAX_RAW_CHARACTERS
    assert time.perf_counter() - started < 2


def test_a_long_story_keeps_its_beginning_and_its_end() -> None:
    story = "开头" + "中" * 1000 + "结尾怎么办"
    assert abridge(story).startswith("开头")
    assert abridge(story).endswith("结尾怎么办")
    assert len(abridge(story)) == MODEL_HEAD_CHARACTERS + MODEL_TAIL_CHARACTERS + 1


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing_more(said: str) -> None:
    once = clean(said)
    assert clean(once) == once

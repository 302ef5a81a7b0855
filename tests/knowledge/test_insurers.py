import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.library import HOTLINE_TOPIC, Library
from bot.knowledge.topics import AnswerContext


def names(library: Library, text: str) -> list[list[str]]:
    return [[insurer.short_name for insurer in mention.candidates] for mention in library.insurers.find(text)]


@pytest.mark.parametrize(
    ("text", "insurer"),
    [
        ("百年人寿的退保电话", "百年人寿"),
        ("ｐｉｃｃ车险怎么退", "人保财险"),
        ("华夏保险的单子", "瑞众人寿"),
        ("友邦保险", "友邦人寿"),
        ("中国太平洋人寿保险股份有限公司", "太保寿险"),
        ("平安的车险想退", "平安产险"),
        ("在平安买的分红险", "平安人寿"),
        ("幸福的重疾险", "幸福人寿"),
        ("百年的呢？", "百年人寿"),
    ],
)
def test_a_company_is_known_by_its_short_full_former_and_loose_names(library: Library, text: str, insurer: str) -> None:
    assert names(library, text) == [[insurer]]


@pytest.mark.parametrize("text", ["平安的客服", "太平保险", "太平洋保险", "人保", "国寿", "我买的阳光，想退", "平安的呢？", "大家保险"])
def test_a_name_that_companies_of_one_group_share_is_asked_back(library: Library, text: str) -> None:
    mentions = library.insurers.find(text)
    assert len(mentions) == 1
    assert mentions[0].insurer is None
    assert all(insurer.kind != "group" for insurer in mentions[0].candidates)


def test_taiping_and_pacific_are_never_mixed_up(library: Library) -> None:
    brands = [{insurer.brand for insurer in mention.candidates} for mention in library.insurers.find("太平保险和太平洋保险")]
    assert brands == [{"太平"}, {"太平洋"}]


@pytest.mark.parametrize(
    "text", ["祝您一路平安", "大家好，想问问", "晒晒阳光", "长城旅游", "人寿保险犹豫期", "新华社记者", "去太平洋游泳", "天下太平", "NCIX", "幸福生活"]
)
def test_everyday_words_are_not_companies(library: Library, text: str) -> None:
    assert names(library, text) == []


def test_a_shared_name_with_one_number_still_gets_its_number(library: Library) -> None:
    assert library.insurers.find("平安保险电话")[0].shared_hotlines == ("95511",)


def test_ten_digit_numbers_are_shown_as_people_read_them(library: Library) -> None:
    insurer = library.insurers.named("友邦人寿")
    assert insurer is not None
    assert insurer.hotlines == ("400-820-3588",)


def test_a_number_always_comes_with_where_to_check_it(library: Library) -> None:
    for insurer in library.insurers.all:
        line = library.hotline_line(insurer)
        assert "保单" in line
        assert "官网" in line
        assert insurer.hotlines or "12378" in line


def test_an_uncertain_number_is_never_given_as_certain(library: Library) -> None:
    for insurer in library.insurers.all:
        if insurer.confidence in ("stale_or_renamed", "unverified"):
            assert "可能是" in library.hotline_line(insurer)


def test_an_ambiguous_name_in_a_question_for_a_number_is_asked_back_with_buttons(library: Library) -> None:
    answer = library.answer(HOTLINE_TOPIC, AnswerContext(insurer="平安"))
    assert "95511" in answer.text
    assert '/insurer_hotline{"insurer": "平安人寿"}' in [button.payload for button in answer.buttons]


def test_the_facts_of_the_specification_are_all_here(library: Library, shared_spec: Path) -> None:
    with (shared_spec / "insurers.csv").open(encoding="utf-8") as file:
        facts = {row["full_name"]: row for row in csv.DictReader(file)}
    for insurer in library.insurers.all:
        assert "|".join(insurer.hotline) == facts[insurer.full_name]["hotline"]
        assert insurer.confidence == facts[insurer.full_name]["confidence"]
    assert len(library.insurers.all) == len(facts)


@given(st.text(alphabet="平安太平洋人寿保险的电话呢 国寿大家好阳光ＰＩＣＣpicc百年，", max_size=30))
def test_a_mention_points_at_its_own_words(library: Library, text: str) -> None:
    for mention in library.insurers.find(text):
        assert text[mention.start : mention.end] == mention.phrase != ""
        assert mention.candidates

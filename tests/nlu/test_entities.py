from __future__ import annotations

from datetime import date

import pytest

from bot.nlu.entities import MAX_ENTITIES, Entity, EntityFinder
from tests.nlu.conftest import ROOT

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def finder() -> EntityFinder:
    return EntityFinder(ROOT / "data" / "knowledge")


def of_kind(found: tuple[Entity, ...], kind: str) -> list[Entity]:
    return [entity for entity in found if entity.kind == kind]


def test_a_company_is_named_by_its_short_name(finder: EntityFinder) -> None:
    (insurer,) = of_kind(finder.find("泰康人寿的电话是多少", TODAY), "insurer")
    assert insurer.value == "泰康人寿"
    assert insurer.details["candidates"] == ["泰康人寿"]


def test_a_shared_name_keeps_all_its_candidates(finder: EntityFinder) -> None:
    (insurer,) = of_kind(finder.find("平安保险的电话是多少", TODAY), "insurer")
    assert len(insurer.details["candidates"]) > 1


def test_offsets_point_into_the_raw_text(finder: EntityFinder) -> None:
    said = "去年在银行交了三年的分红险，他要收20%，我给了5000元"
    spans = {(entity.kind, said[entity.start : entity.end]) for entity in finder.find(said, TODAY)}
    assert {("product", "分红险"), ("years", "三年"), ("fee_rate", "20%"), ("amount", "5000元")} <= spans


def test_offsets_hold_in_traditional_characters(finder: EntityFinder) -> None:
    said = "我買的分紅險交了三年"
    (product,) = of_kind(finder.find(said, TODAY), "product")
    assert said[product.start : product.end] == "分紅險"


def test_years_since_the_purchase_are_not_years_of_paying(finder: EntityFinder) -> None:
    assert of_kind(finder.find("三年前买的", TODAY), "years") == []
    assert [entity.value for entity in of_kind(finder.find("交了三年", TODAY), "years")] == [3.0]


def test_yesterday_is_a_date(finder: EntityFinder) -> None:
    (day,) = of_kind(finder.find("昨天签收的合同", TODAY), "date")
    assert day.value == "2026-11-22"


def test_a_document_refused_is_not_a_document_handed_over(finder: EntityFinder) -> None:
    assert [entity.value for entity in of_kind(finder.find("身份证照片我发给他了", TODAY), "document")] == ["id_photo"]
    assert of_kind(finder.find("他要身份证照片，我没给", TODAY), "document") == []


def test_a_district_of_ours_with_its_city_is_settled(finder: EntityFinder) -> None:
    (region,) = of_kind(finder.find("我在四平铁西区", TODAY), "region")
    assert region.value == "220302"


@pytest.mark.parametrize("said", ["", "😀", "\u0000\u200b", "9" * 100_000, "平安" * 50_000])
def test_odd_messages_are_read_in_bounds(finder: EntityFinder, said: str) -> None:
    assert len(finder.find(said, TODAY)) <= MAX_ENTITIES

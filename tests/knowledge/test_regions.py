import pytest

from bot.knowledge.library import Library


def places(library: Library, text: str) -> list[list[str]]:
    return [[region.full_name for region in mention.candidates] for mention in library.regions.find(text)]


def test_a_district_name_that_three_cities_share_is_asked_back(library: Library) -> None:
    mention = library.regions.find("铁西区有人干这个")[0]
    assert mention.region is None
    assert {region.adcode for region in mention.candidates} == {"220302", "210106", "210303"}


@pytest.mark.parametrize("text", ["四平市铁西区", "我是四平的，住铁西", "铁西，四平这边", "梨树的亲戚在铁西区"])
def test_siping_nearby_settles_which_district_is_meant(library: Library, text: str) -> None:
    found = library.regions.find(text)
    assert "220302" in [mention.region.adcode for mention in found if mention.region is not None]
    assert all(mention.region is not None for mention in found)


def test_another_city_in_front_settles_it_the_other_way(library: Library) -> None:
    assert places(library, "沈阳市铁西区") == [["辽宁省沈阳市铁西区"]]
    assert places(library, "鞍山的铁东区") == [["辽宁省鞍山市铁东区"]]


def test_a_place_settled_earlier_in_the_conversation_is_remembered(library: Library) -> None:
    siping = next(region for region in library.regions.all if region.adcode == "220300")
    found = library.regions.find("铁东区", known=siping)
    assert [mention.region.adcode for mention in found if mention.region is not None] == ["220303"]


@pytest.mark.parametrize(
    ("text", "adcode"), [("伊通", "220323"), ("双辽那边", "220382"), ("叶赫镇", "220303"), ("伊通县营城子镇", "220323"), ("郭家店", "220322")]
)
def test_counties_and_their_towns_are_ours(library: Library, text: str, adcode: str) -> None:
    mention = library.regions.find(text)[0]
    assert mention.region is not None
    assert mention.region.local
    assert mention.region.adcode == adcode


@pytest.mark.parametrize("text", ["长春", "公主岭市", "广东深圳", "延边", "上海", "昌图县", "辽源", "吉林省"])
def test_places_out_of_town_are_known_as_such(library: Library, text: str) -> None:
    mention = library.regions.find(text)[0]
    assert mention.region is not None
    assert not mention.region.local


def test_gongzhuling_is_no_longer_ours(library: Library) -> None:
    notes = {place.adcode: place.note for place in library.city.not_ours}
    mention = library.regions.find("公主岭")[0]
    assert mention.region is not None
    assert mention.region.adcode in notes


@pytest.mark.parametrize("text", ["住在北京路", "吉林银行的卡", "上海人寿的保单", "长治久安", "三明治", "阿里的平台", "玉树临风"])
def test_streets_banks_and_everyday_words_are_no_places(library: Library, text: str) -> None:
    assert library.regions.find(text) == ()


def test_province_city_and_district_in_a_row_are_one_place(library: Library) -> None:
    found = library.regions.find("吉林省四平市梨树县")
    assert [(mention.start, mention.end) for mention in found] == [(0, 9)]


def test_every_prefecture_and_province_is_in_the_table_once(library: Library) -> None:
    levels = [region.level for region in library.regions.all]
    codes = [region.adcode for region in library.regions.all]
    assert len(codes) == len(set(codes))
    assert levels.count("province") == 34
    assert levels.count("prefecture") == 333

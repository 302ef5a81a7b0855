import pytest

from bot.scam.build_tables import build_tables
from bot.scam.data import DisguiseData
from bot.scam.normalise import Normaliser
from tests.scam.conftest import DATA


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("全額退保", "全额退保"),
        ("ｗｘ加我，全额退保", "微信加我,全额退保"),
        ("全\u200b额\u200d退\ufeff保", "全额退保"),
        ("全*额*退*保", "全额退保"),
        ("全 额 退 保", "全额退保"),
        ("全。额。退。保", "全额退保"),
        ("全🌹额🌹退🌹保", "全额退保"),
        ("全1额2退3保", "全额退保"),
        ("全额tui保", "全额退保"),
        ("ＱＥ　ＴＢ　＋Ｖ", "全额退保 加微信"),
        ("qe退bx，成了再付", "全额退保险,成了再付"),
        ("bao fei quan bu tui hui，bu cheng gong bu shou fei", "保费 全部退回,不成功不收费"),
        ("全额退bao", "全额退保"),
        ("葆费全额退", "保费全额退"),
        ("退宝不成功不收费", "退保不成功不收费"),
        ("辶艮亻呆找我", "退保找我"),
        ("亻呆弗贝全退", "保费全退"),
        ("➕V办退保", "加微信办退保"),
        ("费收不功成不，保退额全", "全额退保,不成功不收费"),
        ("全不\n额成\n退功\n保不", "全额退保不成功不"),
        ("徽信联系办退保", "微信联系办退保"),
        ("煺饱找我", "退保找我"),
        ("亻呆 阝佥 辶艮 费", "保险退费"),
        ("退Ьао一分不少", "退保一分不少"),
        ("全国可接t/b单", "全国可接退保单"),
        ("bxtb找我", "保险退保找我"),
        ("丨2378天天打", "12378天天打"),
        ("一分不少tui回来", "一分不少退回来"),
        ("全鹅退保", "全额退保"),
    ],
)
def test_disguised_words_are_read_as_meant(normaliser: Normaliser, written: str, meant: str) -> None:
    assert normaliser.normalise(written).text == meant


@pytest.mark.parametrize(
    "honest",
    [
        "汽车报废能退多少钱",
        "tb",
        "see you at the can ting",
        "店里今天爆单了",
        "推保养套餐的别来",
        "材料待理赔部门审核",
        "安徽信用社在哪",
        "宝宝腿抱着",
        "加微信",
        "退休金每月到账",
        "先别急，保险公司会联系你",
        "保洁阿姨几点来",
        "带班老师请假了",
        "晚上铁锅全鹅，都来",
        "把他t了吧",
        "我想退，保险公司不给退",
    ],
)
def test_honest_words_that_sound_like_a_keyword_are_left_alone(normaliser: Normaliser, honest: str) -> None:
    assert normaliser.normalise(honest).text == honest.replace("，", ",")


def test_offsets_lead_back_through_several_disguises(normaliser: Normaliser) -> None:
    raw = "您好\u200b，辶艮*亻呆，葆费全額tui"
    mapped = normaliser.normalise(raw)
    start = mapped.text.index("保费")
    first, last = mapped.raw_span(start, start + 2)
    assert raw[first:last] == "葆费"


def test_the_character_tables_are_what_their_libraries_give(disguise_data: DisguiseData) -> None:
    lines = (DATA / "characters.tsv").read_text(encoding="utf-8").splitlines()
    assert lines == build_tables(disguise_data.keywords, disguise_data.radicals)

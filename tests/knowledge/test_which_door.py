import pytest

from bot.knowledge.check import Everything
from bot.knowledge.which_door import Advice


def advice(everything: Everything, told: str) -> Advice:
    return everything.which_door.advise(everything.which_door.situations_in(told), told)


@pytest.mark.parametrize(
    ("told", "first_door"),
    [
        ("交完定金他就把我拉黑了", "police"),
        ("说不给钱就曝光我", "police"),
        ("退的钱被他们扣了", "police"),
        ("抖音上老刷到代理退保的广告", "market"),
        ("楼下贴着全额退保的传单", "market"),
        ("柜员跟我说是存款", "insurer"),
        ("保险公司不给退", "insurer"),
        ("赔的少，我不服", "insurer"),
        ("原来的业务员教我退保再买新的", "nfra"),
        ("一家律所的律师到处揽退保的活", "judicial"),
    ],
)
def test_the_right_body_comes_first(everything: Everything, told: str, first_door: str) -> None:
    assert advice(everything, told).doors[0].id == first_door


def test_a_dispute_about_the_contract_is_never_sent_to_market_regulation(everything: Everything) -> None:
    for told in ("保险公司拒赔", "现金价值给的太少", "拖着不给退"):
        assert "market" not in [door.id for door in advice(everything, told).doors]


def test_market_regulation_comes_with_its_seven_grounds(everything: Everything) -> None:
    warnings = "".join(advice(everything, "咨询公司乱收费").warnings)
    for number in range(1, 8):
        assert f"（{number}）" in warnings
    assert len(everything.which_door.content.grounds) == 7


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("咨询公司乱收费，都是五年前的事了", 4),
        ("咨询公司乱收费，法院已经判了", 2),
        ("咨询公司乱收费，我想匿名投诉", 6),
        ("咨询公司乱收费，没有收据", 5),
    ],
)
def test_a_sign_that_a_ground_applies_is_pointed_out(everything: Everything, told: str, number: int) -> None:
    assert f"第{number}种" in "".join(advice(everything, told).warnings)


def test_every_door_says_what_would_make_it_refuse(everything: Everything) -> None:
    for name in everything.which_door.content.situations:
        for door in everything.which_door.advise([name]).doors:
            assert door.refusals


def test_nothing_recognised_asks_for_more_and_still_gives_a_number(everything: Everything) -> None:
    nothing = advice(everything, "你好")
    assert nothing.doors == ()
    assert "110" in nothing.intro


def test_no_advice_breaks_a_rule_of_the_reply_guard(everything: Everything) -> None:
    names = list(everything.which_door.content.situations)
    for first in names:
        for second in names:
            given = everything.which_door.advise([first, second], "五年前的事，法院已经判了")
            assert everything.reply_guard.check("\n".join(given.messages()), given.citations) == []
            assert everything.library.cite(*given.citations)

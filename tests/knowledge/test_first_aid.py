import time
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.check import Everything
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.first_aid import LONGEST_TEXT, HandoverId

LONGEST_SECONDS = 1.0


@pytest.mark.parametrize(
    ("text", "given_things"),
    [
        ("身份证正面反面全发给那个老师了", {"id_photo"}),
        ("我家老头把工资卡押在他们那儿了", {"bank_card"}),
        ("短信里的验证码我念给客服了", {"password_or_code"}),
        ("新办的电话卡给他们邮过去了", {"sim_card"}),
        ("保单原件已经寄给那家公司", {"policy"}),
        ("稀里糊涂签了份全权委托书", {"signed_mandate"}),
        ("扫码付了押金", {"paid_fee"}),
        ("教我跟客服说业务员没讲清楚，还让我录音", {"told_to_record_or_lie"}),
        ("说不补钱就把我的事发到网上", {"threatened"}),
        ("退下来的钱打进他们公司账户了", {"refund_withheld"}),
        ("我卡里的存款被人转走了", {"money_moved"}),
        ("他们用我的身份证办了网贷", {"id_photo", "online_loan"}),
        ("装了个软件，屏幕也共享了", {"remote_control"}),
        ("我也介绍过几个老乡给他们", {"joined"}),
        ("签了协议，交了2000服务费，身份证也拍照发过去了", {"signed_mandate", "paid_fee", "id_photo"}),
        ("昨天把身份证照片还有银行卡发给那个退保的人了", {"id_photo", "bank_card"}),
        ("身份证、银行卡、密码全在中介手里", {"id_photo", "bank_card", "password_or_code"}),
    ],
)
def test_what_was_handed_over_is_heard_in_many_wordings(everything: Everything, text: str, given_things: set[HandoverId]) -> None:
    assert everything.first_aid.detect_handover(text).given >= given_things


@pytest.mark.parametrize(
    "text",
    [
        "他让我把身份证发过去，我没发",
        "还没给银行卡呢",
        "能不能把验证码告诉他",
        "要是把卡给了他会怎么样",
        "他管我要手机卡，我不敢给",
        "明天再把保单寄给他",
        "没签字也没交钱",
        "他说要先交三千材料费",
    ],
)
def test_what_was_only_asked_for_feared_or_refused_is_not_given(everything: Everything, text: str) -> None:
    assert everything.first_aid.detect_handover(text).given == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "退保要带身份证和银行卡吗",
        "我交了三年保费",
        "昨天签收的保险合同",
        "保险公司把保单寄给我了",
        "我想办保单贷款",
        "银行卡注销了退保金退到哪",
        "保单丢了怎么办",
        "我的身份证过期了",
        "业务员说要身份证复印件才能退",
    ],
)
def test_ordinary_questions_about_surrender_call_for_no_first_aid(everything: Everything, text: str) -> None:
    assert everything.first_aid.detect_handover(text).given == frozenset()


def test_what_was_asked_for_in_one_clause_and_given_in_the_next_counts_as_given(everything: Everything) -> None:
    heard = everything.first_aid.detect_handover("他让我把银行卡寄过去，我就寄了")
    assert heard.given == {"bank_card"}
    assert heard.asked_for == frozenset()


def test_what_was_asked_for_is_kept_apart_and_warned_about(everything: Everything) -> None:
    heard = everything.first_aid.detect_handover("他非让我把验证码报给他，我没报")
    assert heard.asked_for == {"password_or_code"}
    assert "千万别给" in everything.first_aid.warn_before_giving(heard.asked_for)


def test_one_thing_given_and_another_refused_are_told_apart(everything: Everything) -> None:
    heard = everything.first_aid.detect_handover("银行卡没给，身份证给了")
    assert (heard.given, heard.asked_for) == ({"id_photo"}, {"bank_card"})


@pytest.mark.parametrize("text", ["他还让我明天去给业务员打电话录音", "对方教我投诉时说没看过合同", "王姐说让我装病", "李律师叫我妈就说没看过合同"])
def test_what_an_agent_tells_one_to_say_is_a_victims_account(everything: Everything, text: str) -> None:
    heard = everything.first_aid.detect_handover(text)
    assert heard.told_by_agent
    assert heard.given == {"told_to_record_or_lie"}


@pytest.mark.parametrize("text", ["你教我编个理由", "他让我编个理由，你帮我编一个呗", "老师让我说没签过字，咋说才像", "给我弄个话术"])
def test_a_wish_for_help_with_lies_is_not_an_account(everything: Everything, text: str) -> None:
    assert not everything.first_aid.detect_handover(text).told_by_agent


def test_the_bank_comes_first_when_a_card_is_gone(everything: Everything) -> None:
    steps = everything.first_aid.plan(["bank_card", "id_photo"]).due("hour")
    assert steps[0].id == "bank_freeze"


def test_the_police_come_first_under_threat(everything: Everything) -> None:
    plan = everything.first_aid.plan(["paid_fee", "threatened"])
    assert plan.urgent
    assert plan.steps[0].id == "police_now"
    assert plan.calls[0] == "110"


def test_every_plan_ends_with_the_free_way_and_the_offer_to_file_a_tip_off(everything: Everything) -> None:
    for handover in everything.first_aid.content.handovers:
        plan = everything.first_aid.plan([handover])
        assert [step.id for step in plan.steps][-2:] == ["official_route", "tip_off"]
        assert "登记线索" in plan.messages()[-1]


def test_every_handover_has_something_to_do_in_the_next_hour(everything: Everything) -> None:
    for handover in everything.first_aid.content.handovers:
        assert everything.first_aid.plan([handover]).due("hour")


def test_steps_are_numbered_through_the_hour_the_day_and_the_week(everything: Everything) -> None:
    messages = everything.first_aid.plan(["id_photo"]).messages()
    numbers = [int(line.split(".")[0]) for message in messages for line in message.splitlines() if line[0].isdigit()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_nothing_handed_over_asks_what_it_was(everything: Everything) -> None:
    with pytest.raises(KnowledgeError) as caught:
        everything.first_aid.plan([])
    assert caught.value.key == "handover_missing"


@given(st.sets(st.sampled_from(get_args(HandoverId)), min_size=1))
def test_any_combination_gives_one_plan_without_repetition_that_may_be_said(everything: Everything, handovers: set[HandoverId]) -> None:
    plan = everything.first_aid.plan(handovers)
    assert len({step.id for step in plan.steps}) == len(plan.steps)
    assert set(plan.handovers) == handovers
    assert everything.reply_guard.check("\n".join(plan.messages()), plan.citations) == []


@pytest.mark.parametrize("text", ["给" * LONGEST_TEXT, "签了交了退的钱被他们" * 400, "身份证" * 2000, "（" * 5000, "他让我" * 2000])
def test_text_made_to_hurt_costs_no_more_than_a_story(everything: Everything, text: str) -> None:
    started = time.process_time()
    everything.first_aid.detect_handover(text)
    assert time.process_time() - started < LONGEST_SECONDS

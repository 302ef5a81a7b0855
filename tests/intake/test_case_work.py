"""The life of a tip-off: states, legal periods, merging, consent, and what the reporter reads."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from bot.intake.deadlines import confirm
from bot.intake.desk import IntakeDesk
from bot.intake.draft import Fields, Reporter, TipOffDraft
from bot.intake.errors import IntakeError
from bot.intake.vocabulary import LEGAL_DUTY, Agency, TipOffKind, TipOffState
from bot.workdays import WorkingDayCalendar
from tests.intake.conftest import Clock

Draft = Callable[..., TipOffDraft]
State = TipOffState

MISLED = "业务员卖保险的时候说是存款，三年随便取，现在保险公司说退保只退一半。"


def due_days(desk: IntakeDesk, tip_off_id: str) -> dict[str, date]:
    return {item.rule: item.due_on for item in desk.get(tip_off_id).deadlines}


def test_a_report_to_the_market_authority_starts_fifteen_working_days(desk: IntakeDesk, market_draft: Draft) -> None:
    receipt = desk.submit(market_draft(), "key-1")

    assert receipt.lead_agency is Agency.MARKET
    assert due_days(desk, receipt.tip_off_id) == {"report_verification": date(2026, 3, 23)}


def test_an_extension_adds_fifteen_working_days_to_the_first_last_day(desk: IntakeDesk, market_draft: Draft, clock: Clock) -> None:
    tip_off_id = desk.submit(market_draft(), "key-1").tip_off_id
    desk.transition(tip_off_id, State.INVESTIGATING, "clerk", "开始核查")
    clock.forward(days=10)
    desk.transition(tip_off_id, State.EXTENDED, "clerk", "负责人批准")

    assert due_days(desk, tip_off_id) == {"report_verification_extension": date(2026, 4, 14)}  # Qingming on 4–6 April in between


def test_filing_a_case_meets_the_verification_and_starts_ninety_days_then_thirty_more(desk: IntakeDesk, market_draft: Draft) -> None:
    tip_off_id = desk.submit(market_draft(), "key-1").tip_off_id
    desk.transition(tip_off_id, State.INVESTIGATING, "clerk", "核查")
    desk.transition(tip_off_id, State.CASE_FILED, "clerk", "立案")
    assert due_days(desk, tip_off_id) == {"case_decision": date(2026, 6, 1)}  # 31 May is a Sunday

    desk.transition(tip_off_id, State.EXTENDED, "clerk", "案情复杂")
    assert due_days(desk, tip_off_id) == {"case_decision_extension": date(2026, 7, 1)}


def test_a_complaint_starts_seven_working_days_and_its_acceptance_sixty_natural_days(
    desk: IntakeDesk, market_draft: Draft, complainant: Reporter
) -> None:
    tip_off_id = desk.submit(market_draft(kind=TipOffKind.COMPLAINT, reporter=complainant, consent_identity=True), "key-1").tip_off_id
    assert due_days(desk, tip_off_id) == {"complaint_acceptance": date(2026, 3, 11)}

    desk.transition(tip_off_id, State.ACCEPTED, "clerk", "符合规定")
    assert due_days(desk, tip_off_id) == {"complaint_mediation": date(2026, 5, 6)}  # 1–5 May is a holiday


def test_a_mediation_that_fails_ends_its_period_and_starts_seven_working_days_to_say_so(
    desk: IntakeDesk, market_draft: Draft, complainant: Reporter
) -> None:
    tip_off_id = desk.submit(market_draft(kind=TipOffKind.COMPLAINT, reporter=complainant, consent_identity=True), "key-1").tip_off_id
    desk.transition(tip_off_id, State.ACCEPTED, "clerk", "符合规定")
    desk.transition(tip_off_id, State.MEDIATION_ENDED, "clerk", "没有谈成")
    assert due_days(desk, tip_off_id) == {"complaint_termination_notice": date(2026, 3, 11)}

    desk.transition(tip_off_id, State.CLOSED, "clerk", "已经告知")
    assert due_days(desk, tip_off_id) == {}


def test_a_report_has_no_mediation_to_end(sqlite_desk: IntakeDesk, market_draft: Draft) -> None:
    tip_off_id = sqlite_desk.submit(market_draft(), "key-1").tip_off_id
    sqlite_desk.transition(tip_off_id, State.ACCEPTED, "clerk", "受理")

    assert State.MEDIATION_ENDED not in sqlite_desk.get(tip_off_id).next_states
    with pytest.raises(IntakeError, match="transition_not_allowed"):
        sqlite_desk.transition(tip_off_id, State.MEDIATION_ENDED, "clerk", "没有谈成")


def test_of_a_complaint_and_report_the_report_is_verified_though_the_complaint_is_rejected(
    desk: IntakeDesk, market_draft: Draft, complainant: Reporter
) -> None:
    receipt = desk.submit(market_draft(kind=TipOffKind.BOTH, reporter=complainant, consent_identity=True), "key-1")
    assert "分开办" in receipt.words
    assert set(due_days(desk, receipt.tip_off_id)) == {"complaint_acceptance", "report_verification"}

    desk.transition(receipt.tip_off_id, State.REJECTED, "clerk", "不是消费", ground="not_consumption")
    assert "举报照样核查" in desk.status(receipt.number, "me").words
    assert set(due_days(desk, receipt.tip_off_id)) == {"report_verification"}

    desk.transition(receipt.tip_off_id, State.INVESTIGATING, "clerk", "核查举报")
    assert set(due_days(desk, receipt.tip_off_id)) == {"report_verification"}


def test_a_report_to_the_financial_regulator_has_fifteen_days_then_sixty_and_thirty_more_all_marked_unverified(
    sqlite_desk: IntakeDesk, draft: Draft
) -> None:
    tip_off_id = sqlite_desk.submit(draft(MISLED, fields=Fields(behaviours=["insurer_misled"])), "key-1").tip_off_id
    assert due_days(sqlite_desk, tip_off_id) == {"nfra_report_acceptance": date(2026, 3, 17)}
    assert not sqlite_desk.get(tip_off_id).deadlines[0].verified

    sqlite_desk.transition(tip_off_id, State.ACCEPTED, "clerk", "受理")
    assert due_days(sqlite_desk, tip_off_id) == {"nfra_report_decision": date(2026, 5, 6)}  # 1–5 May is a holiday

    sqlite_desk.transition(tip_off_id, State.EXTENDED, "clerk", "复杂")
    assert due_days(sqlite_desk, tip_off_id) == {"nfra_report_decision_extension": date(2026, 6, 5)}


def test_overdue_and_due_soon_come_first(desk: IntakeDesk, market_draft: Draft, clock: Clock) -> None:
    first = desk.submit(market_draft(), "key-1").tip_off_id
    clock.forward(days=14)
    desk.submit(market_draft(), "key-2")
    clock.forward(days=8)

    assert [(item.tip_off_id, item.days_left, item.overdue) for item in desk.due(3)] == [(first, -1, True)]
    assert len(desk.due(30)) == 2


def test_a_period_into_an_unannounced_year_is_kept_unconfirmed_and_confirmed_later(desk: IntakeDesk, market_draft: Draft, clock: Clock) -> None:
    clock.now = datetime(2098, 12, 20, 2, 0, tzinfo=UTC)
    tip_off_id = desk.submit(market_draft(), "key-1").tip_off_id
    (item,) = desk.get(tip_off_id).deadlines
    assert not item.confirmed

    calendar = WorkingDayCalendar(working={date(2099, 1, 1): False}, announced=frozenset({2098, 2099}))
    informed = IntakeDesk(desk.store.engine, desk.store.keyring, desk.catalog, calendar=calendar, clock=clock)
    assert confirm(informed.store) == 1
    (item,) = informed.get(tip_off_id).deadlines
    assert item.confirmed


def test_a_natural_period_into_an_unannounced_year_still_moves_off_a_weekend(
    desk: IntakeDesk, market_draft: Draft, complainant: Reporter, clock: Clock
) -> None:
    clock.now = datetime(2098, 12, 2, 2, 0, tzinfo=UTC)
    tip_off_id = desk.submit(market_draft(kind=TipOffKind.COMPLAINT, reporter=complainant, consent_identity=True), "key-1").tip_off_id
    desk.transition(tip_off_id, State.ACCEPTED, "clerk", "符合规定")

    (item,) = desk.get(tip_off_id).deadlines
    assert (item.rule, item.due_on, item.confirmed) == ("complaint_mediation", date(2099, 2, 2), False)  # 60 days later is a Saturday, 31 January


@pytest.mark.parametrize(
    ("to_state", "arguments", "error"),
    [
        (State.MERGED, {}, "transition_not_allowed"),
        (State.REJECTED, {}, "ground_missing"),
        (State.REJECTED, {"ground": "because"}, "ground_unknown"),
        (State.ACCEPTED, {"reason": "  "}, "reason_missing"),
        (State.ACCEPTED, {"expected_state": State.FORWARDED}, "state_changed_meanwhile"),
    ],
)
def test_a_wrong_step_is_refused_and_changes_nothing(
    desk: IntakeDesk, draft: Draft, to_state: State, arguments: dict[str, str], error: str
) -> None:
    tip_off_id = desk.submit(draft(), "key-1").tip_off_id

    with pytest.raises(IntakeError) as refused:
        desk.transition(tip_off_id, to_state, "clerk", **({"reason": "理由"} | arguments))
    assert refused.value.key == error
    assert desk.words_for(refused.value)
    assert desk.get(tip_off_id).summary.state is State.REGISTERED
    assert len(desk.get(tip_off_id).log) == 1


def test_without_consent_nothing_is_passed_on_except_by_legal_duty(desk: IntakeDesk, draft: Draft) -> None:
    tip_off_id = desk.submit(draft(consent_transfer=False), "key-1").tip_off_id

    with pytest.raises(IntakeError, match="consent_missing"):
        desk.transition(tip_off_id, State.FORWARDED, "clerk", "转公安")
    desk.transition(tip_off_id, State.FORWARDED, "clerk", "涉嫌犯罪必须移送", ground=LEGAL_DUTY)
    assert desk.get(tip_off_id).log[-1].ground == LEGAL_DUTY


def test_the_reporter_reads_words_for_every_state_and_ground(desk: IntakeDesk, draft: Draft) -> None:
    receipt = desk.submit(draft(), "key-1")
    desk.transition(receipt.tip_off_id, State.REJECTED, "clerk", "不归我们管", ground="not_competent")
    status = desk.status(receipt.number, "me")

    assert "这件事不归这个部门管" in status.words
    assert [step.state for step in status.history] == [State.REGISTERED, State.REJECTED]


def test_a_transfer_changes_the_agency_the_reporter_sees(desk: IntakeDesk, draft: Draft) -> None:
    receipt = desk.submit(draft(), "key-1")
    desk.transition(receipt.tip_off_id, State.TRANSFERRED, "clerk", "属监管职责", to_agency=Agency.NFRA)

    assert desk.status(receipt.number, "me").agency is Agency.NFRA


def test_merging_with_new_facts_restarts_the_clock_and_both_receipts_go_on_working(desk: IntakeDesk, market_draft: Draft, clock: Clock) -> None:
    first, second = desk.submit(market_draft(), "key-1"), desk.submit(market_draft(), "key-2")
    clock.forward(days=7)
    desk.merge(second.tip_off_id, first.tip_off_id, "clerk", "同一传单", new_facts=True)
    desk.transition(first.tip_off_id, State.INVESTIGATING, "clerk", "核查")

    assert due_days(desk, first.tip_off_id) == {"report_verification": date(2026, 3, 30)}
    assert due_days(desk, second.tip_off_id) == {}
    assert desk.status(second.number, "me").state is State.INVESTIGATING


@pytest.mark.parametrize("error", ["merge_with_itself", "already_closed", "tip_off_unknown"])
def test_what_cannot_be_merged_is_refused(desk: IntakeDesk, draft: Draft, error: str) -> None:
    first, second = desk.submit(draft(), "key-1"), desk.submit(draft(), "key-2")
    desk.withdraw(second.number, "me")
    into = {"merge_with_itself": first.tip_off_id, "already_closed": second.tip_off_id, "tip_off_unknown": "0" * 32}[error]

    with pytest.raises(IntakeError, match=error):
        desk.merge(first.tip_off_id, into, "clerk", "重复")


def test_a_withdrawn_tip_off_meets_its_periods_and_takes_no_more(desk: IntakeDesk, market_draft: Draft) -> None:
    receipt = desk.submit(market_draft(), "key-1")
    desk.withdraw(receipt.number, "me")

    assert desk.due(1000) == []
    for again in (lambda: desk.withdraw(receipt.number, "me"), lambda: desk.add_message(receipt.number, "补充", "me")):
        with pytest.raises(IntakeError, match="already_closed"):
            again()


def test_reporter_and_staff_write_to_each_other_by_receipt_alone(desk: IntakeDesk, draft: Draft, clock: Clock) -> None:
    receipt = desk.submit(draft(), "key-1")
    desk.add_message(receipt.number, "他还有一个电话13866668888", "me")
    clock.forward(minutes=1)
    desk.note(receipt.tip_off_id, "请补充转账时间", "clerk", to_reporter=True)
    clock.forward(minutes=1)
    desk.note(receipt.tip_off_id, "内部：已联系派出所", "clerk")

    assert [message.text for message in desk.status(receipt.number, "me").messages] == ["他还有一个电话13866668888", "请补充转账时间"]
    shown = [message.text for message in desk.get(receipt.tip_off_id).messages]
    assert shown == ["他还有一个电话138****8888", "请补充转账时间", "内部：已联系派出所"]


def test_a_code_or_password_in_a_message_is_refused_not_stored(desk: IntakeDesk, draft: Draft) -> None:
    receipt = desk.submit(draft(), "key-1")

    with pytest.raises(IntakeError, match="message_has_secret"):
        desk.add_message(receipt.number, "验证码是482913", "me")
    assert desk.get(receipt.tip_off_id).messages == ()


def test_shared_identifiers_make_a_lead_group_with_counts_by_place_and_time(desk: IntakeDesk, draft: Draft, clock: Clock) -> None:
    same_phone = [Fields(phone=phone, region_code="220303") for phone in ("13912345678", "+86 139-1234-5678", "１３９１２３４５６７８")]
    ids = {desk.submit(draft(f"各不相同的第{number}个故事", fields=fields), f"key-{number}").tip_off_id for number, fields in enumerate(same_phone)}
    clock.forward(days=31)
    ids.add(desk.submit(draft("还有一个", fields=Fields(wechat="13912345678", region_code="220322")), "key-9").tip_off_id)
    desk.submit(draft("无关的", fields=Fields(phone="13700000000")), "key-10")

    (group,) = desk.lead_groups()
    assert set(group.tip_off_ids) == ids
    assert group.by_region == {"220303": 3, "220322": 1}
    assert group.by_month == {"2026-03": 3, "2026-04": 1}
    assert set(desk.get(next(iter(ids))).linked) == ids - {next(iter(ids))}


def test_a_copied_script_links_stories_that_differ_only_in_names_and_numbers(desk: IntakeDesk, draft: Draft) -> None:
    script = "{0}打电话说国家出台了退保新政策可以全额退保费，让我把身份证正反面和保单拍照发过去，先交{1}元材料费，不成功不收费，手机{2}"
    for number, values in enumerate([("老张", 3000, "13811112222"), ("小李", 5000, "13933334444")]):
        desk.submit(draft(script.format(*values), fields=Fields()), f"key-{number}")
    desk.submit(draft("梨树县早市上有个穿红衣服的女的给老人发鸡蛋，登记保险的名字电话，我看着不像好人，你们去看看吧", fields=Fields()), "key-9")

    (group,) = desk.lead_groups()
    assert len(group.tip_off_ids) == 2
    assert set(group.shared) == {"script"}


def test_possible_duplicates_are_counted_before_submit_without_saying_which(desk: IntakeDesk, draft: Draft) -> None:
    desk.submit(draft(), "key-1")

    assert desk.possible_duplicates(Fields(wechat="TuiBao888"), "另一个人说的") == 1
    assert desk.possible_duplicates(Fields(wechat="someone_else"), "另一个人说的") == 0

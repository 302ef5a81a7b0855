import pytest

from bot.knowledge.check import Everything


@pytest.mark.parametrize(
    ("text", "last", "topic"),
    [
        ("那要几天？", "surrender_procedure", "refund_time"),
        ("几天啊", "cooling_off_what", "cooling_off_length"),
        ("多久有结果", "report_how", "report_time"),
        ("网上能办吗", "surrender_materials", "surrender_where"),
        ("为啥？", "refund_amount", "cash_value"),
        ("要带啥", "surrender_where", "surrender_materials"),
        ("得本人去吗", "surrender_procedure", "surrender_who"),
        ("我儿子能替我办吗", "surrender_materials", "surrender_who"),
        ("要收费吗", "complain_12378", "complain_12378"),
        ("多少钱", "agent_what", "agent_fee"),
        ("能退多少", "surrender_procedure", "refund_amount"),
        ("电话多少", "surrender_where", "insurer_hotline"),
        ("怎么办理", "policy_loan", "policy_loan"),
        ("过期了呢", "cooling_off_length", "after_cooling_off"),
        ("他们不给办咋办", "surrender_procedure", "insurer_refuses"),
        ("能匿名吗", "report_how", "report_confidential"),
        ("然后呢", "cash_value", "cash_value"),
        ("从签字那天算吗", "cooling_off_length", "cooling_off_length"),
        ("周末算不算", "refund_time", "refund_time"),
        ("打我闺女卡行不", "refund_time", "refund_account"),
        ("还能反悔吗", "surrender_procedure", "surrender_reversal"),
        ("还能反悔吗", "agent_signed_or_paid", "agent_signed_or_paid"),
        ("合理吗", "agent_fee", "agent_what"),
        ("这犯法不", "agent_recruit", "agent_legal_liability"),
        ("要是不还呢", "policy_loan", "policy_loan"),
        ("一直不交会咋样", "grace_period", "lapsed_policy"),
        ("以后还能再买吗", "surrender_procedure", "surrender_consequences"),
        ("会有啥影响吗", "agent_what", "agent_risks"),
        ("我能听听不", "recordings", "recordings"),
        ("哪些情况可以", "agent_full_refund", "agent_full_refund"),
        ("还不满意怎么办", "complain_insurer", "complain_12378"),
        ("能告他们吗", "insurer_refuses", "mediation_court"),
        ("退的话扣钱不", "cooling_off_length", "cooling_off_refund"),
        ("电话呢", "surrender_procedure", "insurer_hotline"),
    ],
)
def test_a_short_question_is_answered_in_the_light_of_the_last_topic(everything: Everything, text: str, last: str, topic: str) -> None:
    assert everything.follow_ups.resolve(text, last) == topic


@pytest.mark.parametrize("text", ["我在平安买的分红险交了三年想退能退多少", "今天天气不错", "", "？？？", "保单贷款利息怎么算"])
def test_a_question_with_its_own_subject_is_not_a_follow_up(everything: Everything, text: str) -> None:
    assert everything.follow_ups.resolve(text, "surrender_procedure") is None


def test_without_a_last_topic_nothing_is_resolved(everything: Everything) -> None:
    assert everything.follow_ups.resolve("那要几天？", None) is None


def test_an_aspect_that_does_not_fit_the_topic_is_left_alone(everything: Everything) -> None:
    assert everything.follow_ups.resolve("为啥", "lost_policy") is None


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("钱啥时候能到手", "how_long"),
        ("得等几天呀", "how_long"),
        ("手机上能整不", "online"),
        ("能邮寄不", "online"),
        ("在外地咋办", "where"),
        ("归哪个部门管", None),
        ("第一步干啥", "how"),
        ("没带合同行吗", "materials"),
        ("我老伴去行不", "who"),
        ("扣多少啊", "cost"),
        ("他们会知道是我吗", "anonymous"),
        ("超过时间了咋办", "after_deadline"),
    ],
)
def test_the_speech_of_the_region_is_understood(everything: Everything, text: str, aspect: str | None) -> None:
    assert everything.follow_ups.aspect(text) == aspect


def test_a_question_for_the_basis_repeats_the_answer_with_its_sources(everything: Everything) -> None:
    assert everything.follow_ups.resolve("有什么依据吗", "refund_time") == "refund_time"


def test_an_agent_topic_without_its_own_entry_uses_that_of_its_group(everything: Everything) -> None:
    assert everything.follow_ups.resolve("多少钱", "agent_risks") == "agent_fee"
    assert everything.follow_ups.resolve("多久有结果", "agent_threat") == "report_time"

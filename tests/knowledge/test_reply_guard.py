import pytest

from bot.knowledge.check import Everything, all_texts
from bot.knowledge.topics import AnswerContext


def rules(everything: Everything, text: str) -> set[str]:
    return {violation.rule for violation in everything.reply_guard.check(text)}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("您放心，肯定能全额退", "promise"),
        ("我帮您把钱要回来，包成功", "promise"),
        ("全额退保没问题", "promise"),
        ("我建议您退保", "advice"),
        ("您最好别退", "advice"),
        ("继续交更划算", "advice"),
        ("趁早退了吧", "advice"),
        ("推荐您买重疾险", "product"),
        ("泰康人寿比新华保险靠谱", "product"),
        ("这款性价比很好", "product"),
        ("您可以先编个理由", "illegal_help"),
        ("请把验证码发给我", "asks_secret"),
        ("麻烦您提供一下身份证号", "asks_secret"),
        ("我是人工客服小王", "pretends_human"),
        ("所有保险都有15天犹豫期", "unverified"),
        ("消费者能要求退一赔三", "unverified"),
        ("您的电话是13912345678吧", "personal_data"),
        ("公司必须在30日内退给您", "uncited_law"),
        ("按《保险法》可以退", "uncited_law"),
    ],
)
def test_what_must_never_be_said_is_found(everything: Everything, text: str, rule: str) -> None:
    assert rule in rules(everything, text)


@pytest.mark.parametrize(
    "text",
    [
        "说保证全额退的都是骗子。",
        "谁跟您说一定能全退，都别信。",
        "没人能保证退回全部保费。",
        "“不成功不收费”是他们的话术。",
        "验证码、密码千万别告诉任何人。",
        "他让您提供银行卡号，别给。",
        "我不推荐也不比较产品。",
        "我是机器人，不是真人。",
        "他们教您编个理由去投诉，千万别照做。",
        "友邦人寿客服：400-820-3588（以保单或官网为准）。",
        "急事打110或96110，也可以打12378。",
        "离职的业务员怂恿您退保，别听。",
        "退不退，主意您自己拿。",
    ],
)
def test_our_own_warnings_and_refusals_are_let_through(everything: Everything, text: str) -> None:
    assert rules(everything, text) == set()


def test_a_statement_of_law_may_be_said_with_its_source(everything: Everything) -> None:
    text = "公司收到解除通知后30日内退现金价值。"
    assert everything.reply_guard.check(text, everything.library.cite("insurance_law_47")) == []
    assert everything.reply_guard.check(text + "依据：《保险法》第47条（核对日期 2026-11-22）") == []


def test_a_violation_points_at_the_words_and_names_the_topic(everything: Everything) -> None:
    text = "别怕。我建议您退保。"
    violation = everything.reply_guard.check(text, (), "surrender_right")[0]
    assert text[violation.start : violation.end] == violation.phrase == "建议您退保"
    assert violation.topic == "surrender_right"


def test_an_excuse_in_another_sentence_excuses_nothing(everything: Everything) -> None:
    assert rules(everything, "骗子都不可信。我保证能全额退。") == {"promise"}


def test_every_text_the_knowledge_holds_may_be_said(everything: Everything) -> None:
    told = list(all_texts(everything))
    assert len(told) > 700
    for text in told:
        assert everything.reply_guard.check(text.text, text.citations, text.origin) == []


@pytest.mark.parametrize("insurer", [None, "平安", "百年人寿", "中银三星", "没听过的公司"])
def test_every_answer_in_every_context_may_be_said_as_it_reaches_the_person(everything: Everything, insurer: str | None) -> None:
    library = everything.library
    contexts = [AnswerContext(insurer=insurer, product=product, cooling_off=cooling_off, channel=channel, years=years)
        for product in (None, "universal", "short_health", "auto", "compulsory_auto", "group")
        for cooling_off in (None, "inside", "outside")
        for channel in (None, "bank")
        for years in (None, 1.0)]  # fmt: skip
    for context in contexts:
        for topic in library.topics:
            answer = library.answer(topic, context)
            text = "\n".join((answer.text, *answer.more, library.citation_line(answer.citations)))
            assert everything.reply_guard.check(text, answer.citations, topic) == []

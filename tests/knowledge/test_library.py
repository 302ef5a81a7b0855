import csv
import re
import time
from pathlib import Path

import pytest

from bot.knowledge.check import Everything
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.library import Library
from bot.knowledge.topics import LONGEST_ANSWER, AnswerContext

LOAD_SECONDS = 1.0
ANSWER_SECONDS = 0.001


def test_every_topic_of_the_specification_has_an_answer(library: Library, shared_spec: Path) -> None:
    with (shared_spec / "topics.csv").open(encoding="utf-8") as file:
        wanted = {row["topic_id"] for row in csv.DictReader(file)}
    assert wanted <= set(library.topics)


@pytest.mark.parametrize("intent", ["claims", "buy", "social_insurance", "motor", "other_finance", "other_refund", "general", "chitchat", "abuse"])
def test_every_out_of_scope_intent_is_declined_with_somewhere_to_go(library: Library, intent: str) -> None:
    answer = library.answer(f"oos_{intent}")
    assert answer.buttons
    assert re.search(r"\d{3,5}|转人工|跟我说|官网", answer.text)


def test_every_answer_fits_a_phone_and_leads_on(library: Library) -> None:
    for topic in library.topics:
        answer = library.answer(topic)
        assert 0 < len(answer.text) <= LONGEST_ANSWER
        assert answer.buttons


def test_every_answer_that_states_a_rule_names_law_article_and_date_checked(library: Library) -> None:
    for topic in library.topics.values():
        for citation in library.answer(topic.topic).citations:
            assert citation.law
            assert citation.article
            assert citation.checked == "2026-11-22"
        assert library.answer(topic.topic).citations or not topic.legal


def test_a_citation_line_names_the_law_with_its_articles_and_the_date() -> None:
    library = Library.load(Path(__file__).resolve().parents[2] / "data" / "knowledge")
    line = library.citation_line(library.cite("insurance_law_15", "insurance_law_47"))
    assert line == "依据：《保险法》第15条、第47条（核对日期 2026-11-22）"


def test_a_source_not_read_in_the_original_says_so(library: Library) -> None:
    assert "未核对原文" in library.citation_line(library.cite("bank_notice_period"))
    assert "二手来源" in library.citation_line(library.cite("press_fees_all"))


def test_no_citations_give_no_line(library: Library) -> None:
    assert library.citation_line(()) == ""


@pytest.mark.parametrize(
    ("topic", "context", "words"),
    [
        ("surrender_right", AnswerContext(product="compulsory_auto"), "注销登记"),
        ("refund_amount", AnswerContext(cooling_off="inside"), "10元"),
        ("refund_amount", AnswerContext(product="universal"), "账户价值"),
        ("refund_amount", AnswerContext(years=1), "交得不久"),
        ("cooling_off_length", AnswerContext(product="long_health"), "不少于15天"),
        ("cooling_off_length", AnswerContext(channel="bank"), "15个自然日"),
        ("cash_value", AnswerContext(product="auto"), "没有现金价值"),
        ("misselling", AnswerContext(channel="bank"), "去银行存钱"),
        ("agent_full_refund", AnswerContext(cooling_off="inside"), "自己打客服"),
    ],
)
def test_the_answer_follows_what_is_known_of_the_policy(library: Library, topic: str, context: AnswerContext, words: str) -> None:
    assert words in library.answer(topic, context).text
    assert words not in library.answer(topic).text or library.answer(topic).text != library.answer(topic, context).text


def test_two_matching_conditions_beat_one() -> None:
    library = Library.load(Path(__file__).resolve().parents[2] / "data" / "knowledge")
    record = library.topics["refund_amount"]
    variant = record.variant_for(AnswerContext(years=1, product="participating"))
    assert variant is not None
    assert variant.when.product == ("participating",)


def test_an_unknown_context_changes_nothing(library: Library) -> None:
    assert library.answer("refund_time", AnswerContext(years=4)) == library.answer("refund_time")


def test_the_persons_own_insurer_comes_with_its_number(library: Library) -> None:
    text = library.answer("surrender_procedure", AnswerContext(insurer="百年人寿")).text
    assert "百年人寿客服：95542" in text
    assert "以保单或官网为准" in text


def test_a_shared_name_asks_back_inside_the_answer(library: Library) -> None:
    answer = library.answer("surrender_procedure", AnswerContext(insurer="平安"))
    assert [insurer.short_name for insurer in answer.ask_insurer] == ["平安人寿", "平安产险", "平安健康", "平安养老"]
    assert answer.buttons[0].payload == '/surrender_procedure{"insurer": "平安人寿"}'


def test_a_company_without_a_known_number_sends_to_the_policy_and_12378(library: Library) -> None:
    text = library.answer("insurer_hotline", AnswerContext(insurer="中银三星")).text
    assert "12378" in text
    assert not re.search(r"95\d{3}|400", text)


def test_a_company_nobody_knows_is_not_given_a_number(library: Library) -> None:
    assert "没查到" in library.answer("insurer_hotline", AnswerContext(insurer="某某互助社")).text


def test_not_all_insurance_is_said_to_have_fifteen_days(library: Library) -> None:
    text = library.answer("cooling_off_length").text
    assert "看合同" in text
    assert "以合同为准" in text


def test_the_new_rules_are_followed_and_the_old_ones_gone(everything: Everything) -> None:
    reporting = everything.library.answer("report_time")
    assert any("投诉举报处理办法" in citation.law for citation in reporting.citations)
    told = "".join(text for answer in map(everything.library.answer, everything.library.topics) for text in (answer.text, *answer.more))
    assert "暂行办法》总局令" not in told
    assert "45个工作日" not in told
    assert "45日" not in told


def test_helping_with_a_lie_is_refused_with_the_reason_and_the_lawful_way(library: Library) -> None:
    answer = library.answer("refuse_illegal_help")
    assert "不能帮" in answer.text
    assert "12378" in answer.text
    assert "/start_complaint_letter" in [button.payload for button in answer.buttons]
    assert answer.citations


def test_the_city_stands_in_data_only(library: Library) -> None:
    assert "四平" in library.answer("campaign_info").text
    sources = (path for path in (Path(__file__).resolve().parents[2] / "bot" / "knowledge").glob("*.py"))
    for path in sources:
        code = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if "四平" in line)
        assert not code, path.name


def test_an_unknown_topic_is_an_error_with_a_key(library: Library) -> None:
    with pytest.raises(KnowledgeError) as caught:
        library.answer("no_such_topic")
    assert caught.value.key == "topic_unknown"


def test_loading_takes_less_than_a_second_and_an_answer_less_than_a_millisecond(knowledge_dir: Path) -> None:
    started = time.process_time()  # of this process: other work on the machine does not count
    library = Library.load(knowledge_dir)
    assert time.process_time() - started < LOAD_SECONDS
    context = AnswerContext(insurer="平安", product="universal", cooling_off="outside")
    library.answer("surrender_right", context)
    started = time.process_time()
    for topic in library.topics:
        library.answer(topic, context)
    assert (time.process_time() - started) / len(library.topics) < ANSWER_SECONDS


@pytest.mark.parametrize(
    "topic",
    [
        "surrender_right", "refund_amount", "cash_value", "not_yet_effective", "lapsed_policy", "surrender_reversal", "cooling_off_what",
        "cooling_off_length", "cooling_off_refund", "cooling_off_how", "after_cooling_off", "product_life_new_type", "product_health_accident",
        "product_auto", "product_bank_sold", "product_group", "policy_loan", "reduced_paid_up", "grace_period", "partial_surrender", "reinstatement",
        "compare_options",
    ],
)  # fmt: skip
def test_what_depends_on_the_contract_says_so(library: Library, topic: str) -> None:
    answer = library.answer(topic)
    assert re.search(r"以合同为准|看合同|看条款|以条款为准|以公司答复和合同为准", answer.text + "".join(answer.more))


def test_no_regulator_is_said_to_decide_who_pays(library: Library) -> None:
    assert "不直接判" in library.answer("complain_12378").text


@pytest.mark.parametrize("topic", ["agent_what", "agent_full_refund", "agent_fee", "agent_risks", "agent_legal_liability", "agent_impersonation"])
def test_every_warning_carries_the_free_official_way(library: Library, topic: str) -> None:
    answer = library.answer(topic)
    assert re.search(r"12378|公司客服|客服电话|自己找|自己打|自己办|如实投诉", answer.text + "".join(answer.more))

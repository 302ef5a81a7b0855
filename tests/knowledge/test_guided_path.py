from datetime import date

import pytest

from bot.knowledge.check import Everything
from bot.knowledge.checklist import Checklist, build_checklist
from bot.knowledge.guided_path import MOST_QUESTIONS, SKIPPED, PathAnswer, QuestionId
from bot.knowledge.topics import AnswerContext

TODAY = date(2026, 11, 23)


def checklist(everything: Everything, context: AnswerContext, reason: str | None = None) -> Checklist:
    texts = everything.guided_path.content.checklist
    return build_checklist(everything.library, texts, context, reason, TODAY)  # type: ignore[arg-type]


def test_at_most_four_questions_are_asked_each_with_buttons(everything: Everything) -> None:
    questions = everything.guided_path.content.questions
    assert len(questions) <= MOST_QUESTIONS
    assert all(question.options for question in questions)


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("insurer", "百年人寿", PathAnswer("百年人寿")),
        ("insurer", "平安的", PathAnswer("平安")),
        ("insurer", "跳过", PathAnswer(SKIPPED)),
        ("product", "买的重疾险", PathAnswer("long_health")),
        ("product", "分红、万能、投连", PathAnswer("participating")),
        ("product", "不知道", PathAnswer(SKIPPED)),
        ("cooling_off", "还在犹豫期", PathAnswer("inside")),
        ("cooling_off", "好几年了", PathAnswer("outside")),
        ("cooling_off", "11月3号收到的", PathAnswer("unknown", date(2026, 11, 3))),
        ("cooling_off", "前年买的", PathAnswer("outside")),
        ("cooling_off", "记不清了", PathAnswer("unknown")),
        ("reason", "家里人住院急用钱", PathAnswer("need_money")),
        ("reason", "退休了交不起", PathAnswer("cannot_pay")),
        ("reason", "当时被忽悠的", PathAnswer("missold")),
        ("reason", "抖音上有人说能帮退", PathAnswer("agent_asked")),
    ],
)
def test_a_free_answer_is_understood(everything: Everything, question: QuestionId, text: str, answer: PathAnswer) -> None:
    assert everything.guided_path.read(question, text, TODAY) == answer


def test_an_answer_that_means_nothing_is_not_guessed(everything: Everything) -> None:
    assert everything.guided_path.read("reason", "哈哈哈", TODAY) is None
    assert everything.guided_path.read("product", "啊？", TODAY) is None


def test_every_checklist_has_rights_refund_steps_time_complaints_and_the_warning(everything: Everything) -> None:
    text = "\n".join(checklist(everything, AnswerContext()).messages())
    for part in ("您的权利", "能退什么", "怎么办", "带什么", "30日", "一次告诉您全部材料", "12378", "小心代理退保", "依据：", "机器人"):
        assert part in text


def test_inside_cooling_off_the_refund_is_the_premium_less_ten_yuan(everything: Everything) -> None:
    text = "\n".join(checklist(everything, AnswerContext(cooling_off="inside", product="life")).messages())
    assert "最多扣10元" in text
    assert "退现金价值" not in text


def test_after_cooling_off_the_refund_is_the_cash_value(everything: Everything) -> None:
    text = "\n".join(checklist(everything, AnswerContext(cooling_off="outside", product="life")).messages())
    assert "退现金价值" in text
    assert "最多扣10元" not in text


def test_compulsory_motor_insurance_gets_its_own_list(everything: Everything) -> None:
    text = "\n".join(checklist(everything, AnswerContext(product="compulsory_auto")).messages())
    assert "注销登记" in text
    assert "现金价值" not in text


def test_someone_sent_by_an_agent_is_warned_in_their_own_section(everything: Everything) -> None:
    with_agent = checklist(everything, AnswerContext(), "agent_asked")
    assert "您说到的情况" in [section.title for section in with_agent.sections]
    assert "您说到的情况" not in [section.title for section in checklist(everything, AnswerContext()).sections]


def test_the_insurers_number_is_in_the_list(everything: Everything) -> None:
    assert "95542" in "\n".join(checklist(everything, AnswerContext(insurer="百年人寿")).messages())
    assert "95511" in "\n".join(checklist(everything, AnswerContext(insurer="平安")).messages())


def test_the_printable_page_escapes_what_a_person_typed(everything: Everything, knowledge_dir) -> None:  # type: ignore[no-untyped-def]
    page = checklist(everything, AnswerContext(insurer="<script>alert(1)</script>")).html(knowledge_dir / "templates")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_printable_page_loads_nothing_from_outside(everything: Everything, knowledge_dir) -> None:  # type: ignore[no-untyped-def]
    page = checklist(everything, AnswerContext(insurer="平安人寿", product="participating", cooling_off="outside")).html(knowledge_dir / "templates")
    assert "http" not in page
    assert "src=" not in page
    assert page.count("<li>") > 10


@pytest.mark.parametrize(
    "product", ["life", "participating", "universal", "unit_linked", "long_health", "short_health", "auto", "compulsory_auto", "group", None]
)
@pytest.mark.parametrize("cooling_off", ["inside", "outside", None])
@pytest.mark.parametrize("reason", ["need_money", "agent_asked", None])
def test_no_checklist_breaks_a_rule_of_the_reply_guard(everything: Everything, product, cooling_off, reason) -> None:  # type: ignore[no-untyped-def]
    made = checklist(everything, AnswerContext(insurer="新华保险", product=product, cooling_off=cooling_off, channel="bank"), reason)
    assert everything.reply_guard.check("\n".join(made.messages()), made.citations) == []
    assert made.citations

import io
from datetime import date
from decimal import Decimal

import docx
import pytest

from bot.knowledge.check import Everything
from bot.knowledge.complaint_letter import LONGEST_STORY, Letter, LetterFacts, write_letter
from bot.knowledge.errors import KnowledgeError

STORY = "去年三月我到储蓄所存两万块钱，柜台里的人让我签了几张纸，后来才知道是保险。"


def letter(everything: Everything, facts: LetterFacts) -> Letter:
    return write_letter(everything.library, everything.letter, facts)


def test_the_letter_holds_the_persons_own_words_and_no_other_ground(everything: Everything) -> None:
    text = "\n".join(letter(everything, LetterFacts(STORY)).paragraphs)
    assert STORY in text
    for invented in ("夸大", "欺骗", "误导", "承诺", "代签", "精神"):
        assert invented not in text


def test_what_is_unknown_stays_blank(everything: Everything) -> None:
    paragraphs = letter(everything, LetterFacts(STORY)).paragraphs
    for field in ("投诉人：", "联系电话：", "保单号：", "已交保费："):
        assert any(line.startswith(field) and "____" in line for line in paragraphs)


def test_signature_and_date_are_always_blank(everything: Everything) -> None:
    facts = LetterFacts(STORY, name="张三", bought_on=date(2025, 3, 4))
    signature, dated = letter(everything, facts).paragraphs[-2:]
    assert signature == "投诉人签名：________"
    assert dated == "日期：________年________月________日"


def test_what_is_known_is_filled_in(everything: Everything) -> None:
    facts = LetterFacts(
        STORY, "把双录给我看", insurer="新华保险", bought_on=date(2025, 3, 4), paid=Decimal(20000), product="分红险", evidence=("宣传单", "转账单")
    )
    text = letter(everything, facts).text()
    for part in ("新华人寿保险股份有限公司", "2025年3月4日", "20,000元", "分红险", "把双录给我看", "1. 宣传单", "2. 转账单"):
        assert part in text


def test_the_legal_limits_and_their_source_are_in_the_letter(everything: Everything) -> None:
    text = letter(everything, LetterFacts(STORY)).text()
    for part in ("15日", "30日", "60日", "银行业保险业消费投诉处理管理办法", "第18条"):
        assert part in text


def test_numbers_of_cards_and_documents_are_masked(everything: Everything) -> None:
    text = letter(everything, LetterFacts(STORY + "我的身份证号是11010519491231002X，卡号6222021234567890128。")).text()
    assert "11010519491231002X" not in text
    assert "6222021234567890128" not in text


def test_the_word_file_opens_and_holds_the_letter_without_the_notes(everything: Everything) -> None:
    made = letter(everything, LetterFacts(STORY))
    paragraphs = [paragraph.text for paragraph in docx.Document(io.BytesIO(made.docx())).paragraphs]
    assert paragraphs[0] == "投诉信"
    assert STORY in paragraphs
    assert made.notes[0] not in paragraphs


def test_control_characters_do_not_break_the_word_file(everything: Everything) -> None:
    made = letter(everything, LetterFacts("签了字\x00\x08才知道是保险\u200b，<b>不是存款</b>"))
    assert docx.Document(io.BytesIO(made.docx())).paragraphs


@pytest.mark.parametrize(
    ("story", "key"), [("", "letter_facts_missing"), (" \n ", "letter_facts_missing"), ("长" * (LONGEST_STORY + 1), "letter_too_long")]
)
def test_a_letter_without_facts_or_without_end_is_not_written(everything: Everything, story: str, key: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        letter(everything, LetterFacts(story))
    assert caught.value.key == key
    assert everything.library.phrase(f"errors.{key}", **caught.value.values)


def test_the_letter_may_be_said(everything: Everything) -> None:
    assert everything.reply_guard.check(letter(everything, LetterFacts(STORY)).text()) == []

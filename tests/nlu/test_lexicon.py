from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.nlu.lexicon import INSURER_MASK, NUMBER_MASK, PRODUCT_MASK, Lexicon, LexiconFile


@pytest.mark.parametrize("said", ["平安人寿怎么退保", "太平洋人寿怎么退保", "阳光人寿怎么退保", "泰康怎么退保"])
def test_every_insurer_reads_the_same(lexicon: Lexicon, said: str) -> None:
    assert lexicon.mask(said) == f"{INSURER_MASK}怎么退保"


def test_an_everyday_word_is_no_insurer(lexicon: Lexicon) -> None:
    assert INSURER_MASK not in lexicon.mask("祝大家幸福")


@pytest.mark.parametrize("said", ["国寿福能退吗", "《鑫财富二代》能退吗", "富贵八号能退吗"])
def test_a_product_nobody_has_heard_of_reads_like_any_other(lexicon: Lexicon, said: str) -> None:
    assert lexicon.mask(said) == f"{PRODUCT_MASK}能退吗"


def test_numbers_are_masked_but_hotlines_mean_something(lexicon: Lexicon) -> None:
    assert lexicon.mask("交了5000打12378有用吗") == f"交了{NUMBER_MASK}打12378有用吗"


def test_politeness_is_dropped_unless_nothing_else_was_said(lexicon: Lexicon) -> None:
    assert lexicon.mask("您好,请问犹豫期几天,谢谢") == ",犹豫期几天,"
    assert lexicon.mask("谢谢") == "谢谢"


def test_different_wordings_share_a_concept(lexicon: Lexicon) -> None:
    wordings = ("得带啥证件", "需要什么材料", "准备哪些手续")
    assert all("documents" in lexicon.concepts(wording) for wording in wordings)


def test_retiring_is_not_surrendering(lexicon: Lexicon) -> None:
    assert "surrender" not in lexicon.concepts("退休以后")
    assert "surrender" in lexicon.concepts("我想退了它")


def test_a_stored_lexicon_reads_as_before(lexicon: Lexicon) -> None:
    again = Lexicon.from_json(lexicon.to_json())
    said = "平安人寿的国寿福交了3年,过了犹豫期能退吗"
    assert again.mask(said) == lexicon.mask(said)
    assert again.concepts(said) == lexicon.concepts(said)
    assert again.to_json() == lexicon.to_json()


def test_a_misspelt_field_is_an_error_and_not_a_silent_loss() -> None:
    with pytest.raises(ValidationError):
        LexiconFile.model_validate({"filler": ["请问"]})


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Lexicon.load(tmp_path)

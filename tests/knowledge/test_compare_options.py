from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.check import Everything
from bot.knowledge.compare_options import Comparison, Figures, compare
from bot.knowledge.errors import KnowledgeError


def options(comparison: Comparison) -> dict[str, tuple[Decimal, Decimal]]:
    return {option.id: (option.low, option.high) for option in comparison.options}


def test_surrender_pays_the_cash_value_and_names_the_loss(everything: Everything) -> None:
    comparison = compare(Figures(Decimal(30000), Decimal(18000)), everything.comparison)
    assert options(comparison)["surrender"] == (18000, 18000)
    assert "12,000元" in next(option.text for option in comparison.options if option.id == "surrender")


def test_a_loan_is_at_most_eighty_percent_of_what_is_left_after_the_old_loan(everything: Everything) -> None:
    comparison = compare(Figures(Decimal(30000), Decimal(18000), loan=Decimal(3000)), everything.comparison)
    assert options(comparison)["loan"][1] == Decimal(12000)


@pytest.mark.parametrize(("need", "words"), [(10000, "够"), (20000, "还差5,600元")])
def test_a_loan_says_whether_it_covers_what_is_needed(everything: Everything, need: int, words: str) -> None:
    comparison = compare(Figures(Decimal(30000), Decimal(18000), Decimal(need)), everything.comparison)
    assert words in next(option.text for option in comparison.options if option.id == "loan")


def test_inside_cooling_off_the_premium_comes_back_less_ten_yuan_even_without_a_cash_value(everything: Everything) -> None:
    comparison = compare(Figures(Decimal(5000), inside_cooling_off=True), everything.comparison)
    assert options(comparison) == {"cooling_off": (4990, 5000)}
    assert comparison.citations == ("contract_cooling_off",)


def test_a_cash_value_is_never_invented(everything: Everything) -> None:
    with pytest.raises(KnowledgeError) as caught:
        compare(Figures(Decimal(30000)), everything.comparison)
    assert caught.value.key == "cash_value_missing"
    assert "不能瞎编" in everything.library.phrase("errors.cash_value_missing")


def test_an_agent_never_leaves_more_than_going_oneself(everything: Everything) -> None:
    comparison = compare(Figures(Decimal(30000), Decimal(18000)), everything.comparison)
    agent, own = options(comparison)["agent"], options(comparison)["surrender"]
    assert agent == (4000, 11400)
    assert agent[1] < own[0]


def test_with_a_small_policy_the_agent_costs_more_than_it_brings(everything: Everything) -> None:
    comparison = compare(Figures(Decimal(5000), Decimal(2000)), everything.comparison)
    assert "倒贴" in next(option.text for option in comparison.options if option.id == "agent")


def test_every_assumption_is_stated(everything: Everything) -> None:
    said = "".join(compare(Figures(Decimal(30000), Decimal(18000)), everything.comparison).assumptions)
    for word in ("现金价值按您说的", "80%", "公开报道", "以合同为准"):
        assert word in said


@pytest.mark.parametrize("figures", [Figures(Decimal(0), Decimal(1)), Figures(Decimal(-1)), Figures(Decimal(1), Decimal("1e12"))])
def test_impossible_figures_are_refused(everything: Everything, figures: Figures) -> None:
    with pytest.raises(KnowledgeError) as caught:
        compare(figures, everything.comparison)
    assert caught.value.key == "amount_out_of_range"


@given(st.integers(1, 10**7), st.integers(0, 10**7), st.integers(0, 10**6))
def test_no_comparison_breaks_a_rule_of_the_reply_guard(everything: Everything, paid: int, cash_value: int, loan: int) -> None:
    comparison = compare(Figures(Decimal(paid), Decimal(cash_value), loan=Decimal(loan)), everything.comparison)
    assert everything.reply_guard.check("\n".join(comparison.lines()), comparison.citations) == []
    assert all(option.low <= option.high for option in comparison.options)

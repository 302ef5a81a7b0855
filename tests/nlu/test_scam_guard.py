from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import thresholds
from bot.nlu.scam_guard import SCAM_KEY, ScamGuard, is_scam_talk, says_enough
from bot.scam.data import Verdict
from bot.scam.verdict import Screening, Signal

EVIDENT, SUSPICIOUS = Screening(Verdict.EVIDENT, 0.8), Screening(Verdict.SUSPICIOUS, 0.6)
REFUSED = {"name": "refuse_illegal_help", "confidence": thresholds.REFUSAL_OVER_SCAM}


@pytest.mark.parametrize("name", ["agent_what", "nlu_fallback", "oos_general"])
def test_evident_talk_is_always_scam_talk(name: str) -> None:
    assert is_scam_talk(EVIDENT, {"name": name, "confidence": 0.99})


def test_a_clear_request_for_unlawful_help_is_refused_and_a_pitch_that_offers_it_is_judged() -> None:
    assert not is_scam_talk(EVIDENT, REFUSED)
    assert is_scam_talk(Screening(Verdict.EVIDENT, thresholds.SCAM_OVER_REFUSAL), REFUSED)
    assert is_scam_talk(EVIDENT, REFUSED | {"confidence": thresholds.REFUSAL})


def test_a_pasted_conversation_with_an_agent_is_judged_and_not_refused() -> None:
    assert is_scam_talk(replace(EVIDENT, pasted=True), REFUSED)


def test_a_pasted_conversation_that_asks_nothing_of_us_is_judged_whatever_the_verdict() -> None:
    harmless = Screening(Verdict.NONE, 0.1, pasted=True)
    assert is_scam_talk(harmless, REFUSED)
    assert is_scam_talk(harmless, {})
    assert not is_scam_talk(harmless, {"name": "agent_full_refund", "confidence": 0.9})


def test_a_request_for_unlawful_help_in_merely_suspicious_words_is_refused() -> None:
    assert not is_scam_talk(SUSPICIOUS, REFUSED | {"confidence": thresholds.REFUSAL})


def test_a_clear_question_with_a_suspicious_word_gets_its_answer() -> None:
    assert not is_scam_talk(SUSPICIOUS, {"name": "agent_full_refund", "confidence": 0.9})


@pytest.mark.parametrize(("name", "confidence"), [(None, None), ("agent_what", 0.3), ("nlu_fallback", 0.9), ("oos_buy", 0.9)])
def test_suspicious_words_that_ask_nothing_are_scam_talk(name: str | None, confidence: float | None) -> None:
    assert is_scam_talk(SUSPICIOUS, {"name": name, "confidence": confidence})


def test_no_evidence_is_no_scam_talk() -> None:
    assert not is_scam_talk(Screening(Verdict.NONE, 0.0), {})


def guard(screening: Screening) -> ScamGuard:
    return ScamGuard(SimpleNamespace(screen_text=lambda text: screening))  # type: ignore[arg-type]


def test_the_explanation_points_into_the_raw_text() -> None:
    said = "包你全退"
    found = Screening(Verdict.EVIDENT, 0.97, (Signal("full_refund_promise", 1, 4, said[1:4], "…", "r1"),), "contact", "agent")
    (message,) = guard(found).process([Message({"text": said})])
    assert message.get("intent") == {"name": "scam_talk", "confidence": 0.97}
    (signal,) = message.get(SCAM_KEY)["signals"]
    assert said[signal["start"] : signal["end"]] == signal["phrase"]
    assert SCAM_KEY in message.as_dict(only_output_properties=True)


def test_a_word_or_two_have_no_style_to_be_judged_by() -> None:
    style = Screening(Verdict.EVIDENT, 0.98, (Signal("agent_wording", 0, 2, "退保", "…", "r1"),), "contact", "agent")
    assert not says_enough(style, "退保")
    assert says_enough(style, "您这情况我们见多了，交给我们就行")
    assert says_enough(Screening(Verdict.EVIDENT, 0.98, (Signal("full_refund_promise", 0, 4, "包你全退", "…", "r1"),)), "包你全退")


def test_a_pressed_button_is_not_judged() -> None:
    (message,) = guard(Screening(Verdict.EVIDENT, 1.0)).process([Message({"text": "/greet"})])
    assert message.get(SCAM_KEY) is None
    assert message.get("intent") is None

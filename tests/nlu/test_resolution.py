from __future__ import annotations

from bot.nlu import resolution, thresholds
from bot.nlu.resolution import Outcome


def test_a_task_is_answered_with_its_topic() -> None:
    assert resolution.outcome_of("start_surrender_path") == "surrender_procedure"
    assert resolution.outcome_of("start_cooling_off_clock") == "cooling_off_length"
    assert resolution.outcome_of("start_comparison") == "compare_options"


def test_everything_outside_is_one_outcome() -> None:
    assert resolution.outcome_of("oos_claims") == resolution.outcome_of("oos_abuse") == Outcome.OUT_OF_SCOPE


def test_two_wordings_of_one_outcome_add_up_against_a_third() -> None:
    ranking = [("policy_loan", 0.4), ("oos_claims", 0.35), ("oos_buy", 0.25)]
    assert resolution.decide(ranking) == "oos_claims"


def test_the_unlikely_is_asked_back() -> None:
    assert resolution.decide([("policy_loan", thresholds.FALLBACK - 0.01)]) == resolution.FALLBACK_INTENT


def test_unlawful_help_is_refused_before_it_is_the_most_likely_reading() -> None:
    ranking = [("complain_insurer", 1 - thresholds.REFUSAL), (resolution.REFUSAL_INTENT, thresholds.REFUSAL)]
    assert resolution.decide(ranking) == resolution.REFUSAL_INTENT


def test_a_message_without_candidates_is_asked_back() -> None:
    assert resolution.decide([]) == resolution.FALLBACK_INTENT


def test_what_is_answered_comes_before_the_other_candidates() -> None:
    parsed = {
        "intent": {"name": "nlu_fallback", "confidence": 0.8},
        "intent_ranking": [{"name": "policy_loan", "confidence": 0.2}, {"name": "refund_time", "confidence": 0.15}],
    }
    assert resolution.topics_of(parsed) == [(Outcome.NOT_UNDERSTOOD, 0.8), ("policy_loan", 0.2), ("refund_time", 0.15)]


def test_both_of_two_questions_count_as_answered() -> None:
    parsed = {
        "intent": {"name": "refund_time", "confidence": 0.6},
        "intent_ranking": [{"name": "refund_time", "confidence": 0.6}, {"name": "cash_value", "confidence": 0.2}],
        "questions": [{"topic": "surrender_who"}, {"topic": "refund_time"}],
    }
    assert [topic for topic, _ in resolution.topics_of(parsed)] == ["refund_time", "surrender_who", "cash_value"]


def test_an_unparsed_message_is_not_understood() -> None:
    assert resolution.topics_of({})[0][0] == Outcome.NOT_UNDERSTOOD

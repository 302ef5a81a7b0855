from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.nlu.evaluation import Evaluation, Judged, Row, RowError, evaluate, read_rows
from bot.nlu.report import calibration_error, reliability, write_report


def parsed(*ranking: tuple[str, float], intent: str | None = None) -> dict[str, Any]:
    names = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    return {"intent": {"name": intent or ranking[0][0], "confidence": ranking[0][1]}, "intent_ranking": names}


def judge(topics: tuple[str, ...], *ranking: tuple[str, float], intent: str | None = None) -> dict[str, Any]:
    return evaluate([Row(text="…", topics=topics)], lambda _: parsed(*ranking, intent=intent)).figures()


def test_any_acceptable_topic_counts() -> None:
    assert judge(("cash_value", "refund_amount"), ("refund_amount", 0.8))["top1"] == 1.0


def test_a_fallback_is_wrong_although_the_candidate_was_right() -> None:
    figures = judge(("cash_value",), ("cash_value", 0.2), ("refund_time", 0.1), intent="nlu_fallback")
    assert figures["top1"] == 0.0
    assert figures["top3"] == 1.0
    assert figures["errors"][0]["got"][0]["topic"] == "FALLBACK"


def test_the_fourth_candidate_is_not_among_three() -> None:
    ranking = [("refund_time", 0.4), ("policy_loan", 0.3), ("surrender_who", 0.2), ("cash_value", 0.1)]
    assert judge(("cash_value",), *ranking)["top3"] == 0.0


@pytest.mark.parametrize("intent", ["oos_claims", "nlu_fallback", "social_insurance_redirect", "greet", "refuse_illegal_help"])
def test_a_foreign_question_is_declined_by_any_answer_that_is_no_surrender_topic(intent: str) -> None:
    assert judge(("OOS",), (intent, 0.9))["oos_declined"] == 1.0


def test_a_foreign_question_answered_with_a_topic_is_an_error() -> None:
    figures = judge(("OOS",), ("cash_value", 0.9))
    assert figures["oos_declined"] == 0.0
    assert len(figures["errors"]) == 1
    assert figures["top1"] is None


def test_unlawful_help_must_be_refused_and_not_just_declined() -> None:
    assert judge(("REFUSE",), ("refuse_illegal_help", 0.9))["refused"] == 1.0
    assert judge(("REFUSE",), ("oos_general", 0.9))["refused"] == 0.0


def test_a_row_that_may_be_either_is_a_topic_row() -> None:
    figures = judge(("special_person", "OOS"), ("oos_claims", 0.9))
    assert (figures["top1"], figures["oos_n"]) == (1.0, 0)


def test_rows_without_labels_are_out_of_scope_and_other_keys_are_ignored() -> None:
    (row,) = read_rows(['{"text": "买什么好", "origin": "x"}', ""])
    assert row.topics == ("OOS",)


@pytest.mark.parametrize("line", ["[]", "{", '{"topics": ["OOS"]}', '{"text": "a", "topics": []}'])
def test_a_broken_row_is_named_by_its_line(line: str) -> None:
    with pytest.raises(RowError, match="line 2"):
        read_rows(['{"text": "退保"}', line])


def test_a_confidence_that_is_kept_has_no_calibration_error() -> None:
    rows = [Judged(Row(text="…", topics=("cash_value",)), [("cash_value" if right else "policy_loan", 0.75)]) for right in (True, True, True, False)]
    assert calibration_error(reliability(rows)) == pytest.approx(0)


def test_the_report_is_one_page_that_escapes_what_people_wrote(tmp_path: Path) -> None:
    wrong = Judged(Row(text="<script>alert(1)</script>", topics=("cash_value",)), [("policy_loan", 0.7)])
    page = write_report(Evaluation([wrong]), tmp_path / "new").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert page.count("data:image/png;base64,") == 2


def test_a_report_on_nothing_is_still_a_page(tmp_path: Path) -> None:
    assert write_report(Evaluation(), tmp_path).exists()

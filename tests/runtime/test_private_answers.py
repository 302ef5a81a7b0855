"""Who a person is does not get into the record of conversations, which staff read."""

from __future__ import annotations

from typing import Any

from bot.runtime.private_answers import without_identity

NAME, ADDRESS = "李桂芝", "铁西区英雄街7号"


def slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}


def said(text: str, **parse: Any) -> dict[str, Any]:
    return {"event": "user", "text": text, "parse_data": {"intent": {"name": "nlu_fallback"}, "text": text, **parse}, "metadata": {"shown": text}}


def told(**reporter: str) -> dict[str, Any]:
    return slot("tip_off", {"values": {"draft": {"reporter": reporter}}})


def test_an_answer_to_who_the_person_is_is_hidden_whole_even_when_it_was_not_understood() -> None:
    answer = said("李女士，住英雄街", entities=[{"entity": "place", "value": "英雄街"}])
    _, hidden = without_identity([slot("requested_slot", "reporter_name"), answer], 0)
    assert hidden["text"] == "*" * len(answer["text"])
    assert "英雄街" not in str(hidden)
    assert hidden["parse_data"] == {"intent": {"name": "nlu_fallback"}}


def test_a_pressed_button_stays_readable() -> None:
    _, pressed = without_identity([slot("requested_slot", "reporter_name"), said("/tip_off_status")], 0)
    assert pressed["text"] == "/tip_off_status"


def test_what_was_understood_is_hidden_wherever_the_assistant_repeats_it() -> None:
    summary = {"event": "bot", "text": f"您的姓名：{NAME}\n您的地址：{ADDRESS}", "data": {"custom": {"text": f"投诉人姓名：{NAME}"}}}
    events = [said("你好"), told(name=NAME, address=ADDRESS), summary]
    shown = without_identity(events, 1)
    assert NAME not in str(shown)
    assert ADDRESS not in str(shown)
    assert shown[1]["text"] == f"您的姓名：{'*' * len(NAME)}\n您的地址：{'*' * len(ADDRESS)}"
    assert NAME in str(events), "the conversation itself is not changed"


def test_what_others_say_stays_as_it_is() -> None:
    events = [slot("requested_slot", "story"), said("他叫王大勇"), {"event": "bot", "text": "好", "data": {}}]
    assert without_identity(events, 0) == events

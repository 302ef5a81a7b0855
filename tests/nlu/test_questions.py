from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.follow_ups import FollowUps
from bot.nlu import resolution
from bot.nlu.questions import Question, QuestionFinder
from bot.nlu.topic_model import TopicModel

KNOWLEDGE = Path(__file__).resolve().parents[2] / "data" / "knowledge"


def find_questions(raw: str, whole: str, model: TopicModel) -> tuple[Question, ...]:
    return QuestionFinder(model, FollowUps.load(KNOWLEDGE)).find(raw, whole)


def test_two_questions_on_two_topics_are_both_found(model: TopicModel) -> None:
    found = find_questions("退保要什么材料？退保几天到账？", "refund_time", model)
    assert [question.topic for question in found] == ["surrender_materials", "refund_time"]


@pytest.mark.parametrize(
    "said",
    [
        "退保要什么材料 退保几天到账",
        "退保要什么材料　　退保几天到账",
        "退保要带什么证件吗退保几天到账",
        "退保要什么材料还有退保几天到账",
        "我妈七十了，退保要什么材料，退保几天到账",
    ],
)
def test_questions_need_no_punctuation_between_them(model: TopicModel, said: str) -> None:
    assert {question.topic for question in find_questions(said, "refund_time", model)} == {"surrender_materials", "refund_time"}


def test_a_second_question_may_only_make_sense_after_the_first(model: TopicModel) -> None:
    found = find_questions("保单能贷款吗 电话多少", "policy_loan", model)
    assert [question.topic for question in found] == ["policy_loan", "insurer_hotline"]


def test_a_message_not_understood_as_a_whole_is_understood_in_its_parts(model: TopicModel) -> None:
    found = find_questions("退保要什么材料？退保几天到账？", resolution.Outcome.NOT_UNDERSTOOD, model)
    assert [question.topic for question in found] == ["surrender_materials", "refund_time"]


def test_two_wordings_of_one_question_are_one(model: TopicModel) -> None:
    assert find_questions("退保要什么材料？退保带什么证件？", "surrender_materials", model) == ()


def test_a_question_and_small_talk_are_not_two_questions(model: TopicModel) -> None:
    assert find_questions("退保要什么材料？今天天气真好吧？", "surrender_materials", model) == ()


def test_clauses_that_only_make_sense_together_are_left_together(model: TopicModel) -> None:
    assert find_questions("退保要什么材料？退保几天到账？", "policy_loan", model) == ()


@pytest.mark.parametrize(
    "story",
    [
        "我去年买的保险，业务员说能退，后来他不接电话了，现在公司让我等，退保要什么材料，几天到账",
        "他说能退。我给了钱。" + "后来就没信了。" * 20 + "退保要什么材料？退保几天到账？",
    ],
)
def test_a_story_is_never_cut_up(model: TopicModel, story: str) -> None:
    assert find_questions(story, "surrender_materials", model) == ()


@pytest.mark.parametrize("said", ["", "？？？？", "😀？😀？"])
def test_marks_alone_are_no_questions(model: TopicModel, said: str) -> None:
    assert find_questions(said, "refund_time", model) == ()

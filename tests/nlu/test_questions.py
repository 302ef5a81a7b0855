from __future__ import annotations

import pytest

from bot.nlu.questions import find_questions
from bot.nlu.topic_model import TopicModel


def test_two_questions_on_two_topics_are_both_found(model: TopicModel) -> None:
    found = find_questions("退保要什么材料？退保几天到账？", "refund_time", model)
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

from __future__ import annotations

from pathlib import Path

import yaml

from bot.transcripts import TranscriptStore, to_test_story
from tests.transcripts.events import NOON, did, loop, replied, said, slot


def test_a_conversation_becomes_a_test_story(store: TranscriptStore) -> None:
    entities = [
        {"entity": "insurer", "value": "太平洋人寿", "start": 2, "end": 5},
        {"entity": "region", "value": "伊通", "start": 0, "end": 2},
    ]
    store.record_all(
        [
            did("action_session_start", at=NOON - 2),
            did("action_listen", at=NOON - 1),
            said("伊通太平洋的保险\n能退吗", at=NOON, entities=entities),
            slot("insurer", "太平洋人寿", at=NOON + 1),
            did("tip_off_form", at=NOON + 2),
            loop("tip_off_form", at=NOON + 3),
            slot("big", {"not": "scalar"}, at=NOON + 4),
            slot("requested_slot", "place", at=NOON + 5),
            replied("在哪里？", at=NOON + 6),
            did("action_listen", at=NOON + 7),
            said("好", at=NOON + 8, intent="affirm"),
            loop(None, at=NOON + 9),
        ]
    )

    story = yaml.safe_load(to_test_story(store.conversation(store.conversation_id("openid-1"))))

    assert story["version"] == "3.1"
    assert story["stories"][0]["story"].endswith("2025-11-23")
    assert story["stories"][0]["steps"] == [
        {"user": '[伊通](region)[太平洋]{"entity": "insurer", "value": "太平洋人寿"}的保险 能退吗\n', "intent": "surrender_right"},
        {"slot_was_set": [{"insurer": "太平洋人寿"}]},
        {"action": "tip_off_form"},
        {"active_loop": "tip_off_form"},
        {"slot_was_set": [{"requested_slot": "place"}]},
        {"user": "好\n", "intent": "affirm"},
        {"active_loop": None},
    ]


def test_overlapping_and_impossible_entities_leave_the_words_alone(store: TranscriptStore) -> None:
    entities = [
        {"entity": "a", "value": "退保", "start": 0, "end": 2},
        {"entity": "b", "value": "保吗", "start": 1, "end": 3},
        {"entity": "c", "value": "x", "start": 7, "end": 99},
        {"entity": "d", "value": "x"},
    ]
    store.record(said("退保吗", entities=entities))
    story = yaml.safe_load(to_test_story(store.conversation(store.conversation_id("openid-1"))))
    assert story["stories"][0]["steps"][0]["user"] in {"退[保吗](b)\n", "[退保](a)吗\n"}


def test_personal_data_does_not_reach_the_story(store: TranscriptStore) -> None:
    store.record(said("我电话13812345678", entities=[{"entity": "phone", "value": "13812345678", "start": 3, "end": 14}]))
    story = to_test_story(store.conversation(store.conversation_id("openid-1")))
    assert "13812345678" not in story
    assert "[138****5678](phone)" in story


def test_yaml_written_by_a_person_stays_text(store: TranscriptStore) -> None:
    store.record(said("- intent: x\n!!python/object: {}\n# 退保"))
    story = yaml.safe_load(to_test_story(store.conversation(store.conversation_id("openid-1"))))
    assert story["stories"][0]["steps"] == [{"user": "- intent: x !!python/object: {} # 退保\n", "intent": "surrender_right"}]


def test_rasa_itself_reads_the_story(store: TranscriptStore, tmp_path: Path) -> None:
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecuted, UserUttered
    from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader

    entities = [{"entity": "insurer", "value": "太平洋人寿", "start": 0, "end": 3}]
    store.record_all(
        [
            said("太平洋能退吗", entities=entities),
            did("action_answer"),
            said("/affirm", at=NOON + 2, intent="affirm"),
            did("action_listen", at=NOON + 3),
        ]
    )
    path = tmp_path / "test_story.yml"
    path.write_text(to_test_story(store.conversation(store.conversation_id("openid-1"))), encoding="utf-8")

    domain = Domain.from_dict({"intents": ["surrender_right", "affirm"], "entities": ["insurer"], "actions": ["action_answer"]})
    (read,) = YAMLStoryReader(domain).read_from_file(path)

    asked = [event for event in read.events if isinstance(event, UserUttered)]
    assert [event.text for event in asked] == ["太平洋能退吗", "/affirm"]
    assert asked[0].entities[0]["value"] == "太平洋人寿"
    assert [event.intent_name for event in asked] == ["surrender_right", "affirm"]
    assert [event.action_name for event in read.events if isinstance(event, ActionExecuted)] == ["action_answer"]

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, inspect

from bot.transcripts import TranscriptFilter, TranscriptStore, database
from bot.transcripts.schema import metadata
from tests.transcripts.events import NOON, replied, said


@pytest.fixture
def filled(store: TranscriptStore) -> TranscriptStore:
    store.record_all(
        [
            said("我想退保，要带什么材料", sender="a", intent="surrender_materials"),
            replied("带身份证和保单。", sender="a"),
            said("有人说可以100%全额退保", sender="b", at=NOON + 100, intent="agent_full_refund"),
            {**said("Full REFUND 全退_吗", sender="c", at=NOON + 200, intent="follow_up", topic="agent_full_refund"), "input_channel": "wechat"},
        ]
    )
    return store


def found(store: TranscriptStore, **wanted: object) -> set[str]:
    names = {store.conversation_id(sender): sender for sender in "abc"}
    return {names[row.id] for row in store.search(TranscriptFilter(**wanted)).rows}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "senders"),
    [
        ("退保", {"a", "b"}),
        ("全", {"b", "c"}),
        ("身份证和", {"a"}),
        ("refund", {"c"}),
        ("退保 材料", {"a"}),
        ("退保 保单", {"a"}),
        ("材料 全额", set()),
        ("100%全额", {"b"}),
        ("0%", {"b"}),
        ("%", {"b"}),
        ("_", {"c"}),
        ('"', set()),
        ("NOT OR AND", set()),
        ("全额*", set()),
        ('退保" OR "全', set()),
        ("'; DROP TABLE transcript_events; --", set()),
        ("\\", set()),
        ("   ", {"a", "b", "c"}),
    ],
)
def test_words_are_found_literally_in_both_sides_of_a_conversation(filled: TranscriptStore, text: str, senders: set[str]) -> None:
    assert found(filled, text=text) == senders


def test_a_topic_is_found_also_where_the_intent_was_only_a_follow_up(filled: TranscriptStore) -> None:
    assert found(filled, topic="agent_full_refund") == {"b", "c"}
    assert found(filled, intent="agent_full_refund") == {"b"}
    assert found(filled, intent="follow_up") == {"c"}


def test_filters_narrow_each_other(filled: TranscriptStore) -> None:
    assert found(filled, channel="wechat") == {"c"}
    assert found(filled, channel="web", text="退保", topic="agent_full_refund") == {"b"}
    filled.flag(filled.conversation_id("a"), "li")
    assert found(filled, flagged=True) == {"a"}
    assert found(filled, flagged=False) == {"b", "c"}
    filled.tag(filled.conversation_id("c"), "复查", "li")
    assert found(filled, tag="复查") == {"c"}


def test_the_time_filter_includes_its_start_and_excludes_its_end(filled: TranscriptStore) -> None:
    def at(seconds: float) -> datetime:
        return datetime.fromtimestamp(NOON + seconds, UTC)

    assert found(filled, since=at(100)) == {"b", "c"}
    assert found(filled, until=at(100)) == {"a"}
    assert found(filled, since=at(100), until=at(200)) == {"b"}


def test_a_line_of_the_list_shows_the_words_searched_for_and_what_was_talked_about(filled: TranscriptStore) -> None:
    (row,) = filled.search(TranscriptFilter(text="身份证")).rows
    assert "身份证" in row.excerpt
    assert row.intents == ("surrender_materials",)


def test_the_search_form_offers_what_occurs(filled: TranscriptStore) -> None:
    choices = filled.choices()
    assert choices.channels == ("web", "wechat")
    assert choices.intents == ("agent_full_refund", "follow_up", "surrender_materials")
    assert choices.topics == ("agent_full_refund", "surrender_materials")


def test_the_migrations_build_exactly_the_tables_the_code_uses(engine: Engine) -> None:
    inspector = inspect(engine)
    for table in metadata.tables.values():
        built = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert built == {column.name: bool(column.nullable) for column in table.columns}
        assert {index.name for index in table.indexes} <= {index["name"] for index in inspector.get_indexes(table.name)}


def test_a_writer_waits_for_another_instead_of_failing(store: TranscriptStore, engine: Engine) -> None:
    with database.writing(engine) as connection:
        assert connection.in_transaction()
    assert store.record(said("你好"))

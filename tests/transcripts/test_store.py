from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bot.transcripts import TranscriptError, TranscriptFilter, TranscriptStore, Verdict, Who, connect, to_test_story, upgrade
from bot.transcripts.limits import PAGE_SIZE
from tests.transcripts.conftest import INDEX_KEY
from tests.transcripts.events import NOON, did, replied, said, slot


def a_conversation(sender: str = "openid-1", at: float = NOON) -> list[dict[str, object]]:
    entities = [{"entity": "insurer", "value": "太平洋人寿", "start": 2, "end": 5}]
    return [
        {"sender_id": sender, "event": "session_started", "timestamp": at - 1},
        did("action_listen", sender=sender, at=at - 0.5),
        said("我在太平洋买的保险能退吗", sender=sender, at=at, entities=entities),
        slot("insurer", "太平洋人寿", sender=sender, at=at + 0.1),
        did("action_answer", sender=sender, at=at + 0.2),
        replied("能退。", sender=sender, at=at + 0.3, buttons=("怎么退", "能退多少")),
        did("action_listen", sender=sender, at=at + 0.4),
    ]


def test_a_recorded_conversation_reads_back_turn_by_turn(store: TranscriptStore) -> None:
    store.record_all(a_conversation())

    conversation = store.conversation(store.conversation_id("openid-1"))

    start, question, answer = conversation.turns
    assert (start.who, start.actions) == (Who.SYSTEM, ("action_listen",))
    assert (question.who, question.text, question.intent, question.confidence) == (Who.PERSON, "我在太平洋买的保险能退吗", "surrender_right", 0.91)
    assert [(candidate.intent, candidate.confidence) for candidate in question.candidates] == [("surrender_right", 0.91), ("refund_amount", 0.09)]
    assert [(entity.name, entity.value) for entity in question.entities] == [("insurer", "太平洋人寿")]
    assert [(change.name, change.value) for change in question.slots] == [("insurer", "太平洋人寿")]
    assert question.actions == ("action_answer", "action_listen")
    assert (answer.who, answer.text, answer.buttons) == (Who.ASSISTANT, "能退。", ("怎么退", "能退多少"))
    assert conversation.summary.messages == 1
    assert conversation.summary.channel == "web"
    assert question.at == datetime.fromtimestamp(NOON, UTC)


def test_events_arriving_twice_and_in_any_order_make_the_same_conversation(store: TranscriptStore) -> None:
    events = a_conversation() * 2
    random.Random(7).shuffle(events)

    new = sum(store.record(event) for event in events)

    assert new == len(events) // 2
    orderly = [turn.text for turn in store.conversation(store.conversation_id("openid-1")).turns]
    assert orderly == ["", "我在太平洋买的保险能退吗", "能退。"]
    summary = store.search(TranscriptFilter()).rows[0]
    assert (summary.messages, summary.first_at.timestamp()) == (1, NOON - 1)


def test_two_slots_set_in_the_same_instant_are_both_kept(store: TranscriptStore) -> None:
    store.record_all([said("我叫什么"), slot("place", "伊通", at=NOON + 1), slot("amount", 3000, at=NOON + 1)])
    turn = store.conversation(store.conversation_id("openid-1")).turns[0]
    assert {change.name: change.value for change in turn.slots} == {"place": "伊通", "amount": 3000}


def test_of_a_slot_that_holds_many_things_only_what_changed_is_told(store: TranscriptStore) -> None:
    store.record_all(
        [
            said("在伊通", at=NOON),
            slot("tip_off", {"values": {"place": "伊通"}, "asked": ["place"]}, at=NOON + 1),
            said("3000块", at=NOON + 2),
            slot("tip_off", {"values": {"place": "伊通", "paid": 3000}, "asked": ["place", "paid"]}, at=NOON + 3),
            said("不说了", at=NOON + 4),
            slot("tip_off", None, at=NOON + 5),
        ]
    )
    first, second, third = store.conversation(store.conversation_id("openid-1")).turns
    assert {change.name: change.value for change in first.slots} == {"tip_off.values.place": "伊通", "tip_off.asked": ["place"]}
    assert {change.name: change.value for change in second.slots} == {"tip_off.values.paid": 3000, "tip_off.asked": ["place", "paid"]}
    assert [(change.name, change.value) for change in third.slots] == [("tip_off", None)]


def test_a_follow_up_carries_the_topic_the_assistant_took_it_for(store: TranscriptStore) -> None:
    store.record_all([said("那要几天", intent="follow_up"), slot("conversation", {"topic": "refund_time"}, at=NOON + 1)])
    (row,) = store.search(TranscriptFilter(topic="refund_time")).rows
    assert store.conversation(row.id).turns[0].topic == "refund_time"


def test_a_topic_remembered_from_before_is_not_put_on_a_message_about_something_else(store: TranscriptStore) -> None:
    store.record_all([said("今天天气不错", intent="oos_chitchat"), slot("conversation", {"topic": "refund_time"}, at=NOON + 1)])
    assert store.conversation(store.conversation_id("openid-1")).turns[0].topic == "oos_chitchat"


def test_of_a_pressed_button_its_title_is_read_and_its_command_kept(store: TranscriptStore) -> None:
    store.record({**said("/start_tip_off", intent="start_tip_off"), "metadata": {"shown": "我要举报 13812345678"}})
    turn = store.conversation(store.conversation_id("openid-1")).turns[0]
    assert (turn.text, turn.command) == ("我要举报 138****5678", "/start_tip_off")
    assert "- user: /start_tip_off\n" in to_test_story(store.conversation(store.conversation_id("openid-1")))


def test_a_card_is_kept_as_the_text_people_read_on_it(store: TranscriptStore) -> None:
    citations = [{"law": "《保险法》", "article": "第四十七条", "checked": "2026-11-22"}]
    card = {"type": "answer", "topic": "refund_time", "more": ["第一步", "第二步"], "citations": citations}
    receipt = {"type": "receipt", "receipt": "8123456789012345", "words": "回执号是 8123 4567 8901 2345，请抄下来"}
    signals = [{"signal": "success_fee", "phrase": "不成功不收费", "why": "常用话术", "start": 0, "end": 6}]
    verdict = {"type": "verdict", "verdict": "evident", "stage": "接触", "raw": "不成功不收费", "signals": signals, "advice": ["先别转钱"]}
    for at, custom in enumerate((card, receipt, verdict)):
        store.record({**replied("", at=NOON + at), "data": {"custom": custom}})
    first, second, third = store.conversation(store.conversation_id("openid-1")).turns
    assert first.text == "第一步\n第二步\n《保险法》 第四十七条"
    assert "8123" not in second.text
    assert "请抄下来" in second.text
    assert third.text == "接触\n不成功不收费\n常用话术\n先别转钱"


def test_the_sender_id_is_nowhere_in_the_database(store: TranscriptStore, engine: Engine) -> None:
    store.record_all(a_conversation(sender="oWX-secret-openid"))
    with engine.connect() as connection:
        for table in ("transcript_conversations", "transcript_events"):
            assert "oWX-secret-openid" not in str(connection.execute(text(f"SELECT * FROM {table}")).all())


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"sender_id": "a"},
        {"sender_id": "a", "event": "user"},
        {"sender_id": None, "event": "user", "timestamp": 1.0},
        {"sender_id": "a", "event": "user", "timestamp": True},
    ],
)
def test_an_event_without_sender_kind_or_time_is_refused_and_nothing_of_its_batch_is_kept(store: TranscriptStore, broken: dict[str, object]) -> None:
    with pytest.raises(TranscriptError, match="malformed_event"):
        store.record_all([said("你好"), broken])
    assert store.search(TranscriptFilter()).rows == ()


def test_events_that_say_nothing_to_staff_are_left_out(store: TranscriptStore) -> None:
    assert not store.record({"sender_id": "a", "event": "user_featurization", "timestamp": NOON})
    assert store.search(TranscriptFilter()).rows == ()


@pytest.mark.parametrize(
    "parse_data", [None, [], {"intent": None}, {"intent": {"name": None}}, {"intent": {"name": "a"}, "entities": "x", "scam": 3}]
)
def test_a_message_with_odd_parse_data_is_still_kept(store: TranscriptStore, parse_data: object) -> None:
    store.record({**said("还在吗"), "parse_data": parse_data})
    assert store.conversation(store.conversation_id("openid-1")).turns[0].text == "还在吗"


def test_a_message_of_nul_and_lone_surrogates_is_kept_readable(store: TranscriptStore) -> None:
    store.record(said("退\x00保\ud800吗"))
    assert store.conversation(store.conversation_id("openid-1")).turns[0].text == "退 保?吗"


def test_a_message_of_100000_characters_is_kept_whole(store: TranscriptStore) -> None:
    store.record(said("退保" * 50_000))
    assert len(store.conversation(store.conversation_id("openid-1")).turns[0].text) == 100_000


def test_the_gravest_verdict_marks_the_conversation_and_each_turn_keeps_its_own(store: TranscriptStore) -> None:
    scam = {
        "verdict": "evident",
        "score": 0.97,
        "stage": "lure",
        "signals": [{"signal": "full_refund_promise", "start": 0, "end": 4, "phrase": "全额退保"}],
    }
    store.record_all(
        [said("全额退保，先退后付", scam=scam), said("谢谢", at=NOON + 9, intent="thank", scam={"verdict": "none", "score": 0.01, "signals": []})]
    )

    summary = store.search(TranscriptFilter(verdict=Verdict.EVIDENT)).rows[0]
    first, second = store.conversation(summary.id).turns

    assert first.scam is not None
    assert second.scam is not None
    assert (first.scam.verdict, first.scam.score, first.scam.stage) == (Verdict.EVIDENT, 0.97, "lure")
    assert (first.scam.signals[0].name, first.scam.signals[0].phrase, first.scam.signals[0].start) == ("full_refund_promise", "全额退保", 0)
    assert second.scam.verdict is Verdict.NONE
    assert store.search(TranscriptFilter(verdict=Verdict.NONE)).rows == ()


def test_review_flag_tag_and_note_belong_to_the_conversation(store: TranscriptStore) -> None:
    store.record_all(a_conversation())
    name = store.conversation_id("openid-1")

    store.mark_reviewed(name, "li")
    store.flag(name, "wang")
    store.tag(name, "误判", "li")
    store.tag(name, "误判", "wang")
    store.note(name, "电话 13912345678 已回", "li")

    conversation = store.conversation(name)
    assert (conversation.summary.reviewed, conversation.summary.reviewed_by) == (True, "li")
    assert (conversation.summary.flagged, conversation.summary.flagged_by) == (True, "wang")
    assert conversation.summary.tags == ("误判",)
    assert [(note.actor, note.text) for note in conversation.notes] == [("li", "电话 139****5678 已回")]
    store.untag(name, "误判")
    store.flag(name, "wang", flagged=False)
    store.mark_unreviewed(name)
    summary = store.conversation(name).summary
    assert (summary.tags, summary.flagged, summary.flagged_by, summary.reviewed) == ((), False, None, False)


def test_a_message_after_the_review_makes_the_conversation_unreviewed_again(store: TranscriptStore) -> None:
    store.record_all(a_conversation())
    store.mark_reviewed(store.conversation_id("openid-1"), "li")
    store.record(said("那要几天", at=NOON + 60))
    assert [row.reviewed for row in store.search(TranscriptFilter(reviewed=False)).rows] == [False]
    assert store.search(TranscriptFilter(reviewed=True)).rows == ()


@pytest.mark.parametrize(("call", "key"), [("tag", "bad_tag"), ("note", "bad_note")])
@pytest.mark.parametrize("words", ["", "   ", "长" * 3000])
def test_an_empty_or_endless_tag_or_note_is_refused(store: TranscriptStore, call: str, key: str, words: str) -> None:
    store.record_all(a_conversation())
    with pytest.raises(TranscriptError, match=key):
        getattr(store, call)(store.conversation_id("openid-1"), words, "li")


def test_asking_for_a_conversation_that_is_not_there_says_so(store: TranscriptStore) -> None:
    for call in (store.conversation, store.mark_unreviewed, lambda name: store.flag(name, "li"), lambda name: store.note(name, "x", "li")):
        with pytest.raises(TranscriptError, match="unknown_conversation"):
            call("nobody")


def test_erasing_a_person_leaves_no_word_of_theirs_in_the_file(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 't.db'}")
    upgrade(engine)
    store = TranscriptStore(engine, INDEX_KEY)
    store.record_all([said("独角兽保单要退"), replied("独角兽"), said("留下我", sender="other")])
    name = store.conversation_id("openid-1")
    store.note(name, "独角兽客户", "li")
    store.tag(name, "独角兽", "li")

    assert store.erase("openid-1") == 2

    assert [row.id for row in store.search(TranscriptFilter()).rows] == [store.conversation_id("other")]
    engine.dispose()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "独角兽".encode() not in left
    assert "留下我".encode() in left


def test_erasing_someone_unknown_forgets_nothing(store: TranscriptStore) -> None:
    store.record_all(a_conversation())
    assert store.erase("stranger") == 0
    assert len(store.search(TranscriptFilter()).rows) == 1


def test_the_retention_job_counts_first_and_forgets_only_what_is_older(store: TranscriptStore) -> None:
    store.record_all(a_conversation(sender="old", at=NOON - 86_400 * 400))
    scam = {"verdict": "evident", "signals": []}
    store.record_all([said("很久以前", sender="both", at=NOON - 86_400 * 400, scam=scam), said("昨天", sender="both", at=NOON)])
    before = datetime.fromtimestamp(NOON, UTC) - timedelta(days=365)

    assert store.purge(before, dry_run=True) == 8
    assert len(store.search(TranscriptFilter()).rows) == 2
    assert store.purge(before) == 8
    assert store.purge(before) == 0

    (left,) = store.search(TranscriptFilter()).rows
    assert (left.id, left.messages, left.verdict, left.first_at.timestamp()) == (store.conversation_id("both"), 1, Verdict.NONE, NOON)


def test_upgrading_twice_changes_nothing(store: TranscriptStore, engine: Engine) -> None:
    store.record_all(a_conversation())
    upgrade(engine)
    assert len(store.search(TranscriptFilter()).rows) == 1


def test_pages_follow_each_other_without_gap_or_overlap(store: TranscriptStore) -> None:
    store.record_all([said("退保", sender=f"s{number}", at=NOON + number) for number in range(PAGE_SIZE + 5)])
    first, second, third = (store.search(TranscriptFilter(page=page)) for page in (1, 2, 3))
    seen = [row.id for row in (*first.rows, *second.rows)]
    assert seen == [store.conversation_id(f"s{number}") for number in reversed(range(PAGE_SIZE + 5))]
    assert (first.total, first.has_next, second.has_next, third.rows) == (PAGE_SIZE + 5, True, False, ())

"""What breaks around a conversation: servers that die, disks that are full, messages that are no messages, and numbers that must not stay."""

from __future__ import annotations

import contextlib
import json
import resource
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.running import REPLY_TIMEOUT, Assistant, Conversation, Server, agree, build, running

pytestmark = pytest.mark.servers

STORY = "四平市铁西区有个叫韩金宝的人，微信号hjb_77021，说能全额退保，收了我2000块钱定金"
ALMOST_FULL = 512  # bytes a file may have; every store and its journal is longer
SETTLE = 1  # seconds the transcript broker may take to write what was said
URGENT_NUMBERS = ("12378", "110", "12345")


@pytest.fixture(scope="module")
def breakable(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Assistant]:
    """Servers of our own: these tests stop and starve them."""
    with running(build(tmp_path_factory.mktemp("breakable"))) as started:
        yield started


@contextlib.contextmanager
def full_disk(server: Server) -> Iterator[None]:
    """Let a server write no file any further, as on a full disk, while the block lasts."""
    assert server.process is not None
    _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (ALMOST_FULL, hard))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))


def said_clearly(words: str) -> bool:
    """Whether a reply to a failure names a number to call and holds nothing of the machine."""
    return any(number in words for number in URGENT_NUMBERS) and not any(mark in words for mark in ("Traceback", "Error", "Exception", "None"))


def up_to_consent(conversation: Conversation) -> None:
    """Tell a tip-off up to its summary."""
    conversation.say("我要举报")
    conversation.say(STORY)
    conversation.press("不留")
    assert "韩金宝" in agree(conversation).text


def test_a_killed_action_server_is_told_in_plain_words_and_the_draft_goes_on_after_it_is_back(breakable: Assistant) -> None:
    conversation = breakable.conversation()
    conversation.say("我要举报")
    conversation.say(STORY)
    breakable.actions.stop(signal.SIGKILL)
    try:
        reply = conversation.say("匿名")
        assert said_clearly(reply.text), reply
    finally:
        breakable.actions.start()
    asked = conversation.say("匿名")
    assert "同意" in asked.text, asked
    assert "请说说是怎么回事" not in asked.text
    assert "韩金宝" in agree(conversation).text
    assert conversation.press("提交").custom("receipt")["receipt"]


def test_a_killed_action_server_does_not_end_the_chat_server(breakable: Assistant) -> None:
    breakable.actions.stop(signal.SIGKILL)
    try:
        for _ in range(3):
            assert said_clearly(breakable.conversation().say("退保要带什么材料").text)
    finally:
        breakable.actions.start()
    assert "身份证" in breakable.conversation().say("退保要带什么材料").text


def test_a_killed_chat_server_remembers_the_task_when_it_is_back(breakable: Assistant) -> None:
    conversation = breakable.conversation()
    conversation.say("我要举报")
    conversation.say(STORY)
    breakable.chat.stop(signal.SIGKILL)
    breakable.chat.start()
    assert "同意" in conversation.say("匿名").text
    assert "韩金宝" in agree(conversation).text


def test_a_full_disk_under_the_tip_offs_loses_nothing(breakable: Assistant) -> None:
    conversation = breakable.conversation()
    up_to_consent(conversation)
    with full_disk(breakable.actions):
        refused = conversation.press("提交")
    assert "没有丢" in refused.text, refused
    assert "receipt" not in refused.customs
    again = conversation.press("举报") if refused.buttons else conversation.say("我要举报")
    assert "韩金宝" in again.text, again
    assert conversation.press("提交").custom("receipt")["receipt"]


def test_a_full_disk_under_the_conversations_interrupts_no_task_and_what_was_said_is_stored_afterwards(breakable: Assistant) -> None:
    conversation = breakable.conversation()
    conversation.say("我要举报")
    conversation.say(STORY)
    with full_disk(breakable.chat):
        assert "同意" in conversation.say("匿名").text
    assert "韩金宝" in agree(conversation).text
    breakable.chat.stop(signal.SIGKILL)
    breakable.chat.start()
    assert conversation.press("提交").custom("receipt")["receipt"]


@pytest.mark.parametrize(
    ("message", "status", "code"),
    [
        ("", 422, "empty"),
        (" \t\n　", 422, "empty"),
        ("\x00\x01\x02\x7f", 422, "empty"),
        ("😭🙏💰", 422, "no_words"),
        ("？？！！……", 422, "no_words"),
        ("退" * 100_000, 413, "too_long"),
        ("\ud83d", 400, "encoding"),
    ],
)
def test_a_message_that_is_none_gets_a_status_and_words(assistant: Assistant, message: str, status: int, code: str) -> None:
    answer = post(assistant, json.dumps({"sender": "faults", "message": message}).encode())
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["words"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"sender": "faults", "message": "\xff\xfe\xb1\xa3"}', "encoding"),
        (b'{"sender": "faults", "message": ', "malformed"),
        (b"[]", "malformed"),
        (b'{"sender": "faults"}', "malformed"),
        (b'{"sender": "faults", "message": 5}', "malformed"),
        (b'{"sender": "../../etc/passwd", "message": "x"}', "malformed"),
        (b'{"sender": "web-somebody", "message": null}', "malformed"),
        (b"[" * 10_000, "malformed"),
    ],
)
def test_a_request_that_is_none_gets_a_status_and_words(assistant: Assistant, body: bytes, code: str) -> None:
    answer = post(assistant, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["words"]


def test_a_form_posted_from_another_site_is_refused(assistant: Assistant) -> None:
    answer = post(assistant, b"sender=a&message=b", "application/x-www-form-urlencoded")
    assert answer.status_code == 415
    assert answer.json()["error"]["words"]


def test_five_thousand_characters_are_answered(assistant: Assistant) -> None:
    reply = assistant.conversation().say("退保要带什么材料？" * 555)
    assert reply.status == 200
    assert reply.text.strip()


@pytest.mark.parametrize("receipt", ["0000000000000000", "9999999999999999", "1234 5678 9012 3456", "８５６０９５２２４３５９７１７４"])
def test_an_unknown_receipt_is_not_found_and_can_be_asked_for_again(assistant: Assistant, receipt: str) -> None:
    conversation = assistant.conversation()
    conversation.say("查我的举报")
    reply = conversation.say(receipt)
    assert reply.status == 200
    assert "现在的情况" not in reply.text
    assert "16位" in reply.text


def test_the_process_stays_up_after_all_that(assistant: Assistant) -> None:
    assert "30日" in assistant.conversation().say("退保多久到账").text


def test_a_receipt_is_in_no_file_but_works(assistant: Assistant) -> None:
    conversation = assistant.conversation()
    up_to_consent(conversation)
    receipt = conversation.press("提交").custom("receipt")["receipt"]
    spaced = " ".join(receipt[start : start + 4] for start in range(0, len(receipt), 4))
    assert "已登记" in assistant.conversation().say(receipt).text
    asking = assistant.conversation()
    asking.say("查我的举报")
    assert "已登记" in asking.say(f"我的回执号是{spaced}").text
    time.sleep(SETTLE)
    assert not files_with(assistant.data_dir, receipt, spaced)


def test_masked_numbers_are_in_no_file(assistant: Assistant) -> None:
    secrets = {"220302195203044512": "我的身份证号是{}，退保多久到账", "6222021234567890128": "银行卡{}给他了", "739204": "验证码是{}，我告诉他了"}
    conversation = assistant.conversation()
    for secret, words in secrets.items():
        assert secret not in conversation.say(words.format(secret)).text
    conversation.say("我要举报")
    for secret, words in secrets.items():
        conversation.say(words.format(secret))
    conversation.say("帮我写投诉信")
    for secret, words in secrets.items():
        conversation.say(words.format(secret))
    time.sleep(SETTLE)
    for secret in secrets:
        assert not files_with(assistant.data_dir, secret)


def post(assistant: Assistant, body: bytes, content_type: str = "application/json") -> httpx.Response:
    """Post a body to the REST channel."""
    url = f"{assistant.chat_url}/webhooks/rest/webhook"
    return httpx.post(url, content=body, headers={"content-type": content_type}, timeout=REPLY_TIMEOUT, trust_env=False)


def files_with(folder: Path, *secrets: str) -> list[str]:
    """The files under a folder, databases and logs included, that hold one of the secrets."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert any(file.suffix == ".db" for file in files), "no database to look into"
    return [file.name for file in files if any(secret.encode() in file.read_bytes() for secret in secrets)]

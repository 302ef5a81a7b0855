"""Pictures sent to the Official Account: read like a pasted chat, or added to a tip-off as evidence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.events import ActiveLoop, BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels import limits
from bot.channels.evidence import set_evidence_desk
from bot.channels.web_images import ImageRefusedError, set_image_hook
from bot.channels.wechat import PICTURES_FILE, TIP_OFF_FORM
from bot.channels.wechat_pictures import PictureSource
from tests.channels.picture_host import PictureHost, picture_host, png
from tests.channels.uploads import Intake, an_intake
from tests.channels.wechat_account import WORDS, Account, serving, wechat

EVIDENCE = WORDS.evidence
VERDICT = {
    "type": "verdict",
    "verdict": "evident",
    "signals": [{"phrase": "全额退保", "why": "没有人能保证全额退"}],
    "advice": ["先别转钱"],
}


@pytest.fixture
def host() -> Iterator[PictureHost]:
    with picture_host() as opened:
        yield opened


@pytest.fixture
async def account(tmp_path: Path, host: PictureHost) -> AsyncIterator[Account]:
    made = Account(tmp_path, source=PictureSource(hosts=frozenset({host.authority}), seconds=2))
    set_image_hook(made.app, read_all)
    async for started in serving(made):
        yield started


@pytest.fixture
def intake(tmp_path: Path, account: Account) -> Iterator[Intake]:
    with an_intake(tmp_path) as opened:
        set_evidence_desk(account.app, lambda: opened.desk)
        yield opened


async def read_all(image: bytes, _: str) -> str:
    assert image == png()
    return "对方：全额退保"


async def send(account: Account, url: str, message_id: str = "1") -> str:
    return account.opened(await account.post(*account.sealed(account.document(kind="image", message_id=message_id, PicUrl=url, MediaId="m"))))


def remember(account: Account, *events: Any) -> None:
    """Put events into the person's conversation."""
    tracker = account.agent.trackers.setdefault(account.sender_id, DialogueStateTracker.from_events(account.sender_id, []))
    for event in events:
        tracker.update(event)


def has_submitted(account: Account, intake: Intake) -> None:
    """The person's conversation has just been shown the card that takes files."""
    remember(account, BotUttered(None, {"custom": intake.card(account.sender_id)}))


class TestScreenshots:
    async def test_a_picture_is_read_and_judged_with_its_words(self, account: Account, host: PictureHost) -> None:
        account.replies = [{"custom": VERDICT}]
        said = await send(account, host.url())
        assert "诈骗特征明显" in said
        assert "“全额退保”：没有人能保证全额退" in said
        assert [message.text for message in account.heard] == ["对方：全额退保"]
        assert account.heard[0].metadata["shown"] == f"{WORDS.image_sent}\n对方：全额退保"

    async def test_a_picture_delivered_again_is_fetched_and_answered_once(self, account: Account, host: PictureHost) -> None:
        delivery = account.sealed(account.document(kind="image", PicUrl=host.url(), MediaId="m"))
        answers = await asyncio.gather(*(account.post(*delivery) for _ in range(3)))
        assert {account.opened(answer) for answer in answers} == {"答案"}
        assert (len(host.asked), len(account.heard)) == (1, 1)

    async def test_a_picture_that_takes_long_is_answered_when_the_person_comes_back(
        self, account: Account, host: PictureHost, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wechat, "REPLY_DEADLINE", 0.2)
        monkeypatch.setattr(wechat, "HANG_UP_AFTER", 0.2)
        account.delay = 0.8
        delivery = account.sealed(account.document(kind="image", PicUrl=host.url(), MediaId="m"))
        said = [account.opened(await account.post(*delivery)) for _ in range(3)]
        assert said[-1] == WORDS.thinking
        monkeypatch.setattr(wechat, "REPLY_DEADLINE", 5)
        assert await account.say("继续", message_id="2") == "答案"
        assert len(host.asked) == 1

    async def test_secrets_in_a_picture_are_masked(self, account: Account, host: PictureHost) -> None:
        async def card(_: bytes, __: str) -> str:
            return "卡号6222021234567890123"

        set_image_hook(account.app, card)
        assert WORDS.masked in await send(account, host.url())
        assert "6222021234" not in account.heard[0].text

    async def test_a_picture_without_words_and_one_the_reader_refuses_get_a_clear_word(self, account: Account, host: PictureHost) -> None:
        async def nothing(_: bytes, __: str) -> str:
            return " \n"

        async def refuse(_: bytes, __: str) -> str:
            raise ImageRefusedError("请截小一点")

        set_image_hook(account.app, nothing)
        assert await send(account, host.url()) == WORDS.errors.image_unreadable
        set_image_hook(account.app, refuse)
        assert await send(account, host.url(), "2") == "请截小一点"
        assert not account.heard

    async def test_a_flood_of_pictures_is_slowed_down(self, account: Account, host: PictureHost) -> None:
        most = limits.RATE_LIMITS["image_by_session"][0].count
        said = [await send(account, host.url(), str(number)) for number in range(most + 1)]
        assert said[-1] == WORDS.too_busy
        assert len(host.asked) == most


class TestWherePicturesComeFrom:
    def test_only_wechats_own_hosts_are_named(self) -> None:
        assert all(host.endswith(".qpic.cn") for host in PictureSource.load(PICTURES_FILE).hosts)

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "http://169.254.169.254/latest/meta-data/",
            "http://localhost:5055/webhook",
            "http://127.0.0.1:5056/tip-offs",
            "http://[::1]/",
            "file:///etc/passwd",
            "ftp://{host}/a",
            "gopher://{host}/a",
            "//{host}/a",
            "http://user:secret@{host}/a",
            "http://{host}@127.0.0.1:5056/",
            "http://127.0.0.1:5056#@{host}/",
            "http://127.0.0.1:5056\\@{host}/",
            "http://{host}.example.org/a",
            "http://{host}:80/a",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/",
            "http://%31%32%37.0.0.1/",
            "javascript:x()",
            "http://{host}\n/a",
            "x" * 9000,
        ],
    )
    async def test_no_other_address_is_ever_asked(self, account: Account, host: PictureHost, address: str) -> None:
        assert await send(account, address.format(host=host.authority)) == WORDS.errors.image_unavailable
        assert host.asked == []
        assert not account.heard

    async def test_a_redirect_is_not_followed(self, account: Account, host: PictureHost) -> None:
        assert await send(account, host.url("/redirect")) == WORDS.errors.image_unavailable
        assert host.asked == ["/redirect"]

    @pytest.mark.parametrize(
        ("path", "code"),
        [
            ("/gone", "image_unavailable"),
            ("/slow", "image_unavailable"),
            ("/huge", "image_too_big"),
            ("/page", "image_kind"),
            ("/bomb", "image_kind"),
        ],
    )
    async def test_what_is_not_a_picture_of_reasonable_size_and_speed_is_refused(
        self, account: Account, host: PictureHost, path: str, code: str
    ) -> None:
        assert await send(account, host.url(path)) == getattr(WORDS.errors, code)
        assert not account.heard

    async def test_a_host_that_does_not_answer_is_said_to_the_person(self, account: Account, host: PictureHost, tmp_path: Path) -> None:
        dead = PictureSource(hosts=frozenset({"127.0.0.1:9"}), seconds=2)
        account.channel._source = dead
        assert await send(account, "http://127.0.0.1:9/a") == WORDS.errors.image_unavailable


class TestEvidence:
    async def test_after_submitting_a_picture_is_added_when_the_person_says_so(self, account: Account, host: PictureHost, intake: Intake) -> None:
        has_submitted(account, intake)
        assert await send(account, host.url()) == EVIDENCE.ask.format(count=1)
        assert await send(account, host.url("/mmbiz_jpg/b/0"), "2") == EVIDENCE.ask.format(count=2)
        assert not host.asked, "nothing is fetched before the person said what for"
        said = await account.say("附上", message_id="3")
        # The two are one picture, which the store keeps once; the person sent two.
        assert said == EVIDENCE.attached.format(count=2)
        assert [(item.media_type, item.name) for item in intake.kept] == [("image/png", EVIDENCE.file_name.format(number=1))]
        assert not account.heard

    async def test_an_answer_delivered_again_adds_once_and_says_the_same(self, account: Account, host: PictureHost, intake: Intake) -> None:
        has_submitted(account, intake)
        await send(account, host.url())
        delivery = account.sealed(account.document(Content="要", message_id="2"))
        answers = await asyncio.gather(*(account.post(*delivery) for _ in range(3)))
        assert {account.opened(answer) for answer in answers} == {EVIDENCE.attached.format(count=1)}
        assert (len(intake.kept), len(host.asked)) == (1, 1)

    async def test_no_means_that_it_is_read_as_a_screenshot(self, account: Account, host: PictureHost, intake: Intake) -> None:
        has_submitted(account, intake)
        await send(account, host.url())
        account.replies = [{"custom": VERDICT}]
        assert "诈骗特征明显" in await account.say("不要", message_id="2")
        assert [message.text for message in account.heard] == ["对方：全额退保"]
        assert intake.kept == ()

    async def test_a_bare_yes_to_something_else_adds_nothing(self, account: Account, host: PictureHost, intake: Intake) -> None:
        has_submitted(account, intake)
        await send(account, host.url())
        await account.say("多久能有结果", message_id="2")
        assert await account.say("好", message_id="3") == "答案"
        assert [message.text for message in account.heard] == ["多久能有结果", "好"]
        assert intake.kept == ()
        assert await account.say("附上", message_id="4") == EVIDENCE.attached.format(count=1)

    async def test_a_picture_in_the_middle_of_a_tip_off_is_heard_and_offered_after_submitting(
        self, account: Account, host: PictureHost, intake: Intake
    ) -> None:
        remember(account, ActiveLoop(TIP_OFF_FORM))
        said = await send(account, host.url())
        assert said == f"答案\n\n{EVIDENCE.kept}"
        assert [message.text for message in account.heard] == ["对方：全额退保"]
        account.replies = [{"text": "交上去了。"}, {"custom": intake.card(account.sender_id)}]
        said = await account.say("提交", message_id="2")
        assert said == "\n\n".join(["交上去了。", EVIDENCE.offer, EVIDENCE.ask.format(count=1)])
        assert await account.say("好", message_id="3") == EVIDENCE.attached.format(count=1)
        assert len(intake.kept) == 1

    async def test_no_after_submitting_forgets_what_was_already_read(self, account: Account, host: PictureHost, intake: Intake) -> None:
        remember(account, ActiveLoop(TIP_OFF_FORM))
        await send(account, host.url())
        has_submitted(account, intake)
        assert await account.say("不附", message_id="2") == EVIDENCE.left
        assert await account.say("附上", message_id="3") == "答案", "there is nothing to add any more"
        assert intake.kept == ()

    async def test_what_could_not_be_added_is_held_and_can_be_tried_again(
        self, account: Account, host: PictureHost, intake: Intake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Usage:
            free = 1000

        has_submitted(account, intake)
        await send(account, host.url())
        with monkeypatch.context() as full:
            full.setattr("bot.intake.disk_guard.shutil.disk_usage", lambda _: Usage)
            said = await account.say("附上", message_id="2")
        assert said == EVIDENCE.not_attached.format(count=1, reasons=intake.desk.catalog.words.errors["store_full"])
        assert await account.say("附上", message_id="3") == EVIDENCE.attached.format(count=1)

    async def test_when_the_ticket_is_over_the_receipt_is_asked_for_and_the_picture_kept(
        self, account: Account, host: PictureHost, intake: Intake
    ) -> None:
        has_submitted(account, intake)
        await send(account, host.url())
        remember(account, BotUttered(None, {"custom": intake.card(account.sender_id) | {"until": 1}}))
        assert await account.say("附上", message_id="2") == EVIDENCE.over
        has_submitted(account, intake)
        assert await account.say("附上", message_id="3") == EVIDENCE.attached.format(count=1)

    async def test_a_ticket_of_another_conversation_in_this_one_opens_nothing(self, account: Account, host: PictureHost, intake: Intake) -> None:
        remember(account, BotUttered(None, {"custom": intake.card("wechat-somebody-else")}))
        await send(account, host.url())
        assert intake.desk.catalog.words.errors["upload_ticket_invalid"] in await account.say("附上", message_id="2")
        assert intake.kept == ()

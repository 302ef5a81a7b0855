from __future__ import annotations

import html
import re
from collections.abc import Callable

import pyotp
import pytest
from sqlalchemy.exc import OperationalError

from bot.console.accounts import Accounts
from bot.transcripts import TranscriptStore
from tests.console.conftest import PASSWORD, Browser

Open = Callable[..., Browser]
NEW = "a much better one 7"


def test_changing_the_password_ends_every_session_and_only_the_new_one_works(browser: Open) -> None:
    here, elsewhere = browser("worker"), browser("worker")
    answer = here.send("/account/password", old=PASSWORD, new=NEW, again=NEW)
    assert answer.headers["location"] == "/login"
    assert here.get("/account").status_code == elsewhere.get("/account").status_code == 303
    assert browser().login("worker", PASSWORD).status_code == 401
    assert browser().login("worker", NEW).status_code == 303


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "现在的密码不对"),
        ({"old": PASSWORD, "new": NEW, "again": NEW + "x"}, "两次输入的新密码不一样"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "密码至少10位"),
    ],
)
def test_a_refused_password_change_says_why_and_changes_nothing(browser: Open, fields: dict[str, str], words: str) -> None:
    worker = browser("worker")
    assert words in worker.send("/account/password", **fields).text
    assert browser().login("worker", PASSWORD).status_code == 303
    assert worker.get("/account").status_code == 200


def test_a_person_ends_their_sessions_elsewhere_and_stays_logged_in_here(browser: Open) -> None:
    here, elsewhere = browser("worker"), browser("worker")
    here.send("/account/sessions")
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303


def test_a_second_factor_is_set_up_with_a_picture_drawn_here(browser: Open, staff: Accounts) -> None:
    worker = browser("worker")
    assert "现在的密码不对" in worker.send("/account/second-factor", old="wrong").text
    page = worker.send("/account/second-factor", old=PASSWORD).text
    assert 'src="data:image/svg+xml,' in page
    address = html.unescape(re.search(r"<code>(otpauth://[^<]+)</code>", page)[1])  # type: ignore[index]
    secret = pyotp.parse_uri(address)
    assert isinstance(secret, pyotp.TOTP)
    assert "动态码不对" in worker.send("/account/second-factor/confirm", code="12").text
    worker.send("/account/second-factor/confirm", code=secret.now())
    assert staff.find("worker").second_factor  # type: ignore[union-attr]
    assert "现在的密码不对" in worker.send("/account/second-factor/remove", old="wrong").text
    worker.send("/account/second-factor/remove", old=PASSWORD)
    assert not staff.find("worker").second_factor  # type: ignore[union-attr]


def test_a_database_that_is_gone_is_told_in_words(browser: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("disk I/O error"))

    worker = browser("worker")
    monkeypatch.setattr(TranscriptStore, "search", gone)
    answer = worker.get("/transcripts")
    assert answer.status_code == 503
    assert "存储暂时用不了" in answer.text

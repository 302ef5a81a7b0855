from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sanic import Sanic

from bot.console.limits import MAX_REQUEST_BYTES
from bot.console.roles import Permission, Role
from bot.intake.desk import IntakeDesk
from bot.transcripts import TranscriptStore
from tests.console.conftest import Browser, Running
from tests.console.intake import REPORTER, tell
from tests.transcripts.events import said

Open = Callable[..., Browser]
OPEN_TO_ALL = {"/login", "/health"}
WHO_MAY = {
    "/transcripts": Permission.TRANSCRIPTS,
    "/tip-offs": Permission.TIP_OFFS,
    "/tip-offs/export": Permission.EXPORT,
    "/statistics": Permission.STATISTICS,
    "/audit": Permission.AUDIT,
    "/account": Permission.ACCOUNT,
    "/logout": Permission.ACCOUNT,
    "/": Permission.ACCOUNT,
}


def routes(app: Sanic[Any, Any]) -> list[tuple[str, str]]:
    """Every page as method and path, with made-up ids filled in."""
    found = []
    for route in app.router.routes:
        path = "/" + re.sub(r"<[^>]+>", "0" * 32, route.path)
        if not path.startswith("/static"):
            found += [(method, path) for method in route.methods if method in {"GET", "POST"}]
    return sorted(found)


def permission_of(path: str) -> Permission:
    if path.endswith(("/unmask", "/original")):
        return Permission.UNMASK
    if path.endswith("/merge"):
        return Permission.MERGE
    return WHO_MAY.get(path) or WHO_MAY["/" + path.split("/")[1]]


def test_no_form_works_without_its_token_or_from_another_site(browser: Open, console: Running) -> None:
    supervisor = browser("supervisor")
    posts = [path for method, path in routes(console.app) if method == "POST" and path != "/login"]
    assert len(posts) > 15
    token, strangers = supervisor.token(), browser("worker").token()
    for path in posts:
        tries = [
            supervisor.client.post(path, data={}),
            supervisor.client.post(path, data={"csrf": strangers}),
            supervisor.client.post(path, json={"csrf": token}),
            supervisor.client.post(f"{path}?csrf={token}"),
            supervisor.client.post(path, data={"csrf": token}, headers={"Origin": "https://evil.example"}),
            supervisor.client.post(path, data={"csrf": token}, headers={"Origin": "null"}),
            supervisor.client.post(path, data={"csrf": token}, headers={"Sec-Fetch-Site": "cross-site"}),
        ]
        assert {answer.status_code for answer in tries} == {403}, path
    assert supervisor.get("/account").status_code == 200


def test_what_changes_something_cannot_be_done_by_following_a_link(browser: Open, console: Running) -> None:
    worker = browser("worker")
    posts = {path for method, path in routes(console.app) if method == "POST"}
    gets = {path for method, path in routes(console.app) if method == "GET"}
    for path in sorted(posts - gets):
        assert worker.get(path).status_code in {404, 405}, path


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_own_pages_and_no_others(browser: Open, console: Running, role: Role) -> None:
    person = browser(role.value)
    token = person.token()
    for method, path in routes(console.app):
        if path in OPEN_TO_ALL or path == "/logout":
            continue
        answer = person.get(path) if method == "GET" else person.client.post(path, data={"csrf": token, "old": "wrong"})
        assert (answer.status_code == 403 and "没有这项权限" in answer.text) == (not role.may(permission_of(path))), (method, path)


def test_a_stranger_learns_nothing_from_any_page(browser: Open, console: Running, desk: IntakeDesk, transcripts: TranscriptStore) -> None:
    tip_off = tell(desk, "one", reporter=REPORTER).tip_off_id
    transcripts.record(said("我要退保"))
    for method, path in routes(console.app):
        if path in OPEN_TO_ALL:
            continue
        stranger = browser()
        known = path.replace("/tip-offs/" + "0" * 32, f"/tip-offs/{tip_off}").replace(
            "/transcripts/" + "0" * 32, f"/transcripts/{transcripts.conversation_id('openid-1')}"
        )
        answer = stranger.client.request(method, known)
        assert answer.status_code == (303 if method == "GET" else 401), (method, path)
        for secret in ("王", "退保，", "我要退保", "三千"):
            assert secret not in answer.text.replace("退保卫士", ""), (method, path)


def test_every_answer_forbids_scripts_frames_and_outside_sources(browser: Open, console: Running) -> None:
    worker = browser("worker")
    for path in ("/tip-offs", "/transcripts", "/login", "/nothing-here", "/static/htmx.min.js", "/health"):
        headers = worker.get(path).headers
        policy = dict(rule.strip().partition(" ")[::2] for rule in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
    assert worker.get("/tip-offs").headers["cache-control"] == "no-store"
    assert "max-age" in worker.get("/static/htmx.min.js").headers["cache-control"]


def test_no_page_asks_for_anything_from_outside_or_holds_a_script_of_its_own(browser: Open) -> None:
    supervisor = browser("supervisor")
    for path in ("/tip-offs", "/tip-offs/due", "/tip-offs/groups", "/transcripts", "/statistics", "/account", "/login"):
        page = supervisor.get(path).text
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page), path
        assert not re.findall(r"<script(?![^>]*src=)", page), path
        assert not re.findall(r"\son\w+=|\sstyle=", page), path


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/....//app.py", "/static//etc/passwd", "/static/%00"]
)
def test_the_static_folder_gives_nothing_but_its_own_files(console: Running, path: str) -> None:
    with httpx.Client(base_url=console.url) as client:
        answer = client.send(httpx.Request("GET", httpx.URL(console.url).copy_with(raw_path=path.encode())))
    assert answer.status_code in {400, 404}


def test_a_request_larger_than_any_form_is_refused_in_words(browser: Open) -> None:
    answer = browser().client.post("/login", data={"name": "x" * (MAX_REQUEST_BYTES + 1)})
    assert answer.status_code == 413
    assert "太大" in answer.text


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xfe%zz=%\x00", "application/x-www-form-urlencoded"),
        (b"{not json", "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"csrf=1&csrf=2&" + b"a=1&" * 10_000, "application/x-www-form-urlencoded"),
    ],
)
def test_broken_forms_get_an_answer_in_words(browser: Open, content: bytes, kind: str) -> None:
    answer = browser().client.post("/login", content=content, headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500
    assert "退保卫士" in answer.text


@pytest.mark.parametrize(
    "name", ["'; DROP TABLE transcript_events; --", "%27%20OR%201=1", "..%2f..%2fetc%2fpasswd", "{{7*7}}", "%00", "a" * 3000, "%ff%fe"]
)
def test_made_up_ids_are_simply_unknown(browser: Open, name: str) -> None:
    worker = browser("worker")
    for path in (f"/transcripts/{name}", f"/transcripts/{name}/story", f"/tip-offs/{name}", f"/tip-offs/{name}/evidence/{name}"):
        answer = worker.get(path)
        assert answer.status_code in {400, 404}, path
        assert "Traceback" not in answer.text
        assert "49" not in answer.text.partition("notice")[2]


def test_a_failure_inside_is_told_without_its_details(browser: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret inner words")

    monkeypatch.setattr(TranscriptStore, "search", fail)
    answer = browser("worker").get("/transcripts")
    assert answer.status_code == 500
    assert "已经记下来了" in answer.text
    assert "secret inner words" not in answer.text


def test_reading_a_case_and_every_refusal_leave_a_trace_only_auditors_see(browser: Open, desk: IntakeDesk) -> None:
    tip_off = tell(desk, "one", reporter=REPORTER).tip_off_id
    worker = browser("worker")
    worker.get(f"/tip-offs/{tip_off}")
    assert worker.get("/audit").status_code == 403
    browser().login("worker", "13912345678 as a password typed wrongly")
    page = browser("auditor").get("/audit").text
    for words in ("查看线索", tip_off[-8:], "越权访问被拒", "登录失败", "/audit"):
        assert words in page, words
    for secret in ("王秀英", "三千", "13912345678"):
        assert secret not in page
    only = browser("auditor").get("/audit?act=refused&actor=worker").text
    assert "越权访问被拒" in only
    assert "查看线索</td>" not in only


def test_a_password_typed_into_the_name_field_is_cut_and_masked_in_the_log(browser: Open, desk: IntakeDesk) -> None:
    browser().login("13912345678", "x")
    browser().login("a" * 200, "x")
    actors = [entry.actor for entry in desk.audit_entries() if entry.action == "login_failed"]
    assert "13912345678" not in actors
    assert max(map(len, actors)) <= 32

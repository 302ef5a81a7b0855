from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pyotp
import pytest
from sqlalchemy import create_engine, text

from bot.console import house, sessions, throttle
from bot.console.accounts import Accounts
from bot.console.app import create_app
from bot.console.limits import LOGIN_LIMITS, SESSION_IDLE_SECONDS, SESSION_SECONDS
from bot.console.roles import Role
from bot.console.settings import ConsoleSettings
from bot.privacy.keyring import Keyring
from tests.console.conftest import PASSWORD, Browser, Running

Open = Callable[..., Browser]


@pytest.mark.parametrize(("name", "home"), [("worker", "/tip-offs"), ("supervisor", "/tip-offs"), ("auditor", "/audit")])
def test_each_role_lands_on_its_own_work_after_the_login(browser: Open, name: str, home: str) -> None:
    assert browser().login(name).headers["location"] == home


def test_on_a_fresh_installation_the_login_page_says_how_to_make_the_first_account(settings: ConsoleSettings) -> None:
    running = Running(create_app(settings))
    try:
        assert "guard console add-user" in httpx.get(f"{running.url}/login").text
    finally:
        running.stop()


def test_where_there_are_accounts_the_login_page_says_nothing_of_making_one(browser: Open) -> None:
    assert "add-user" not in browser().get("/login").text


def test_the_name_may_be_typed_in_capitals_or_full_width(browser: Open) -> None:
    assert browser().login("WORKER").status_code == 303
    assert browser().login("ｗｏｒｋｅｒ").status_code == 303


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("worker", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("worker", PASSWORD + " "),
        ("' OR 1=1 --", PASSWORD),
        ("worker\x00", PASSWORD),
        ("x" * 5000, "y" * 5000),
    ],
)
def test_a_wrong_login_gets_one_and_the_same_answer(browser: Open, name: str, password: str) -> None:
    answer = browser().login(name, password)
    assert answer.status_code == 401
    assert "账号、密码或动态码不对" in answer.text
    assert "guard_console=" not in answer.headers.get("set-cookie", "")


def test_every_page_but_login_and_health_asks_for_the_login_first(browser: Open, console: Running) -> None:
    stranger = browser()
    for path in ("/", "/transcripts", "/transcripts/abc", "/transcripts/abc/story", "/account", "/audit"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login")
    assert stranger.get("/health").json() == {"status": "ok"}


def test_after_the_login_the_page_first_asked_for_opens(browser: Open) -> None:
    stranger = browser()
    asked = stranger.get("/transcripts?text=%E9%80%80%E4%BF%9D&page=2").headers["location"]
    form = stranger.get(asked)
    assert 'value="/transcripts?text=%E9%80%80%E4%BF%9D&amp;page=2"' in form.text
    answer = stranger.login("worker", next="/transcripts?text=%E9%80%80%E4%BF%9D&page=2")
    assert answer.headers["location"] == "/transcripts?text=%E9%80%80%E4%BF%9D&page=2"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "///evil.example",
        "evil.example",
        "/ /evil.example",
    ],
)
def test_the_login_never_leads_to_another_site(browser: Open, target: str) -> None:
    assert browser().login("worker", next=target).headers["location"] == "/tip-offs"
    assert target not in browser().get("/login", params={"next": target}).text


def test_logging_out_ends_the_session_on_the_server(browser: Open) -> None:
    worker = browser("worker")
    stolen = worker.client.cookies["guard_console"]
    worker.send("/logout")
    thief = browser()
    thief.client.cookies.set("guard_console", stolen)
    assert thief.get("/account").status_code == 303


def test_a_session_planted_before_the_login_stays_worthless(browser: Open) -> None:
    attacker = browser("auditor")
    planted = attacker.client.cookies["guard_console"]
    victim = browser()
    victim.client.cookies.set("guard_console", planted, domain="127.0.0.1", path="/")
    victim.login("worker")
    fresh = [cookie.value for cookie in victim.client.cookies.jar if cookie.name == "guard_console"]
    assert planted not in fresh or len(fresh) > 1
    assert "auditor" in attacker.get("/account").text


@pytest.mark.parametrize("cookie", ["", "x", "x.y", "a" * 43, "%00", "a.b.c.d"])
def test_a_made_up_cookie_opens_nothing(browser: Open, cookie: str) -> None:
    stranger = browser()
    stranger.client.cookies.set("guard_console", cookie)
    assert stranger.get("/account").status_code == 303


def test_the_session_table_alone_opens_no_session(browser: Open, settings: ConsoleSettings) -> None:
    worker = browser("worker")
    with create_engine(settings.console_url).connect() as connection:
        stored = str(connection.execute(text("SELECT * FROM console_sessions")).all())
    assert worker.client.cookies["guard_console"].split(".")[0] not in stored


@pytest.mark.parametrize("age", [SESSION_IDLE_SECONDS + 5, SESSION_SECONDS + 5])
def test_a_session_ends_when_idle_or_old(browser: Open, monkeypatch: pytest.MonkeyPatch, age: int) -> None:
    worker = browser("worker")
    assert worker.get("/account").status_code == 200
    now = time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + age)
    assert worker.get("/account").status_code == 303


def test_a_session_in_use_does_not_end_from_idleness(browser: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = browser("worker")
    now = time.time()
    for minutes in (50, 100, 150):
        monkeypatch.setattr(sessions.time, "time", lambda later=now + minutes * 60: later)
        assert worker.get("/account").status_code == 200


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(browser: Open) -> None:
    header = [value for key, value in browser().login("worker").headers.multi_items() if key == "set-cookie" and value.startswith("guard_console=")][
        0
    ]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header


def test_disabling_an_account_or_changing_its_role_works_at_once(browser: Open, staff: Accounts) -> None:
    worker = browser("worker")
    assert worker.get("/transcripts").status_code == 200
    staff.set_role("worker", Role.AUDITOR)
    assert worker.get("/transcripts").status_code == 403
    staff.disable("worker")
    assert worker.get("/account").status_code == 303
    assert browser().login("worker").status_code == 401


def test_guessing_a_password_is_stopped_and_the_right_one_waits_too(browser: Open) -> None:
    attacker = browser()
    for _ in range(LOGIN_LIMITS["address_and_name"].attempts):
        assert attacker.login("worker", "guess").status_code == 401
    answer = attacker.login("worker", PASSWORD)
    assert answer.status_code == 429
    assert "15分钟" in answer.text
    assert attacker.login("supervisor").status_code == 303


def test_guessing_all_at_once_gets_no_more_tries(browser: Open) -> None:
    attacker = browser()
    token = attacker.token("/login")
    with ThreadPoolExecutor(10) as pool:
        tries = [pool.submit(attacker.client.post, "/login", data={"csrf": token, "name": "worker", "password": f"guess{n}"}) for n in range(30)]
        statuses = [attempt.result().status_code for attempt in tries]
    assert statuses.count(401) == LOGIN_LIMITS["address_and_name"].attempts
    assert statuses.count(429) == 30 - LOGIN_LIMITS["address_and_name"].attempts


def test_trying_one_password_on_many_names_is_stopped(browser: Open) -> None:
    attacker = browser()
    statuses = [attacker.login(f"name{n}", PASSWORD).status_code for n in range(LOGIN_LIMITS["address"].attempts + 3)]
    assert statuses[-3:] == [429, 429, 429]


def test_the_wait_ends(browser: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    attacker = browser()
    for _ in range(LOGIN_LIMITS["address_and_name"].attempts + 3):
        attacker.login("worker", "guess")
    now = time.time()
    monkeypatch.setattr(throttle.time, "time", lambda: now + LOGIN_LIMITS["address_and_name"].seconds + 5)
    assert attacker.login("worker").status_code == 303


def test_the_attempt_table_names_no_address_and_no_account(browser: Open, settings: ConsoleSettings) -> None:
    browser().login("worker", "guess")
    with create_engine(settings.console_url).connect() as connection:
        stored = str(connection.execute(text("SELECT * FROM console_login_attempts")).all())
    assert "127.0.0.1" not in stored
    assert "worker" not in stored
    assert stored.count("(") == 3


def test_a_forwarding_header_does_not_hide_who_is_guessing(browser: Open) -> None:
    attacker = browser()
    for number in range(LOGIN_LIMITS["address_and_name"].attempts):
        attacker.client.headers["X-Forwarded-For"] = f"10.0.0.{number}"
        attacker.login("worker", "guess")
    assert attacker.login("worker").status_code == 429


def test_two_login_pages_open_at_once_both_work(browser: Open) -> None:
    person = browser()
    first = person.token("/login")
    person.token("/login")
    assert person.client.post("/login", data={"csrf": first, "name": "worker", "password": PASSWORD}).status_code == 303


def test_a_login_form_from_another_site_is_refused(browser: Open) -> None:
    victim = browser()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        fields = {"csrf": victim.token("/login"), "name": "worker", "password": PASSWORD}
        assert victim.client.post("/login", data=fields, headers=headers).status_code == 403
    stolen = browser().token("/login")  # a token is worth nothing without the cookie it was made for
    assert victim.client.post("/login", data={"csrf": stolen, "name": "worker", "password": PASSWORD}).status_code == 403


def test_a_second_factor_is_asked_for_once_it_is_on(browser: Open, staff: Accounts) -> None:
    address = staff.offer_totp("worker")
    assert browser().login("worker").status_code == 303  # offered, not yet confirmed
    secret = pyotp.parse_uri(address)
    assert isinstance(secret, pyotp.TOTP)
    staff.confirm_totp("worker", secret.at(time.time() - 30))

    missing = browser().login("worker")
    assert missing.status_code == 401
    assert "6位数字" in missing.text
    assert browser().login("worker", code="000000").status_code == 401
    code = secret.now()
    assert browser().login("worker", code=code).status_code == 303
    assert browser().login("worker", code=code).status_code == 401  # seen over a shoulder
    assert browser().login("worker", "wrong", code=secret.at(time.time() + 30)).status_code == 401


def test_the_second_factors_secret_is_not_readable_in_the_database(staff: Accounts, settings: ConsoleSettings) -> None:
    secret = pyotp.parse_uri(staff.offer_totp("worker")).secret
    with create_engine(settings.console_url).connect() as connection:
        assert secret not in str(connection.execute(text("SELECT * FROM console_accounts")).all())


def test_the_second_factor_survives_a_change_of_the_intakes_keys(staff: Accounts, keyring: Keyring, settings: ConsoleSettings) -> None:
    secret = pyotp.parse_uri(staff.offer_totp("worker"))
    assert isinstance(secret, pyotp.TOTP)
    old = keyring.active
    keyring.add_key()
    keyring.remove_key(old)
    _, reopened = house.open_accounts(settings.console_url, Keyring.load(settings.keyring_path))
    reopened.confirm_totp("worker", secret.now())

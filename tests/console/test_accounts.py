from __future__ import annotations

import time

import pyotp
import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from bot.console import accounts as accounts_module
from bot.console.accounts import Accounts
from bot.console.errors import ConsoleError
from bot.console.roles import Permission, Role
from bot.console.schema import metadata
from bot.console.settings import ConsoleSettings
from tests.console.conftest import PASSWORD


@pytest.fixture
def engine(settings: ConsoleSettings, staff: Accounts) -> Engine:
    return create_engine(settings.console_url)


@pytest.mark.parametrize("name", ["x", "", "a b", "a/b", "<b>", "n" * 33, "a\x00b", "名 字"])
def test_a_name_that_could_confuse_is_refused(staff: Accounts, name: str) -> None:
    with pytest.raises(ConsoleError, match="bad_name"):
        staff.add(name, Role.WORKER, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "xiaowangxiaowang", "1111111111111", "y" * 201])
def test_a_password_that_is_easily_guessed_is_refused(staff: Accounts, password: str) -> None:
    with pytest.raises(ConsoleError, match="weak_password"):
        staff.add("xiaowangxiaowang", Role.WORKER, password)


@pytest.mark.parametrize("twin", ["worker", "WORKER", "Ｗorker", " worker "])
def test_two_accounts_cannot_look_alike(staff: Accounts, twin: str) -> None:
    with pytest.raises(ConsoleError, match="name_taken"):
        staff.add(twin, Role.AUDITOR, PASSWORD)


def test_chinese_names_are_welcome(staff: Accounts) -> None:
    staff.add("王小明", Role.WORKER, PASSWORD)
    assert staff.authenticate("王小明", PASSWORD, "").role is Role.WORKER


def test_passwords_are_kept_only_as_argon2_hashes(staff: Accounts, engine: Engine) -> None:
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT password_hash FROM console_accounts")).scalars().all()
    assert all(value.startswith("$argon2id$") for value in stored)
    assert len(set(stored)) == len(stored)


def test_a_password_whose_hash_is_weaker_than_todays_is_hashed_again_at_the_next_login(staff: Accounts, engine: Engine) -> None:
    with engine.connect() as connection:
        before = connection.execute(text("SELECT password_hash FROM console_accounts WHERE name = 'worker'")).scalar_one()
    staff._hasher = accounts_module.PasswordHasher().__class__(time_cost=2, memory_cost=16, parallelism=1)
    staff.authenticate("worker", PASSWORD, "")
    with engine.connect() as connection:
        after = connection.execute(text("SELECT password_hash FROM console_accounts WHERE name = 'worker'")).scalar_one()
    assert before != after
    assert staff.authenticate("worker", PASSWORD, "").name == "worker"


def test_changing_ones_password_needs_the_old_one(staff: Accounts) -> None:
    with pytest.raises(ConsoleError, match="wrong_password"):
        staff.change_password("worker", "wrong", "a new password 1")
    staff.change_password("worker", PASSWORD, "a new password 1")
    assert staff.authenticate("worker", "a new password 1", "").name == "worker"


def test_a_second_factor_counts_only_once_its_code_was_shown(staff: Accounts) -> None:
    secret = pyotp.parse_uri(staff.offer_totp("worker"))
    assert isinstance(secret, pyotp.TOTP)
    with pytest.raises(ConsoleError, match="wrong_code"):
        staff.confirm_totp("worker", "000000" if secret.now() != "000000" else "111111")
    assert not staff.all()[-1].second_factor
    staff.confirm_totp("worker", f" {secret.now()[:3]} {secret.now()[3:]} ")
    assert staff.find("worker").second_factor  # type: ignore[union-attr]
    staff.remove_totp("worker")
    assert staff.authenticate("worker", PASSWORD, "").name == "worker"


def test_a_second_factor_copied_to_another_account_in_the_database_opens_nothing(staff: Accounts, engine: Engine) -> None:
    secret = pyotp.parse_uri(staff.offer_totp("worker"))
    assert isinstance(secret, pyotp.TOTP)
    staff.confirm_totp("worker", secret.at(time.time() - 30))
    with engine.begin() as connection:
        own = "(SELECT totp_secret FROM console_accounts WHERE name = 'worker')"
        connection.execute(text(f"UPDATE console_accounts SET totp_secret = {own}, totp_confirmed = 1 WHERE name = 'supervisor'"))
    with pytest.raises(ConsoleError, match="login_failed"):
        staff.authenticate("supervisor", PASSWORD, secret.now())


@pytest.mark.parametrize("drift", [-30, 0, 30])
def test_a_phones_clock_may_be_half_a_minute_off(staff: Accounts, drift: int) -> None:
    secret = pyotp.parse_uri(staff.offer_totp("worker"))
    assert isinstance(secret, pyotp.TOTP)
    staff.confirm_totp("worker", secret.at(time.time() + drift))


@pytest.mark.parametrize("call", ["set_password", "set_role", "disable", "offer_totp", "remove_totp"])
def test_changing_an_account_that_is_not_there_says_so(staff: Accounts, call: str) -> None:
    extra = {"set_password": (PASSWORD,), "set_role": (Role.WORKER,)}.get(call, ())
    with pytest.raises(ConsoleError, match="unknown_account"):
        getattr(staff, call)("nobody", *extra)


def test_an_auditor_sees_the_log_but_no_case_and_no_one_who_handles_cases_sees_the_log() -> None:
    cases = {Permission.TRANSCRIPTS, Permission.TIP_OFFS, Permission.UNMASK, Permission.MERGE, Permission.EXPORT}
    assert not any(Role.AUDITOR.may(permission) for permission in cases)
    assert [role for role in Role if role.may(Permission.AUDIT)] == [Role.AUDITOR]
    assert [role for role in Role if role.may(Permission.UNMASK)] == [Role.SUPERVISOR]


def test_the_migrations_build_exactly_the_tables_the_code_uses(engine: Engine) -> None:
    inspector = inspect(engine)
    for table in metadata.tables.values():
        built = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert built == {column.name: bool(column.nullable) for column in table.columns}

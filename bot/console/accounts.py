"""Accounts of staff: names, roles, passwords and second factors."""

from __future__ import annotations

import hmac
import re
import threading
import time
import unicodedata
from dataclasses import dataclass

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Engine, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.console import limits
from bot.console.errors import ConsoleError
from bot.console.roles import Role
from bot.console.schema import accounts, sessions
from bot.console.secret_box import SecretBox
from bot.transcripts.database import writing

NAME = re.compile(rf"[\w.\-]{{2,{limits.MAX_NAME_CHARS}}}")
TOTP_STEP_SECONDS = 30
ISSUER = "Surrender Guard"


@dataclass(frozen=True)
class Account:
    """A member of staff. `second_factor` says whether a login needs a code from their phone."""

    name: str
    role: Role
    second_factor: bool
    disabled: bool


class Accounts:
    """The accounts in the console's database.

    Args:
        engine: To a database `bot.console.database.upgrade` has prepared.
        box: Encrypts the secrets of second factors.
    """

    def __init__(self, engine: Engine, box: SecretBox) -> None:
        self._engine = engine
        self._box = box
        self._hasher = PasswordHasher()
        self._turn = threading.BoundedSemaphore(limits.PASSWORDS_AT_ONCE)
        # Checked when the name is unknown, so that the time a login takes does not tell which names exist.
        self._nobody = self._hasher.hash("")

    def add(self, name: str, role: Role, password: str) -> None:
        """Make an account.

        Args:
            name: 2 to 32 letters (of any script), digits, dots, hyphens or underscores; capitals do not matter.
            role: What it may do.
            password: At least 10 characters, and not the name.

        Raises:
            ConsoleError: `bad_name`, `weak_password` or `name_taken`.
        """
        name = canonical(name)
        if not NAME.fullmatch(name):
            raise ConsoleError("bad_name")
        _check_strength(name, password)
        row = {"name": name, "role": role.value, "password_hash": self._hasher.hash(password), "totp_confirmed": False, "disabled": False}
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(accounts).values(**row, created_at=time.time()))
        except IntegrityError as error:
            raise ConsoleError("name_taken", 409) from error

    def find(self, name: str) -> Account | None:
        """Look an account up.

        Args:
            name: Its name.

        Returns:
            The account, or None.
        """
        with self._engine.connect() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == canonical(name))).first()
        return Account(row.name, Role(row.role), row.totp_confirmed, row.disabled) if row else None

    def all(self) -> list[Account]:
        """List every account by name."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.name)).all()
        return [Account(row.name, Role(row.role), row.totp_confirmed, row.disabled) for row in rows]

    def any(self) -> bool:
        """Say whether there is an account at all: on a fresh installation the login page explains how to make one."""
        with self._engine.connect() as connection:
            return connection.execute(select(accounts.c.name).limit(1)).first() is not None

    def authenticate(self, name: str, password: str, code: str) -> Account:
        """Check a login.

        Args:
            name: As typed.
            password: As typed.
            code: The six digits of the second factor; not looked at when the account has none.

        Returns:
            The account.

        Raises:
            ConsoleError: `login_failed` for a wrong name, password or code and for a disabled account; `code_needed` when only the code is missing.
        """
        name = canonical(name)
        row = None
        if NAME.fullmatch(name):  # anything else is no name, and may be text a database refuses
            with self._engine.connect() as connection:
                row = connection.execute(select(accounts).where(accounts.c.name == name)).first()
        right = self._verify(row.password_hash if row else self._nobody, password)
        if row is None or row.disabled or not right:
            raise ConsoleError("login_failed", 401)
        if row.totp_confirmed:
            if not code.strip():
                raise ConsoleError("code_needed", 401)
            if not self._use_code(name, row.totp_secret, code):
                raise ConsoleError("login_failed", 401)
        if self._hasher.check_needs_rehash(row.password_hash):
            self._store_password(name, password)
        return Account(name, Role(row.role), row.totp_confirmed, row.disabled)

    def _verify(self, stored: str, password: str) -> bool:
        if len(password) > limits.MAX_PASSWORD_CHARS:
            return False
        with self._turn:
            try:
                return self._hasher.verify(stored, password)
            except (VerifyMismatchError, InvalidHashError):
                return False

    def _use_code(self, name: str, sealed: str, code: str) -> bool:
        secret = self._box.open(name, sealed)
        if secret is None:
            return False
        totp = pyotp.TOTP(secret)
        now = int(time.time()) // TOTP_STEP_SECONDS
        typed = "".join(code.split())
        for step in range(now - limits.TOTP_STEPS_AROUND, now + limits.TOTP_STEPS_AROUND + 1):
            if hmac.compare_digest(totp.at(step * TOTP_STEP_SECONDS).encode(), typed.encode()):
                unused = or_(accounts.c.totp_last_step.is_(None), accounts.c.totp_last_step < step)
                with writing(self._engine) as connection:
                    return connection.execute(update(accounts).where(accounts.c.name == name, unused).values(totp_last_step=step)).rowcount == 1
        return False

    def set_password(self, name: str, password: str) -> None:
        """Give an account a new password; its open sessions end.

        Raises:
            ConsoleError: `weak_password` or `unknown_account`.
        """
        name = canonical(name)
        _check_strength(name, password)
        self._store_password(name, password)
        self._end_sessions(name)

    def change_password(self, name: str, old: str, new: str) -> None:
        """Let a person change their own password; all their sessions end.

        Raises:
            ConsoleError: `wrong_password`, `weak_password` or `unknown_account`.
        """
        self.check_password(name, old)
        self.set_password(name, new)

    def check_password(self, name: str, password: str) -> None:
        """Ask for the password again before something that matters.

        Raises:
            ConsoleError: `wrong_password`.
        """
        with self._engine.connect() as connection:
            stored = connection.execute(select(accounts.c.password_hash).where(accounts.c.name == canonical(name))).scalar_one_or_none()
        if not self._verify(stored or self._nobody, password) or stored is None:
            raise ConsoleError("wrong_password", 403)

    def _store_password(self, name: str, password: str) -> None:
        self._change(name, password_hash=self._hasher.hash(password))

    def set_role(self, name: str, role: Role) -> None:
        """Change what an account may do, at once, also in open sessions.

        Raises:
            ConsoleError: `unknown_account`.
        """
        self._change(canonical(name), role=role.value)

    def disable(self, name: str, disabled: bool = True) -> None:
        """Shut an account out, at once, or let it in again.

        Raises:
            ConsoleError: `unknown_account`.
        """
        self._change(canonical(name), disabled=disabled)
        self._end_sessions(canonical(name))

    def offer_totp(self, name: str) -> str:
        """Make the secret of a second factor. It counts only after `confirm_totp`.

        Returns:
            The `otpauth://` address an authenticator app reads.

        Raises:
            ConsoleError: `unknown_account`.
        """
        name = canonical(name)
        secret = pyotp.random_base32()
        sealed = self._box.seal(name, secret)
        self._change(name, totp_secret=sealed, totp_confirmed=False, totp_last_step=None)
        return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)

    def confirm_totp(self, name: str, code: str) -> None:
        """Switch the second factor on, once the person's app shows the right code.

        Raises:
            ConsoleError: `wrong_code`, also when no secret was made.
        """
        name = canonical(name)
        with self._engine.connect() as connection:
            sealed = connection.execute(select(accounts.c.totp_secret).where(accounts.c.name == name)).scalar_one_or_none()
        if sealed is None or not self._use_code(name, sealed, code):
            raise ConsoleError("wrong_code")
        self._change(name, totp_confirmed=True)

    def remove_totp(self, name: str) -> None:
        """Switch the second factor off.

        Raises:
            ConsoleError: `unknown_account`.
        """
        self._change(canonical(name), totp_secret=None, totp_confirmed=False, totp_last_step=None)

    def _change(self, name: str, **values: object) -> None:
        with writing(self._engine) as connection:
            if connection.execute(update(accounts).where(accounts.c.name == name).values(**values)).rowcount == 0:
                raise ConsoleError("unknown_account", 404)

    def _end_sessions(self, name: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.account == name))


def canonical(name: str) -> str:
    """Write a name the one way it is kept: two names that look alike by width or case are one."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _check_strength(name: str, password: str) -> None:
    if not limits.MIN_PASSWORD_CHARS <= len(password) <= limits.MAX_PASSWORD_CHARS or canonical(password) == name or len(set(password)) == 1:
        raise ConsoleError("weak_password")

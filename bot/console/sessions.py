"""Sessions the server can end: the cookie holds a signed random token, the table its hash."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

from itsdangerous import BadSignature, Signer, TimestampSigner
from sqlalchemy import Engine, delete, func, insert, select, update

from bot.console import limits
from bot.console.schema import sessions
from bot.privacy.keyed_hash import keyed_hash, same_hash
from bot.transcripts.database import writing

TOKEN_BYTES = 32


@dataclass(frozen=True)
class Session:
    """An open session and the token its forms must carry."""

    token: str
    account: str
    csrf: str


class Sessions:
    """The open sessions.

    Args:
        engine: To the console's database.
        secret_key: Signs cookies and form tokens.
    """

    def __init__(self, engine: Engine, secret_key: str) -> None:
        self._engine = engine
        self._secret = secret_key.encode()
        self._signer = Signer(self._secret, salt="console.session", digest_method=hashlib.sha256)
        self._forms = TimestampSigner(self._secret, salt="console.login_form", digest_method=hashlib.sha256)

    def open(self, account: str) -> str:
        """Start a session with a fresh token, whatever cookie the browser came with: a token planted before the login stays worthless.

        Args:
            account: Whose.

        Returns:
            The cookie's value.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = time.time()
        with writing(self._engine) as connection:
            connection.execute(
                delete(sessions).where(
                    (sessions.c.opened_at < now - limits.SESSION_SECONDS) | (sessions.c.seen_at < now - limits.SESSION_IDLE_SECONDS)
                )
            )
            connection.execute(insert(sessions).values(token_hash=_hash(token), account=account, opened_at=now, seen_at=now))
        return self._signer.sign(token).decode()

    def read(self, cookie: str | None) -> Session | None:
        """Find the session of a cookie.

        Args:
            cookie: Its value, or None.

        Returns:
            The session, or None when the cookie is missing, forged, ended or too old.
        """
        try:
            token = self._signer.unsign(cookie or "").decode()
        except (BadSignature, UnicodeError):
            return None
        now = time.time()
        found = select(sessions.c.account, sessions.c.seen_at).where(
            sessions.c.token_hash == _hash(token),
            sessions.c.opened_at > now - limits.SESSION_SECONDS,
            sessions.c.seen_at > now - limits.SESSION_IDLE_SECONDS,
        )
        with self._engine.connect() as connection:
            row = connection.execute(found).first()
        if row is None:
            return None
        if row.seen_at < now - limits.SEEN_EVERY_SECONDS:
            with writing(self._engine) as connection:
                connection.execute(update(sessions).where(sessions.c.token_hash == _hash(token)).values(seen_at=now))
        return Session(token, row.account, self._csrf(token))

    def close(self, session: Session) -> None:
        """End one session."""
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == _hash(session.token)))

    def close_others(self, session: Session) -> None:
        """End all sessions of the same account but this one."""
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.account == session.account, sessions.c.token_hash != _hash(session.token)))

    def count(self, account: str) -> int:
        """Say how many sessions an account has open."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(sessions).where(sessions.c.account == account)).scalar_one())

    def _csrf(self, token: str) -> str:
        return keyed_hash(self._secret, "console.csrf", token)

    def login_form_token(self, nonce: str) -> str:
        """Make the token of a login form, bound to a cookie: a login that another site triggers would log a victim into the attacker's account."""
        return self._forms.sign(nonce).decode()

    def login_form_fits(self, nonce: str | None, token: str) -> bool:
        """Say whether a login form's token belongs to this browser's cookie and is not too old."""
        try:
            signed = self._forms.unsign(token, max_age=limits.LOGIN_FORM_SECONDS).decode()
        except (BadSignature, UnicodeError):
            return False
        return nonce is not None and same_hash(signed, nonce)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""Who did what in the console. Each entry has its own transaction, so that a failed act leaves its trace too."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Engine, insert, select

from bot.console.limits import AUDIT_PAGE_SIZE
from bot.console.schema import audit
from bot.privacy.personal_data import mask
from bot.transcripts.database import writing


class Act(StrEnum):
    """What is written down; the words are in section `acts` of the wording."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOGIN_THROTTLED = "login_throttled"
    LOGOUT = "logout"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an act
    TOTP_ON = "totp_on"
    TOTP_OFF = "totp_off"
    SESSIONS_ENDED = "sessions_ended"
    REFUSED = "refused"
    TRANSCRIPT_OPENED = "transcript_opened"
    TRANSCRIPT_REVIEWED = "transcript_reviewed"
    TRANSCRIPT_UNREVIEWED = "transcript_unreviewed"
    TRANSCRIPT_FLAGGED = "transcript_flagged"
    TRANSCRIPT_UNFLAGGED = "transcript_unflagged"
    TRANSCRIPT_TAGGED = "transcript_tagged"
    TRANSCRIPT_UNTAGGED = "transcript_untagged"
    TRANSCRIPT_NOTED = "transcript_noted"
    TRANSCRIPT_EXPORTED = "transcript_exported"
    TIP_OFF_OPENED = "tip_off_opened"
    TIP_OFF_CHANGED = "tip_off_changed"
    TIP_OFF_UNMASKED = "tip_off_unmasked"
    TIP_OFFS_EXPORTED = "tip_offs_exported"
    EVIDENCE_DOWNLOADED = "evidence_downloaded"


@dataclass(frozen=True)
class Entry:
    """One line of the audit log."""

    at: datetime
    actor: str
    act: Act
    subject: str
    detail: str


class AuditLog:
    """The console's audit log.

    Args:
        engine: To the console's database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, actor: str, act: Act, subject: str = "", detail: str = "") -> None:
        """Write one entry.

        Args:
            actor: Account name; of a failed login, what was typed, cut and masked: people type passwords into the name field.
            act: What was done.
            subject: Which conversation, tip-off or account.
            detail: Reason or result; masked.
        """
        with writing(self._engine) as connection:
            values = {"actor": mask(actor)[:32], "subject": subject[:80], "detail": mask(detail)}
            connection.execute(
                insert(audit).values(at=time.time(), act=act.value, **{name: text.replace("\x00", " ") for name, text in values.items()})
            )

    def read(self, page: int = 1, actor: str = "", act: Act | None = None) -> tuple[list[Entry], bool]:
        """Read a page, newest first.

        Args:
            page: Counted from 1.
            actor: Only this account's entries.
            act: Only this kind of entry.

        Returns:
            The entries, and whether there are older ones.
        """
        wanted = select(audit).order_by(audit.c.id.desc())
        if actor:
            wanted = wanted.where(audit.c.actor == actor)
        if act is not None:
            wanted = wanted.where(audit.c.act == act.value)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.offset((page - 1) * AUDIT_PAGE_SIZE).limit(AUDIT_PAGE_SIZE + 1)).all()
        entries = [Entry(datetime.fromtimestamp(row.at, UTC), row.actor, Act(row.act), row.subject, row.detail) for row in rows]
        return entries[:AUDIT_PAGE_SIZE], len(entries) > AUDIT_PAGE_SIZE

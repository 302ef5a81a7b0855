"""Who did what in the console, written into the intake's hash-chained audit log: one log to check, and nothing in it can be changed unseen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.console.limits import AUDIT_PAGE_SIZE, AUDIT_READ
from bot.intake.audit import AuditEntry
from bot.intake.desk import IntakeDesk
from bot.privacy.personal_data import mask

MAX_ACTOR_CHARS = 32
MAX_DETAIL_CHARS = 500


class Act(StrEnum):
    """What the console writes down; the words are in section `acts` of the wording, beside those of the intake's own entries."""

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
    TIP_OFF_FOUND = "tip_off_found"
    TIP_OFFS_EXPORTED = "tip_offs_exported"
    EVIDENCE_SHOWN = "evidence_shown"


@dataclass(frozen=True)
class AuditPage:
    """A page of the log, newest first."""

    entries: list[AuditEntry]
    older: bool


class AuditLog:
    """The console's way into the audit log.

    Args:
        desk: Keeps the log.
    """

    def __init__(self, desk: IntakeDesk) -> None:
        self._desk = desk

    def write(self, actor: str, act: Act, tip_off_id: str | None = None, **detail: str) -> None:
        """Write one entry, in its own transaction.

        Args:
            actor: Account name; of a failed login, what was typed, cut and masked: people type passwords into the name field.
            act: What was done.
            tip_off_id: The tip-off it is about, if any.
            **detail: What else says what happened, such as `conversation` or `reason`; masked.

        Raises:
            IntakeError: `store_unavailable`; then the act must not happen either.
        """
        known = {name: text.replace("\x00", " ")[:MAX_DETAIL_CHARS] for name, text in detail.items() if text}
        self._desk.audit(mask(actor).replace("\x00", " ")[:MAX_ACTOR_CHARS], act.value, tip_off_id, **known)

    def read(self, page: int = 1, actor: str = "", act: str = "") -> AuditPage:
        """Read a page of the newest `AUDIT_READ` entries.

        Args:
            page: Counted from 1.
            actor: Only this account's entries; empty for all.
            act: Only this kind of entry; empty for all.

        Returns:
            The entries.
        """
        newest = self._desk.audit_entries(limit=AUDIT_READ)
        found = [entry for entry in newest if actor in {"", entry.actor} and act in {"", entry.action}]
        start = (page - 1) * AUDIT_PAGE_SIZE
        return AuditPage(found[start : start + AUDIT_PAGE_SIZE], len(found) > start + AUDIT_PAGE_SIZE)

"""Who may do what."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One kind of thing an account may or may not do."""

    ACCOUNT = "account"  # one's own password and second factor
    TRANSCRIPTS = "transcripts"
    TIP_OFFS = "tip_offs"
    UNMASK = "unmask"
    MERGE = "merge"
    EXPORT = "export"
    STATISTICS = "statistics"
    AUDIT = "audit"


class Role(StrEnum):
    """What an account is for."""

    WORKER = "worker"  # answers the hotline and handles tip-offs
    SUPERVISOR = "supervisor"  # also looks behind masks, merges, exports
    AUDITOR = "auditor"  # sees who did what, and no case

    def may(self, permission: Permission) -> bool:
        """Say whether the role has a permission."""
        return permission in _GRANTED[self]


_WORKER = frozenset({Permission.ACCOUNT, Permission.TRANSCRIPTS, Permission.TIP_OFFS, Permission.STATISTICS})
_GRANTED = {
    Role.WORKER: _WORKER,
    Role.SUPERVISOR: _WORKER | {Permission.UNMASK, Permission.MERGE, Permission.EXPORT},
    Role.AUDITOR: frozenset({Permission.ACCOUNT, Permission.STATISTICS, Permission.AUDIT}),
}

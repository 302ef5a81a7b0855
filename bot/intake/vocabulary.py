"""The closed vocabularies of the intake. Names and words for people are in `data/intake/`."""

from enum import StrEnum


class Agency(StrEnum):
    """Bodies that can act on a tip-off."""

    POLICE = "police"
    MARKET = "market"
    NFRA = "nfra"
    FINANCE_OFFICE = "finance_office"
    CYBERSPACE = "cyberspace"
    JUDICIAL = "judicial"


class TipOffKind(StrEnum):
    """Report (clues to a violation, by anyone), complaint (a consumer's own dispute), or both in one text (order 121, art. 3 and 9)."""

    REPORT = "report"
    COMPLAINT = "complaint"
    BOTH = "both"


class TipOffState(StrEnum):
    """Where a tip-off stands."""

    REGISTERED = "registered"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    FORWARDED = "forwarded"
    ACCEPTED = "accepted"
    MEDIATION_ENDED = "mediation_ended"
    REJECTED = "rejected"
    INVESTIGATING = "investigating"
    EXTENDED = "extended"
    CASE_FILED = "case_filed"
    CASE_NOT_FILED = "case_not_filed"
    TRANSFERRED = "transferred"
    CLOSED = "closed"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


FINAL_STATES = frozenset({TipOffState.CLOSED, TipOffState.MERGED, TipOffState.WITHDRAWN})


class DeadlineEvent(StrEnum):
    """What starts a legal period besides entering a state."""

    SUBMISSION = "submission"
    MERGE_NEW_FACTS = "merge_new_facts"


class DeadlineUnit(StrEnum):
    """How a legal period counts."""

    WORKING_DAYS = "working_days"
    NATURAL_DAYS = "natural_days"


class LogAction(StrEnum):
    """What an entry in a tip-off's log says happened."""

    SUBMITTED = "submitted"
    TRANSITION = "transition"
    ASSIGNED = "assigned"
    NOTED = "noted"
    MESSAGE = "message"
    EVIDENCE = "evidence"
    WITHDRAWN = "withdrawn"
    UNMASKED = "unmasked"
    MERGED = "merged"
    ERASED = "erased"


class IdentifierKind(StrEnum):
    """What links tip-offs. `SCRIPT` is the fingerprint of the told story or pasted sales talk.

    `REPORTER` links nothing: it finds a person's tip-offs when they ask for erasure.
    """

    PHONE = "phone"
    WECHAT = "wechat"
    QQ = "qq"
    BANK_ACCOUNT = "bank_account"
    ACCOUNT = "account"
    COMPANY = "company"
    SCRIPT = "script"
    REPORTER = "reporter"


SUSPECT_KINDS = tuple(kind for kind in IdentifierKind if kind not in (IdentifierKind.SCRIPT, IdentifierKind.REPORTER))


class Author(StrEnum):
    """Who wrote a message; notes are among staff only."""

    REPORTER = "reporter"
    STAFF = "staff"
    NOTE = "note"


LEGAL_DUTY = "legal_duty"  # ground that allows passing on a tip-off without the reporter's consent (PIPL art. 13 (3))
REPORTER = "reporter"  # actor name in logs; who the reporter is stays unknown there
SYSTEM = "system"  # actor name in logs for what the program does by itself

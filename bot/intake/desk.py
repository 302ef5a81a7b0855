"""The intake desk: everything other parts of the program may ask of the intake, in one place."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from bot.intake import (
    audit,
    case_work,
    deadlines,
    drafts,
    erasure,
    evidence,
    extraction,
    linking,
    lookup,
    official_forms,
    search,
    submission,
    upload_ticket,
    view,
)
from bot.intake.catalog import IntakeCatalog
from bot.intake.draft import Fields, TipOffDraft
from bot.intake.extraction import Extraction
from bot.intake.lookup import StatusView
from bot.intake.search import Page, TipOffFilter
from bot.intake.store import Store, utc_now
from bot.intake.submission import Receipt
from bot.intake.view import TipOffView
from bot.intake.vocabulary import Agency, TipOffState
from bot.privacy.keyring import Keyring
from bot.workdays import WorkingDayCalendar, default_calendar


class IntakeDesk:
    """Takes tip-offs in and works on them. Thread-safe; every call blocks, so call it from a thread.

    Args:
        engine: From `bot.intake.database.open_engine`, after `upgrade`.
        keyring: The keys; the same file for every process.
        catalog: `IntakeCatalog.load(data/intake)`.
        evidence_folder: Where evidence is kept; None takes no evidence.
        calendar: Working days; the repository's calendar by default.
        clock: The current time in UTC; replaced in tests.

    Errors a person can do something about are `IntakeError`; `words_for(error)` gives the words.
    """

    def __init__(
        self, engine: Engine, keyring: Keyring, catalog: IntakeCatalog, evidence_folder: Path | None = None,
        calendar: WorkingDayCalendar | None = None, clock: Callable[[], datetime] = utc_now,
    ) -> None:  # fmt: skip
        self.store = Store(engine, keyring, catalog, evidence_folder, calendar or default_calendar(), clock)
        self.catalog = catalog
        self.words_for = catalog.words_for

    # Reporter's side

    def extract(self, text: str, now: datetime | None = None) -> Extraction:
        """Reads fields, routing and kind out of a narrative."""
        return extraction.extract(self.catalog, text, now)

    def submit(self, draft: TipOffDraft, idempotency_key: str, throttle_key: str | None = None) -> Receipt:
        """Takes a tip-off in, once for each key; see `submission.submit`."""
        return submission.submit(self.store, draft, idempotency_key, throttle_key)

    def possible_duplicates(self, fields: Fields, narrative: str) -> int:
        """How many earlier tip-offs are about the same people or the same script; offered before submit."""
        return linking.possible_duplicates(self.store, fields, narrative)

    def status(self, receipt: str, throttle_key: str) -> StatusView:
        """The progress for whoever holds the receipt; see `lookup.find_by_receipt` for its errors."""
        return lookup.status(self.store, receipt, throttle_key)

    def add_message(self, receipt: str, text: str, throttle_key: str) -> None:
        """Adds facts by receipt."""
        lookup.add_message(self.store, receipt, text, throttle_key)

    def add_evidence(self, receipt: str, content: bytes, filename: str, throttle_key: str) -> str:
        """Adds a file by receipt; returns the evidence id."""
        return evidence.add(self.store, receipt, content, filename, throttle_key)

    def issue_upload_ticket(self, tip_off_id: str, owner: str) -> upload_ticket.UploadTicket:
        """A ticket for the conversation that has just submitted or looked up this tip-off."""
        return upload_ticket.issue(self.store, tip_off_id, owner)

    def check_upload_ticket(self, token: str, owner: str) -> None:
        """Refuses a ticket that is not the owner's, before anything is read from them; see `upload_ticket.tip_off_of`."""
        upload_ticket.tip_off_of(self.store, token, owner)

    def add_evidence_by_ticket(self, token: str, owner: str, content: bytes, filename: str) -> str:
        """Adds a file by ticket; returns the evidence id."""
        return evidence.add_to(self.store, upload_ticket.tip_off_of(self.store, token, owner), content, filename)

    def withdraw(self, receipt: str, throttle_key: str) -> None:
        """Withdraws by receipt."""
        lookup.withdraw(self.store, receipt, throttle_key)

    def receipt_slip(self, receipt: str, throttle_key: str, file_type: str = "pdf") -> official_forms.Exported:
        """The receipt as a page to keep (`pdf` or `docx`); it does not tell who reported or what."""
        return official_forms.receipt_slip(self.store, receipt, self.status(receipt, throttle_key), file_type)

    def own_forms(self, receipt: str, throttle_key: str, file_type: str, *, told_here: bool) -> list[official_forms.Exported]:
        """The official forms as the reporter's own copy, by receipt; whole only where it was told just now."""
        found = lookup.find_by_receipt(self.store, receipt, throttle_key)
        return official_forms.own_forms(self.store, found.id, file_type, told_here=told_here)

    def save_draft(self, owner: str, draft: TipOffDraft) -> None:
        """Keeps what was told so far; `owner` (a conversation id, say) is stored as a keyed hash only."""
        drafts.save(self.store, owner, draft)

    def load_draft(self, owner: str) -> TipOffDraft | None:
        """The owner's draft, or None."""
        return drafts.load(self.store, owner)

    def discard_draft(self, owner: str) -> None:
        """Forgets the owner's draft."""
        drafts.discard(self.store, owner)

    # Staff's side

    def search(self, wanted: TipOffFilter) -> Page:
        """A page of tip-offs, newest first."""
        return search.search(self.store, wanted)

    def counts(self) -> dict[TipOffState, int]:
        """How many tip-offs stand in each state."""
        return search.states_and_counts(self.store)

    def get(self, tip_off_id: str) -> TipOffView:
        """Everything about one tip-off, masked."""
        return view.get(self.store, tip_off_id)

    def transition(
        self, tip_off_id: str, to_state: TipOffState, actor: str, reason: str, ground: str | None = None, to_agency: Agency | None = None,
        expected_state: TipOffState | None = None,
    ) -> None:  # fmt: skip
        """Moves a tip-off to another state; see `case_work.transition`."""
        case_work.transition(self.store, tip_off_id, to_state, actor, reason, ground, to_agency, expected_state)

    def assign(self, tip_off_id: str, clerk: str | None, actor: str) -> None:
        """Gives it to a clerk, or to nobody."""
        case_work.assign(self.store, tip_off_id, clerk, actor)

    def note(self, tip_off_id: str, text: str, actor: str, to_reporter: bool = False) -> None:
        """An internal note, or a message to the reporter."""
        case_work.note(self.store, tip_off_id, text, actor, to_reporter)

    def unmask(self, tip_off_id: str, field: str, actor: str, reason: str) -> str:
        """One field in full, audited."""
        return case_work.unmask(self.store, tip_off_id, field, actor, reason)

    def merge(self, duplicate_id: str, into_id: str, actor: str, reason: str, new_facts: bool = False) -> None:
        """Merges a duplicate into another tip-off."""
        case_work.merge(self.store, duplicate_id, into_id, actor, reason, new_facts)

    def lead_groups(self, since: datetime | None = None, least: int = linking.GROUP_FROM) -> list[linking.LeadGroup]:
        """Tip-offs that share identifiers, the biggest group first."""
        return linking.lead_groups(self.store, since, least)

    def due(self, within_days: int = deadlines.SOON_DAYS) -> list[deadlines.DueItem]:
        """Legal periods that are overdue or end soon."""
        return deadlines.due(self.store, within_days)

    def shown_evidence(self, evidence_id: str) -> evidence.EvidenceFile:
        """What may be looked at without unmasking."""
        return evidence.shown(self.store, evidence_id)

    def original_evidence(self, evidence_id: str, actor: str, reason: str) -> evidence.EvidenceFile:
        """The untouched original, audited."""
        return evidence.original(self.store, evidence_id, actor, reason)

    def export_form(self, tip_off_id: str, form: official_forms.FormKind, file_type: str, actor: str, reason: str) -> official_forms.Exported:
        """The official report or complaint form as `docx` or `pdf`, audited."""
        return official_forms.export_form(self.store, tip_off_id, form, file_type, actor, reason)

    def erase_person(
        self, actor: str, reason: str, receipt: str | None = None, phone: str | None = None, draft_owner: str | None = None, dry_run: bool = False
    ) -> erasure.Erased:
        """Erases everything a person has told the intake; the caller does the same for transcripts and Rasa's tracker."""
        return erasure.erase_person(self.store, actor, reason, receipt, phone, draft_owner, dry_run)

    def audit_entries(self, tip_off_id: str | None = None, limit: int = 200) -> list[audit.AuditEntry]:
        """The newest audit entries."""
        return audit.entries(self.store, tip_off_id, limit)

    def audit(self, actor: str, action: str, tip_off_id: str | None = None, **detail: str) -> None:
        """Writes an audit entry in its own transaction (logins, exports …)."""
        audit.record(self.store, actor, action, tip_off_id, **detail)

"""What staff do with a tip-off: move it along, assign it, write to the reporter, take notes, merge, unmask."""

from typing import Any

from sqlalchemy import Connection, Row, select

from bot.intake import audit, deadlines, tables, tip_off_log
from bot.intake.database import writing
from bot.intake.errors import IntakeError
from bot.intake.lookup import message_row
from bot.intake.storable_text import encodable, readable
from bot.intake.store import Store
from bot.intake.tip_off_log import LogEntry
from bot.intake.vocabulary import FINAL_STATES, LEGAL_DUTY, Agency, Author, DeadlineEvent, LogAction, TipOffKind, TipOffState
from bot.local_time import local_day

_PASSES_ON = frozenset({TipOffState.FORWARDED, TipOffState.TRANSFERRED})


def _reason(reason: str) -> str:
    if not reason.strip():
        raise IntakeError("reason_missing")
    return reason.strip()


def _check_transition(store: Store, row: Row[Any], to_state: TipOffState, ground: str | None) -> None:
    entry, target = store.catalog.states[TipOffState(row.state)], store.catalog.states[to_state]
    if to_state not in entry.next or TipOffKind(row.kind) not in target.kinds:
        raise IntakeError("transition_not_allowed", from_state=entry.name, to_state=target.name)
    if to_state in _PASSES_ON and not row.consent_transfer and ground != LEGAL_DUTY:
        raise IntakeError("consent_missing")
    if target.grounds and not ground:
        raise IntakeError("ground_missing")
    known = ground is None or ground in target.grounds or (ground == LEGAL_DUTY and to_state in _PASSES_ON)
    if not known:
        raise IntakeError("ground_unknown")


def transition(
    store: Store, tip_off_id: str, to_state: TipOffState, actor: str, reason: str, ground: str | None = None, to_agency: Agency | None = None,
    expected_state: TipOffState | None = None,
) -> None:  # fmt: skip
    """Moves a tip-off to another state and starts and meets the legal periods that go with it.

    Args:
        store: The store.
        tip_off_id: Which one.
        to_state: Must be among the current state's `next`.
        actor: The member of staff.
        reason: Why; kept masked in the log.
        ground: One of the state's grounds where it has any; `legal_duty` to pass on without the reporter's consent.
        to_agency: The agency it is passed on to, if it changes.
        expected_state: The state the clerk saw; when somebody moved it meanwhile, nothing is changed.

    Raises:
        IntakeError: `transition_not_allowed`, `reason_missing`, `ground_missing`, `ground_unknown`, `consent_missing`,
            `state_changed_meanwhile`, `tip_off_unknown`.
    """
    why = _reason(reason)
    with writing(store.engine) as connection:
        row = tip_off_log.lock_tip_off(connection, tip_off_id)
        if expected_state is not None and row.state != expected_state:
            raise IntakeError("state_changed_meanwhile")
        _check_transition(store, row, to_state, ground)
        periods = deadlines.on_transition(store, connection, row, to_state)
        changes: dict[str, Any] = {"state": to_state.value, "ground": ground}
        if to_agency is not None:
            changes["lead_agency"] = to_agency.value
            periods["agency"] = to_agency.value
        changes["closed_at"] = store.clock() if to_state in FINAL_STATES else None
        entry = LogEntry(actor, LogAction.TRANSITION, row.state, to_state, ground, why, periods)
        tip_off_log.append(store, connection, row, entry, **changes)


def assign(store: Store, tip_off_id: str, clerk: str | None, actor: str) -> None:
    """Gives a tip-off to a clerk, or back to nobody with None.

    Raises:
        IntakeError: `tip_off_unknown`.
    """
    name = None if clerk is None else readable(clerk)[: tip_off_log.ACTOR_CHARACTERS]
    with writing(store.engine) as connection:
        row = tip_off_log.lock_tip_off(connection, tip_off_id)
        tip_off_log.append(store, connection, row, LogEntry(actor, LogAction.ASSIGNED, detail={"to": name}), assigned_to=name)


def note(store: Store, tip_off_id: str, text: str, actor: str, to_reporter: bool = False) -> None:
    """Writes an internal note, or with `to_reporter` a message the reporter sees under their receipt.

    Raises:
        IntakeError: `note_empty`, `message_too_long`, `tip_off_unknown`.
    """
    limit = store.catalog.limits.budgets.message_characters
    if not text.strip():
        raise IntakeError("note_empty")
    if len(text) > limit:
        raise IntakeError("message_too_long", limit=limit)
    author, action = (Author.STAFF, LogAction.MESSAGE) if to_reporter else (Author.NOTE, LogAction.NOTED)
    with writing(store.engine) as connection:
        row = tip_off_log.lock_tip_off(connection, tip_off_id)
        new = message_row(store, tip_off_id, author, actor, str(encodable(text)))
        connection.execute(tables.messages.insert(), new)
        tip_off_log.append(store, connection, row, LogEntry(actor, action, detail={"message": new["id"]}))


def unmask(store: Store, tip_off_id: str, field: str, actor: str, reason: str) -> str:
    """Shows one encrypted field in full. The audit entry is committed first and stays, whatever happens afterwards.

    Args:
        store: The store.
        tip_off_id: Which one.
        field: `narrative`, `demand`, `phone`, `reporter_name` …: a key of `TipOffView.masked_fields`.
        actor: The member of staff.
        reason: Why it is needed; without one nothing is shown.

    Raises:
        IntakeError: `reason_missing`, `tip_off_unknown`, `field_unknown`.
    """
    why = _reason(reason)
    audit.record(store, actor, "unmask", tip_off_id, field=field, reason=why)
    with writing(store.engine) as connection:
        row = tip_off_log.lock_tip_off(connection, tip_off_id)
        own = (tables.sealed.c.tip_off_id == tip_off_id, tables.sealed.c.field == field)
        token = connection.execute(select(tables.sealed.c.token).where(*own)).scalar_one_or_none()
        if token is None:
            raise IntakeError("field_unknown")
        text = store.cipher.open("sealed", field, tip_off_id, token)
        tip_off_log.append(store, connection, row, LogEntry(actor, LogAction.UNMASKED, reason=why, detail={"field": field}))
    return text


def merge(store: Store, duplicate_id: str, into_id: str, actor: str, reason: str, new_facts: bool = False) -> None:
    """Merges a duplicate into another tip-off; the duplicate's receipt goes on working and shows the other's progress.

    Args:
        store: The store.
        duplicate_id: The one that ends here.
        into_id: The one that lives on.
        actor: The member of staff.
        reason: Why they are the same.
        new_facts: Whether the duplicate brings new facts: then the clock of the verification starts again (order 121, art. 35).

    Raises:
        IntakeError: `merge_with_itself`, `already_closed`, `reason_missing`, `tip_off_unknown`.
    """
    why = _reason(reason)
    if duplicate_id == into_id:
        raise IntakeError("merge_with_itself")
    with writing(store.engine) as connection:
        # Always locked in the same order: two clerks merging the same pair the other way round must not wait for each other.
        rows = {name: tip_off_log.lock_tip_off(connection, name) for name in sorted((duplicate_id, into_id))}
        duplicate, target = rows[duplicate_id], rows[into_id]
        if TipOffState(duplicate.state) in FINAL_STATES or TipOffState(target.state) in FINAL_STATES:
            raise IntakeError("already_closed")
        today = local_day(store.clock())
        deadlines.meet(connection, duplicate_id, store.catalog.deadlines, today)
        gone = LogEntry(actor, LogAction.MERGED, duplicate.state, TipOffState.MERGED, reason=why, detail={"into": into_id})
        tip_off_log.append(
            store, connection, duplicate, gone, state=TipOffState.MERGED.value, merged_into=into_id, closed_at=store.clock()
        )
        restarted = _restart_clock(store, connection, target, new_facts)
        grown = LogEntry(actor, LogAction.MERGED, reason=why, detail={"from": duplicate_id, "restarted": restarted})
        tip_off_log.append(store, connection, target, grown)


def _restart_clock(store: Store, connection: Connection, target: Row[Any], new_facts: bool) -> dict[str, Any]:
    if not new_facts:
        return {}
    rows = deadlines.rows_started_by(store, DeadlineEvent.MERGE_NEW_FACTS, target.id, target.kind, target.lead_agency)
    deadlines.meet(connection, target.id, [row["rule"] for row in rows], local_day(store.clock()))
    deadlines.add(connection, rows)
    return {row["rule"]: row["due_on"] for row in rows}


"""What a reporter can do with a receipt alone: see the state, add facts, add evidence, withdraw. No identity is asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from bot.intake import tables, throttle, tip_off_log
from bot.intake.database import reading, writing
from bot.intake.errors import IntakeError
from bot.intake.receipt import hash_receipt, parse_receipt
from bot.intake.storable_text import encodable, readable
from bot.intake.store import Store, new_id
from bot.intake.vocabulary import FINAL_STATES, REPORTER, Agency, Author, LogAction, TipOffKind, TipOffState
from bot.local_time import local_day
from bot.privacy.keyed_hash import same_hash
from bot.privacy.personal_data import PersonalDataKind, find_personal_data


@dataclass(frozen=True)
class Message:
    """One message between reporter and staff."""

    at: datetime
    author: Author
    text: str


@dataclass(frozen=True)
class HistoryStep:
    """One state the tip-off went through, in the reporter's words."""

    at: datetime
    state: TipOffState
    words: str


@dataclass(frozen=True)
class StatusView:
    """What the reporter is shown. It holds nothing the reporter has told: whoever found a receipt learns no more than the progress."""

    tip_off_id: str
    state: TipOffState
    state_name: str
    words: str
    agency: Agency
    agency_name: str
    hotline: str
    urgent: bool
    submitted_at: datetime
    history: tuple[HistoryStep, ...]
    messages: tuple[Message, ...]


def find_by_receipt(store: Store, receipt: str, throttle_key: str) -> Row[Any]:
    """Returns the tip-off of a receipt.

    The look-up goes by a keyed hash and the comparison is constant-time: every wrong receipt takes the same statements, however near it
    is to a real one. Misses count per sender and in all.

    Raises:
        IntakeError: `receipt_malformed`, `receipt_unknown`, `too_many_attempts`, `store_unavailable`.
    """
    throttle.count(store, "receipt_lookups_per_sender", throttle_key, "too_many_attempts")
    throttle.check(store, "receipt_misses_per_sender", throttle_key, "too_many_attempts")
    throttle.check(store, "receipt_misses_in_all", throttle.IN_ALL, "too_many_attempts")
    wanted = hash_receipt(store.key, parse_receipt(receipt))
    with reading(store.engine) as connection:
        row = connection.execute(select(tables.tip_offs).where(tables.tip_offs.c.receipt_hash == wanted)).one_or_none()
    if row is None or not same_hash(row.receipt_hash, wanted):
        throttle.count(store, "receipt_misses_per_sender", throttle_key, "too_many_attempts")
        throttle.count(store, "receipt_misses_in_all", throttle.IN_ALL, "too_many_attempts")
        raise IntakeError("receipt_unknown")
    return row


def status(store: Store, receipt: str, throttle_key: str) -> StatusView:
    """Returns the progress of a tip-off for whoever holds its receipt; errors as `find_by_receipt`."""
    row = find_by_receipt(store, receipt, throttle_key)
    with reading(store.engine) as connection:
        shown = row
        while shown.merged_into is not None:  # the reporter of a merged tip-off follows the one it lives on in
            shown = connection.execute(select(tables.tip_offs).where(tables.tip_offs.c.id == shown.merged_into)).one()
        log = tables.tip_off_log
        steps = connection.execute(select(log).where(log.c.tip_off_id == row.id, log.c.to_state.is_not(None)).order_by(log.c.position)).all()
        own = select(tables.messages).where(tables.messages.c.tip_off_id == row.id, tables.messages.c.author != Author.NOTE)
        talk = connection.execute(own.order_by(tables.messages.c.at, tables.messages.c.id)).all()
    state, agency = TipOffState(shown.state), Agency(shown.lead_agency)
    return StatusView(
        tip_off_id=row.id,
        state=state,
        state_name=store.catalog.states[state].name,
        words=_words_for(store, row.kind, state, agency, shown.ground),
        agency=agency,
        agency_name=store.catalog.agency_name(agency),
        hotline=store.catalog.agencies[agency].hotline,
        urgent=row.urgent,
        submitted_at=row.created_at,
        history=tuple(
            HistoryStep(step.at, TipOffState(step.to_state), _words_for(store, row.kind, TipOffState(step.to_state), agency, step.ground))
            for step in steps
        ),
        messages=tuple(Message(item.at, Author(item.author), store.cipher.open("messages", item.author, item.id, item.token)) for item in talk),
    )


def words_for_state(store: Store, state: TipOffState, agency: Agency, ground: str | None) -> str:
    """The reporter's words for a state."""
    entry = store.catalog.states[state]
    return entry.words.format(agency=store.catalog.agency_name(agency), ground=entry.grounds.get(ground or "", ground or ""))


def _words_for(store: Store, kind: str, state: TipOffState, agency: Agency, ground: str | None) -> str:
    words = words_for_state(store, state, agency, ground)
    if kind == TipOffKind.BOTH and state is TipOffState.REJECTED:  # only complaints are accepted or not; the report is verified all the same
        words = f"{words}{store.catalog.words.rejected_both}"
    return words


def clean_message(store: Store, text: str) -> str:
    """Returns a message fit to be stored.

    Raises:
        IntakeError: `message_empty`, `message_too_long`, or `message_has_secret` when it holds a code or a password.
    """
    limit = store.catalog.limits.budgets.message_characters
    if not text.strip():
        raise IntakeError("message_empty")
    if len(text) > limit:
        raise IntakeError("message_too_long", limit=limit)
    secrets = (PersonalDataKind.VERIFICATION_CODE, PersonalDataKind.PASSWORD)
    if any(finding.kind in secrets for finding in find_personal_data(text)):
        raise IntakeError("message_has_secret")
    return str(encodable(text))


def message_row(store: Store, tip_off_id: str, author: Author, actor: str, text: str) -> dict[str, Any]:
    """Returns a message as a row; the text is encrypted."""
    message_id = new_id()
    token = store.cipher.seal("messages", author, message_id, text)
    name = readable(actor)[: tip_off_log.ACTOR_CHARACTERS]
    return {"id": message_id, "tip_off_id": tip_off_id, "at": store.clock(), "author": author.value, "actor": name, "token": token}


def add_message(store: Store, receipt: str, text: str, throttle_key: str) -> None:
    """Adds facts to a tip-off by its receipt.

    Raises:
        IntakeError: As `find_by_receipt` and `clean_message`, and `too_many_messages`, `already_closed`.
    """
    row = find_by_receipt(store, receipt, throttle_key)
    message = clean_message(store, text)
    throttle.count(store, "messages_per_receipt", row.id, "too_many_messages")
    with writing(store.engine) as connection:
        locked = tip_off_log.lock_tip_off(connection, row.id)
        if locked.state == TipOffState.WITHDRAWN:
            raise IntakeError("already_closed")
        new = message_row(store, row.id, Author.REPORTER, REPORTER, message)
        connection.execute(tables.messages.insert(), new)
        tip_off_log.append(store, connection, locked, tip_off_log.LogEntry(REPORTER, LogAction.MESSAGE, detail={"message": new["id"]}))


def withdraw(store: Store, receipt: str, throttle_key: str) -> None:
    """Withdraws a tip-off by its receipt. What the law obliges agencies to keep stays; the state and the log say it was withdrawn.

    Raises:
        IntakeError: As `find_by_receipt`, and `already_closed`.
    """
    found = find_by_receipt(store, receipt, throttle_key)
    with writing(store.engine) as connection:
        row = tip_off_log.lock_tip_off(connection, found.id)
        if TipOffState(row.state) in FINAL_STATES:
            raise IntakeError("already_closed")
        now = store.clock()
        open_periods = tables.deadlines.c.met_on.is_(None)
        connection.execute(
            tables.deadlines.update().where(tables.deadlines.c.tip_off_id == row.id, open_periods).values(met_on=local_day(now))
        )
        entry = tip_off_log.LogEntry(REPORTER, LogAction.WITHDRAWN, row.state, TipOffState.WITHDRAWN)
        tip_off_log.append(store, connection, row, entry, state=TipOffState.WITHDRAWN.value, closed_at=now)


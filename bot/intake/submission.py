"""Takes a tip-off in: once for each idempotency key, in one transaction, into one lane of the register."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.intake import deadlines, linking, tables, throttle, tip_off_log
from bot.intake.bulk_insert import insert_together
from bot.intake.chain import canonical, link, seal_head
from bot.intake.database import reading, retry_on_conflict, writing
from bot.intake.draft import TipOffDraft
from bot.intake.errors import ChainBrokenError, IntakeError
from bot.intake.kind_classifier import classify_kind
from bot.intake.receipt import derive_receipt, hash_receipt, spaced
from bot.intake.routing import Decision, route
from bot.intake.storable_text import readable
from bot.intake.store import Store, new_id
from bot.intake.vocabulary import REPORTER, Agency, DeadlineEvent, LogAction, TipOffKind, TipOffState
from bot.privacy.keyed_hash import keyed_hash

LANES = 32  # parallel chains of the register: as many submissions can commit side by side on PostgreSQL
SEALED_FIELDS = ("suspect_name", "company", "wechat", "qq", "phone", "bank_account", "account_name", "place")
REPORTER_FIELDS = ("name", "phone", "address")
_SHORT = 80  # characters of a readable column
ADCODE_CHARACTERS = 6
CHANNEL_CHARACTERS = 24

_RECEIPT_COLUMNS = (
    "id", "receipt_attempt", "lead_agency", "co_agencies", "urgent", "kept_as_report", "consent_transfer", "home_region", "region_code",
    "kind",
)  # fmt: skip
# Built once: building a statement anew takes longer than running it.
_LANE_HEAD = select(tables.register_lanes).where(tables.register_lanes.c.lane == bindparam("wanted")).with_for_update()
_LANE_FORWARD = update(tables.register_lanes).where(tables.register_lanes.c.lane == bindparam("wanted"))


@dataclass(frozen=True)
class Receipt:
    """What the person gets back.

    Attributes:
        number: 16 digits with check digit. It is shown once; the store keeps only a keyed hash.
        words: The whole reply in the person's words.
        repeated: True when this submission had been taken in before and nothing new was stored.
    """

    number: str
    tip_off_id: str
    lead_agency: Agency
    co_agencies: tuple[Agency, ...]
    urgent: bool
    words: str
    repeated: bool = False


def check_draft(store: Store, draft: TipOffDraft) -> None:
    """Refuses what cannot be stored.

    Raises:
        IntakeError: `narrative_empty`, `narrative_too_long`, `field_too_long`.
    """
    budgets = store.catalog.limits.budgets
    if not draft.narrative.strip():
        raise IntakeError("narrative_empty")
    if len(draft.narrative) > budgets.narrative_characters:
        raise IntakeError("narrative_too_long", limit=budgets.narrative_characters)
    texts = [value for value in draft.fields.model_dump().values() if isinstance(value, str)] + [draft.demand or ""]
    if draft.reporter is not None:
        texts += [value for value in draft.reporter.model_dump().values() if value]
    if any(len(value) > budgets.field_characters for value in texts):
        raise IntakeError("field_too_long", limit=budgets.field_characters)


def submit(store: Store, draft: TipOffDraft, idempotency_key: str, throttle_key: str | None = None) -> Receipt:
    """Takes a tip-off in, or answers for the one taken in under the same key before.

    Args:
        store: The store.
        draft: The tip-off. A complaint without the identity it needs is kept as a report, and the words say so.
        idempotency_key: Unguessable, one for each submission, the same for every retry: it determines the receipt.
        throttle_key: Whatever names the sender, for the limit on submissions; a retry is never refused.

    Returns:
        The receipt; the same one for the same key.

    Raises:
        IntakeError: A field is wrong, the sender sends too much, or the store cannot be reached; nothing is stored then.
    """
    if not idempotency_key:
        raise IntakeError("key_missing")
    idempotency_hash = keyed_hash(store.key, "tip_offs.idempotency", idempotency_key)
    if throttle_key is not None:  # a limit must not stop a retry; without one the unique key alone finds it, which spares a look-up
        before = _find(store, idempotency_hash)
        if before is not None:
            return _receipt(store, before, idempotency_key, repeated=True)
    check_draft(store, draft)
    if throttle_key is not None:
        throttle.count(store, "submissions_per_sender", throttle_key, "too_many_submissions")
    attempt = 0
    while True:
        try:
            prepared = _prepare(store, draft, idempotency_key, idempotency_hash, attempt)
            with writing(store.engine) as connection:
                _insert(store, connection, prepared)
            return _receipt(store, prepared.row, idempotency_key, repeated=False)
        except IntegrityError:
            before = _find(store, idempotency_hash)
            if before is not None:  # the same submission on another connection was faster
                return _receipt(store, before, idempotency_key, repeated=True)
        except DBAPIError as error:
            retry_on_conflict(error, attempt)
        attempt += 1


def _find(store: Store, idempotency_hash: str) -> Mapping[str, Any] | None:
    own = tables.tip_offs.c.idempotency_hash == idempotency_hash
    with reading(store.engine) as connection:
        row = connection.execute(select(*(tables.tip_offs.c[name] for name in _RECEIPT_COLUMNS)).where(own)).one_or_none()
    return None if row is None else dict(row._mapping)


def _kind(draft: TipOffDraft, store: Store) -> tuple[TipOffKind, bool]:
    wanted = draft.kind or classify_kind(store.catalog, draft.narrative, draft.fields.behaviours)
    identified = draft.reporter is not None and draft.reporter.is_complete() and draft.consent_identity
    if wanted is TipOffKind.REPORT or identified:
        return wanted, False
    return TipOffKind.REPORT, True


def sealed_texts(draft: TipOffDraft) -> dict[str, str]:
    """Returns every text that is stored encrypted, by field name."""
    texts = {"narrative": draft.narrative, "demand": draft.demand}
    texts |= {name: getattr(draft.fields, name) for name in SEALED_FIELDS}
    if draft.reporter is not None:
        texts |= {f"reporter_{name}": getattr(draft.reporter, name) for name in REPORTER_FIELDS}
    return {name: text for name, text in texts.items() if text}


def content_digest(key: bytes, tip_off_id: str, texts: dict[str, str], facts: dict[str, Any]) -> str:
    """Returns the proof of what was submitted: the encrypted texts and the readable facts together."""
    return link(key, f"content:{tip_off_id}", "", {"texts": texts, "facts": facts})


def _column(text: str | None, longest: int = _SHORT) -> str | None:
    return readable(text)[:longest] if text else None


def _facts(draft: TipOffDraft, decision: Decision, kind: TipOffKind) -> dict[str, Any]:
    fields = draft.fields
    return {
        "kind": kind.value, "rule": decision.rule, "legal_basis": decision.legal_basis, "urgent": decision.urgent,
        "region_code": _column(fields.region_code, ADCODE_CHARACTERS), "home_region": decision.home_region,
        "insurer": _column(fields.insurer), "platform": _column(fields.platform),
        "happened": _column(fields.time), "amount_paid": fields.amount_paid, "fee_rate": fields.fee_rate,
        "gave_documents": canonical(fields.gave_documents), "behaviours": canonical(fields.behaviours),
        "anonymous": draft.reporter is None, "consent_transfer": draft.consent_transfer, "consent_identity": draft.consent_identity,
        "channel": _column(draft.channel, CHANNEL_CHARACTERS),
    }  # fmt: skip


FACT_COLUMNS = tuple(_facts(TipOffDraft(), Decision(Agency.MARKET, (), False, "", ""), TipOffKind.REPORT))


@dataclass(frozen=True)
class _Prepared:
    """Every row of a submission. All that costs time is done before the transaction, which on SQLite keeps everybody else out."""

    row: dict[str, Any]
    tokens: list[dict[str, Any]]
    log_row: dict[str, Any]
    links: list[dict[str, Any]]
    due: list[dict[str, Any]]


def _prepare(store: Store, draft: TipOffDraft, key: str, idempotency_hash: str, attempt: int) -> _Prepared:
    tip_off_id, now = new_id(), store.clock()
    kind, kept_as_report = _kind(draft, store)
    decision = route(store.catalog, draft.fields.behaviours, draft.fields.region_code, draft.narrative)
    texts, facts = sealed_texts(draft), _facts(draft, decision, kind)
    digest = content_digest(store.key, tip_off_id, texts, facts)
    due = deadlines.rows_started_by(store, DeadlineEvent.SUBMISSION, tip_off_id, kind, decision.lead_agency)
    entry = tip_off_log.LogEntry(
        REPORTER, LogAction.SUBMITTED, to_state=TipOffState.REGISTERED,
        detail={"rule": decision.rule, "lead": decision.lead_agency, "content": digest, "started": {row["rule"]: row["due_on"] for row in due}},
    )  # fmt: skip
    log_row, head = tip_off_log.first_entry(store, tip_off_id, now, entry)
    row = facts | head | {
        "id": tip_off_id, "receipt_hash": hash_receipt(store.key, derive_receipt(store.key, key, attempt)),
        "idempotency_hash": idempotency_hash, "receipt_attempt": attempt, "created_at": now, "updated_at": now,
        "kept_as_report": kept_as_report, "state": TipOffState.REGISTERED.value, "lead_agency": decision.lead_agency.value,
        "co_agencies": ",".join(decision.co_agencies), "content_digest": digest,
    }  # fmt: skip
    tokens = [{"tip_off_id": tip_off_id, "field": name, "token": store.cipher.seal("sealed", name, tip_off_id, text)} for name, text in texts.items()]
    links = linking.identifier_rows(store, tip_off_id, now, draft.fields, draft.narrative, draft.reporter)
    return _Prepared(row, tokens, log_row, links, due)


def _insert(store: Store, connection: Connection, prepared: _Prepared) -> None:
    place = _take_place(store, connection, prepared.row["id"], prepared.log_row["hash"])
    insert_together(connection, (
        (tables.tip_offs, [prepared.row | place]), (tables.sealed, prepared.tokens), (tables.tip_off_log, [prepared.log_row]),
        (tables.identifiers, prepared.links), (tables.deadlines, prepared.due),
    ))  # fmt: skip


def lane_chain(lane: int) -> str:
    """The name under which a lane of the register is chained."""
    return f"lane:{lane}"


def _take_place(store: Store, connection: Connection, tip_off_id: str, log_hash: str) -> dict[str, Any]:
    """Takes the next place in one lane of the register: a tip-off that is deleted later leaves a gap that shows."""
    lane = hashlib.blake2b(tip_off_id.encode(), digest_size=1).digest()[0] % LANES
    head = connection.execute(_LANE_HEAD, {"wanted": lane}).one()
    if head.length and head.seal != seal_head(store.key, lane_chain(lane), head.length, head.head):
        raise ChainBrokenError(f"the head of register lane {lane} does not fit its seal")
    position = head.length + 1
    lane_hash = link(store.key, lane_chain(lane), head.head, {"tip_off": tip_off_id, "log": log_hash, "position": position})
    seal = seal_head(store.key, lane_chain(lane), position, lane_hash)
    connection.execute(_LANE_FORWARD, {"wanted": lane, "length": position, "head": lane_hash, "seal": seal})
    return {"lane": lane, "lane_position": position, "lane_hash": lane_hash}


def _receipt(store: Store, row: Mapping[str, Any], idempotency_key: str, repeated: bool) -> Receipt:
    catalog, words = store.catalog, store.catalog.words
    number = derive_receipt(store.key, idempotency_key, row["receipt_attempt"])
    lead = Agency(row["lead_agency"])
    helpers = tuple(Agency(name) for name in row["co_agencies"].split(",") if name)
    co = words.receipt_co.format(names="、".join(catalog.agency_name(agency) for agency in helpers)) if helpers else ""
    lines = [words.receipt.format(receipt=spaced(number), lead=catalog.agency_name(lead), co=co)]
    if row["urgent"]:
        lines.insert(0, words.receipt_urgent)
    if row["kind"] == TipOffKind.BOTH:
        lines.append(words.receipt_both)
    if row["kept_as_report"]:
        lines.append(words.receipt_kept_as_report)
    if not row["consent_transfer"]:
        lines.append(words.receipt_not_forwarded)
    if not row["home_region"]:
        place = catalog.region_name(row["region_code"])
        note = catalog.regions.out_of_town_note
        lines.append(note.format(home=catalog.regions.home.name, place=place, hotline=catalog.agencies[lead].hotline))
    return Receipt(number, row["id"], lead, helpers, row["urgent"], "\n".join(lines), repeated)

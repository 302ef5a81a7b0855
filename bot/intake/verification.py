"""Checks that nothing in the store was changed behind the program's back: register, logs, contents, evidence and audit log."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.intake import audit, evidence, tables, tip_off_log
from bot.intake.chain import GENESIS, link, seal_head
from bot.intake.database import reading
from bot.intake.errors import IntakeError
from bot.intake.store import Store
from bot.intake.submission import FACT_COLUMNS, content_digest, lane_chain
from bot.intake.vocabulary import LogAction
from bot.privacy.field_encryption import FieldTamperedError
from bot.privacy.keyring import KeyringError

BATCH = 500  # tip-offs whose rows are read together
MOST_PROBLEMS = 1000


@dataclass
class VerifyReport:
    """What was checked and what does not fit; the store is intact when `problems` is empty."""

    tip_offs: int = 0
    log_entries: int = 0
    audit_entries: int = 0
    files: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        """Whether everything fits."""
        return not self.problems

    def problem(self, what: str) -> None:
        """Notes something that does not fit."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(what)


def verify(store: Store, files: bool = True) -> VerifyReport:
    """Checks the whole store in one snapshot; changes nothing.

    Args:
        store: The store.
        files: Whether evidence files are opened and compared too.
    """
    report = VerifyReport()
    with reading(store.engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for head in connection.execute(select(tables.register_lanes).order_by(tables.register_lanes.c.lane)).all():
            _check_lane(store, connection, head, report)
        _check_audit(store, connection, report)
        if files and store.evidence_folder is not None:
            rows = connection.execute(select(tables.evidence)).all()
            _check_files(store, rows, report)
    return report


def _batches(connection: Connection, lane: int) -> Iterator[list[Row[Any]]]:
    position = 0
    table = tables.tip_offs
    while True:
        query = select(table).where(table.c.lane == lane, table.c.lane_position > position).order_by(table.c.lane_position).limit(BATCH)
        rows = list(connection.execute(query).all())
        if not rows:
            return
        yield rows
        position = rows[-1].lane_position


def _grouped(connection: Connection, table: Any, ids: list[str], *order: Any) -> dict[str, list[Row[Any]]]:
    grouped: dict[str, list[Row[Any]]] = {name: [] for name in ids}
    for row in connection.execute(select(table).where(table.c.tip_off_id.in_(ids)).order_by(*order)):
        grouped[row.tip_off_id].append(row)
    return grouped


def _check_lane(store: Store, connection: Connection, head: Row[Any], report: VerifyReport) -> None:
    previous, expected = GENESIS, 0
    for rows in _batches(connection, head.lane):
        ids = [row.id for row in rows]
        logs = _grouped(connection, tables.tip_off_log, ids, tables.tip_off_log.c.position)
        texts = _grouped(connection, tables.sealed, ids)
        talk = _grouped(connection, tables.messages, ids)
        proofs = _grouped(connection, tables.evidence, ids)
        for row in rows:
            expected += 1
            first_log = logs[row.id][0].hash if logs[row.id] else ""
            place = {"tip_off": row.id, "log": first_log, "position": row.lane_position}
            if row.lane_position != expected:
                report.problem(f"register lane {head.lane}: positions {expected} to {row.lane_position - 1} are missing")
                expected = row.lane_position
            elif row.lane_hash != link(store.key, lane_chain(head.lane), previous, place):
                report.problem(f"tip-off {row.id}: its place in the register does not fit")
            previous = row.lane_hash
            report.tip_offs += 1
            _check_log(store, row, logs[row.id], report)
            _check_content(store, row, texts[row.id], report)
            _check_attached(row, logs[row.id], {item.id for item in (*talk[row.id], *proofs[row.id])}, report)
    sealed_head = seal_head(store.key, lane_chain(head.lane), head.length, head.head)
    if (head.length, head.head) != (expected, previous) or (head.length and head.seal != sealed_head):
        report.problem(f"register lane {head.lane}: its head does not fit: entries were cut off or the head was changed")


def _check_log(store: Store, row: Row[Any], entries: list[Row[Any]], report: VerifyReport) -> None:
    chain, previous, state = tip_off_log.chain_name(row.id), GENESIS, None
    for number, entry in enumerate(entries, start=1):
        content = {name: value for name, value in entry._mapping.items() if name != "hash"}
        if entry.position != number or entry.hash != link(store.key, chain, previous, content):
            report.problem(f"tip-off {row.id}: log entry {entry.position} does not fit")
        previous, state = entry.hash, entry.to_state or state
    report.log_entries += len(entries)
    if (row.log_length, row.log_head) != (len(entries), previous) or row.log_seal != seal_head(store.key, chain, row.log_length, row.log_head):
        report.problem(f"tip-off {row.id}: the head of its log does not fit: entries were cut off or the head was changed")
    if row.state != state:
        report.problem(f"tip-off {row.id}: its state is not the one its log ends with")


def _check_content(store: Store, row: Row[Any], tokens: list[Row[Any]], report: VerifyReport) -> None:
    try:
        texts = {item.field: store.cipher.open("sealed", item.field, row.id, item.token) for item in tokens}
    except (FieldTamperedError, KeyringError) as error:
        report.problem(str(error))
        return
    if row.erased_at is not None:
        return
    facts = {name: getattr(row, name) for name in FACT_COLUMNS}
    if row.content_digest != content_digest(store.key, row.id, texts, facts):
        report.problem(f"tip-off {row.id}: its content is not what was submitted")


def _check_attached(row: Row[Any], entries: list[Row[Any]], present: set[str], report: VerifyReport) -> None:
    if row.erased_at is not None:
        return
    kept = {LogAction.MESSAGE: "message", LogAction.NOTED: "message", LogAction.EVIDENCE: "evidence"}
    logged = {json.loads(entry.detail).get(kept[LogAction(entry.action)]) for entry in entries if entry.action in kept}
    if logged != present:
        report.problem(f"tip-off {row.id}: messages or evidence do not match its log")


def _check_audit(store: Store, connection: Connection, report: VerifyReport) -> None:
    previous, number = GENESIS, 0
    for row in connection.execute(select(tables.audit_log).order_by(tables.audit_log.c.position)):
        number += 1
        content = {name: value for name, value in row._mapping.items() if name != "hash"}
        if row.position != number or row.hash != link(store.key, audit.CHAIN, previous, content):
            report.problem(f"audit entry {row.position} does not fit")
        previous = row.hash
    head = connection.execute(select(tables.audit_head)).one()
    if (head.length, head.head) != (number, previous) or (number and head.seal != seal_head(store.key, audit.CHAIN, number, previous)):
        report.problem("the head of the audit log does not fit: entries were cut off or the head was changed")
    report.audit_entries = number


def _check_files(store: Store, rows: Any, report: VerifyReport) -> None:
    for row in rows:
        try:
            content = evidence.open_copy(store, row.id, evidence.ORIGINAL)
        except (IntakeError, FieldTamperedError, KeyringError):
            report.problem(f"evidence {row.id}: its file is missing or was changed")
            continue
        report.files += 1
        if hashlib.sha256(content).hexdigest() != row.sha256:
            report.problem(f"evidence {row.id}: its content is not what was handed in")

"""Evidence: images, audio and PDF files. Checked by content, never by name; the original is kept encrypted, images get a clean copy to show.

Files lie in a folder under random names. The name a person gave is only text (encrypted), so that no path trick in it can reach anything.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from bot.intake import audit, tables, throttle, tip_off_log
from bot.intake.database import reading, writing
from bot.intake.disk_guard import check_free_space
from bot.intake.errors import IntakeError
from bot.intake.evidence_formats import MediaType, clean_image, detect
from bot.intake.lookup import find_by_receipt
from bot.intake.storable_text import readable
from bot.intake.store import Store, new_id
from bot.intake.tip_off_log import LogEntry
from bot.intake.vocabulary import REPORTER, LogAction, TipOffState

ORIGINAL = "original"
SHOWN = "shown"
NAME_CHARACTERS = 120


@dataclass(frozen=True)
class EvidenceFile:
    """A piece of evidence ready to be shown: the clean copy of an image, or the checked original of audio and PDF."""

    media_type: str
    content: bytes


def _path(folder: Path, evidence_id: str, copy: str) -> Path:
    return folder / evidence_id[-2:] / f"{evidence_id}.{copy}"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _folder(store: Store) -> Path:
    if store.evidence_folder is None:
        raise IntakeError("store_full")
    return store.evidence_folder


def safe_name(filename: str) -> str:
    """Returns a file name as mere text: the last part of any path, without control characters, of bounded length."""
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in readable(last) if character.isprintable() and character != "\ufffd")[:NAME_CHARACTERS]


def add(store: Store, receipt: str, content: bytes, filename: str, throttle_key: str) -> str:
    """Adds a file to a tip-off by its receipt; returns the evidence id.

    Raises:
        IntakeError: As `lookup.find_by_receipt`, and as `add_to`.
    """
    return add_to(store, find_by_receipt(store, receipt, throttle_key).id, content, filename)


def add_to(store: Store, tip_off_id: str, content: bytes, filename: str) -> str:
    """Adds a file to a tip-off whose receipt or upload ticket was shown; returns the evidence id.

    A file that this tip-off already has is not kept twice: an upload whose answer was lost can be repeated.

    Raises:
        IntakeError: `evidence_too_large`, `evidence_kind_unknown`, `evidence_unreadable`, `evidence_ambiguous`,
            `evidence_image_too_large`, `evidence_too_many`, `store_full`, `already_closed`, `tip_off_unknown`, `store_unavailable`.
    """
    budgets = store.catalog.limits.budgets
    folder = _folder(store)
    if len(content) > budgets.evidence_bytes:
        raise IntakeError("evidence_too_large", limit=budgets.evidence_bytes // 1_000_000)
    digest = hashlib.sha256(content).hexdigest()
    with reading(store.engine) as connection:
        known = _same_file(connection, tip_off_id, digest)
    if known is not None:
        return known
    throttle.count(store, "evidence_per_receipt", tip_off_id, "evidence_too_many")
    check_free_space(folder, len(content), budgets.free_disk_bytes)
    media_type = detect(content)
    shown = clean_image(content, media_type, budgets.image_pixels, budgets.shown_image_side) if media_type.is_image else None
    return _store_files(store, tip_off_id, content, shown, media_type, safe_name(filename))


def _same_file(connection: Connection, tip_off_id: str, digest: str) -> str | None:
    same = select(tables.evidence.c.id).where(tables.evidence.c.tip_off_id == tip_off_id, tables.evidence.c.sha256 == digest)
    return connection.execute(same).scalars().first()


def _store_files(store: Store, tip_off_id: str, content: bytes, shown: bytes | None, media_type: MediaType, name: str) -> str:
    evidence_id, folder = new_id(), _folder(store)
    digest = hashlib.sha256(content).hexdigest()
    copies = {ORIGINAL: content} | ({SHOWN: shown} if shown is not None else {})
    written: list[Path] = []
    try:
        for copy, data in copies.items():
            path = _path(folder, evidence_id, copy)
            written.append(path)
            _write(path, store.cipher.seal_bytes("evidence", copy, evidence_id, data))
        with writing(store.engine) as connection:
            row = tip_off_log.lock_tip_off(connection, tip_off_id)
            if row.state == TipOffState.WITHDRAWN:
                raise IntakeError("already_closed")
            known = _same_file(connection, tip_off_id, digest)
            if known is not None:  # two deliveries of one upload at the same time
                _remove(written)
                return known
            own = tables.evidence.c.tip_off_id == tip_off_id
            used = connection.execute(select(func.coalesce(func.sum(tables.evidence.c.size), 0)).where(own)).scalar_one()
            if used + len(content) > store.catalog.limits.budgets.evidence_bytes_per_tip_off:
                raise IntakeError("evidence_too_many")
            connection.execute(tables.evidence.insert(), {
                "id": evidence_id, "tip_off_id": tip_off_id, "at": store.clock(), "media_type": media_type.value, "size": len(content),
                "sha256": digest, "has_shown_copy": shown is not None, "actor": REPORTER,
                "name_token": store.cipher.seal("evidence", "name", evidence_id, name),
            })  # fmt: skip
            entry = LogEntry(REPORTER, LogAction.EVIDENCE, detail={"evidence": evidence_id, "sha256": digest, "size": len(content)})
            tip_off_log.append(store, connection, row, entry)
    except OSError as error:
        _remove(written)
        raise IntakeError("store_full") from error
    except BaseException:  # whatever failed, no file may stay that no row knows of
        _remove(written)
        raise
    return evidence_id


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _row(store: Store, evidence_id: str) -> Row[Any]:
    with reading(store.engine) as connection:
        row = connection.execute(select(tables.evidence).where(tables.evidence.c.id == readable(evidence_id))).one_or_none()
    if row is None:
        raise IntakeError("field_unknown")
    return row


def shown(store: Store, evidence_id: str) -> EvidenceFile:
    """Returns what staff may look at: an image's copy without EXIF, or the file itself for audio and PDF.

    Raises:
        IntakeError: `field_unknown`, `evidence_unreadable`.
    """
    row = _row(store, evidence_id)
    copy = SHOWN if row.has_shown_copy else ORIGINAL
    media_type = MediaType.JPEG.value if row.has_shown_copy else row.media_type
    return EvidenceFile(media_type, open_copy(store, evidence_id, copy))


def original(store: Store, evidence_id: str, actor: str, reason: str) -> EvidenceFile:
    """Returns the untouched original (an image still has its EXIF, which may betray the reporter); audited with a reason.

    Raises:
        IntakeError: `reason_missing`, `field_unknown`, `evidence_unreadable`.
    """
    if not reason.strip():
        raise IntakeError("reason_missing")
    row = _row(store, evidence_id)
    audit.record(store, actor, "open_original", row.tip_off_id, evidence=evidence_id, reason=reason)
    content = open_copy(store, evidence_id, ORIGINAL)
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise IntakeError("evidence_unreadable")
    return EvidenceFile(row.media_type, content)


def open_copy(store: Store, evidence_id: str, copy: str) -> bytes:
    """Returns one copy of a file, opened; raises `IntakeError` `evidence_unreadable` when it is gone."""
    try:
        sealed = _path(_folder(store), evidence_id, copy).read_bytes()
    except OSError as error:
        raise IntakeError("evidence_unreadable") from error
    return store.cipher.open_bytes("evidence", copy, evidence_id, sealed)


def paths_of(store: Store, evidence_id: str) -> list[Path]:
    """Returns the files of a piece of evidence that exist."""
    folder = _folder(store)
    return [path for path in (_path(folder, evidence_id, ORIGINAL), _path(folder, evidence_id, SHOWN)) if path.exists()]


def reseal(store: Store, evidence_id: str) -> int:
    """Encrypts the files of a piece of evidence anew under the active key, each in one step; returns how many."""
    done = 0
    for path in paths_of(store, evidence_id):
        sealed = path.read_bytes()
        if sealed.startswith(f"{store.keyring.active}:".encode()):
            continue
        copy = path.suffix[1:]
        content = store.cipher.open_bytes("evidence", copy, evidence_id, sealed)
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        _write(fresh, store.cipher.seal_bytes("evidence", copy, evidence_id, content))
        os.replace(fresh, path)
        done += 1
    return done

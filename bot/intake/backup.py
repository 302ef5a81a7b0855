"""Backup and restore of the whole intake: every table in one snapshot and every evidence file, in one archive that either database reads.

Contents stay encrypted in the archive; the key file is not in it and has to be kept elsewhere, or a stolen backup would be readable.
"""

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection, Date, Table, delete, select

from bot.intake import tables
from bot.intake.chain import link
from bot.intake.database import reading, writing
from bot.intake.store import Store
from bot.intake.tables import UtcDateTime

FORMAT = 1
BATCH = 1000
MANIFEST = "manifest.json"
SET_UP_TABLES = ("register_lanes", "audit_head")  # the migration fills them, so they are not empty in an empty store


class BackupError(Exception):
    """A backup cannot be made or restored; nothing was changed."""


@dataclass(frozen=True)
class BackupSummary:
    """What a backup holds."""

    rows: dict[str, int]
    files: int
    made_at: datetime


def make_backup(store: Store, target: Path) -> BackupSummary:
    """Writes a backup; a crash leaves no half archive under the name `target`.

    Raises:
        BackupError: `target` exists already.
    """
    if target.exists():
        raise BackupError(f"{target.name} exists already")
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.half")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            summary = _write_archive(store, half, Path(scratch))
        os.replace(half, target)
    finally:
        half.unlink(missing_ok=True)
    return summary


def _write_archive(store: Store, path: Path, scratch: Path) -> BackupSummary:
    digests: dict[str, str] = {}
    counts: dict[str, int] = {}
    with tarfile.open(path, "w:gz") as archive, reading(store.engine) as connection:
        path.chmod(0o600)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for table in tables.metadata.sorted_tables:
            dump = scratch / f"{table.name}.jsonl"
            counts[table.name] = _dump(connection, table, dump)
            digests[f"tables/{table.name}.jsonl"] = _add(archive, dump, f"tables/{table.name}.jsonl")
            dump.unlink()
        files = _evidence_files(store)
        for file in files:
            digests[f"evidence/{file.name}"] = _add(archive, file, f"evidence/{file.name}")
        made_at = store.clock()
        manifest = scratch / MANIFEST
        proof = link(store.key, "backup", "", digests)
        manifest.write_text(json.dumps({"format": FORMAT, "made_at": made_at.isoformat(), "rows": counts, "digests": digests, "proof": proof,
                                        "keys": sorted(store.keyring.keys)}), encoding="utf-8")  # fmt: skip
        _add(archive, manifest, MANIFEST)
    return BackupSummary(counts, len(files), made_at)


def _evidence_files(store: Store) -> list[Path]:
    if store.evidence_folder is None or not store.evidence_folder.exists():
        return []
    return sorted(path for path in store.evidence_folder.glob("??/*") if path.suffix in (".original", ".shown"))


def _dump(connection: Connection, table: Table, path: Path) -> int:
    number = 0
    with path.open("w", encoding="utf-8") as lines:
        for row in connection.execution_options(yield_per=BATCH).execute(select(table)):
            lines.write(json.dumps(list(row), ensure_ascii=False, default=lambda value: value.isoformat()) + "\n")
            number += 1
    return number


def _add(archive: tarfile.TarFile, path: Path, name: str) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
    archive.add(path, name, recursive=False)
    return digest.hexdigest()


def restore_backup(store: Store, source: Path) -> BackupSummary:
    """Fills an empty store from a backup. Everything is checked before anything is written, and written in one transaction.

    Raises:
        BackupError: The archive is damaged or was changed, belongs to other keys, or the store is not empty.
    """
    with tempfile.TemporaryDirectory(dir=source.parent) as scratch:
        folder = Path(scratch)
        manifest = _unpack(store, source, folder)
        with writing(store.engine) as connection:
            _check_empty(connection)
            for name in SET_UP_TABLES:
                connection.execute(delete(tables.metadata.tables[name]))
            for table in tables.metadata.sorted_tables:
                for rows in _batches(folder / "tables" / f"{table.name}.jsonl", table):
                    connection.execute(table.insert(), rows)
            files = _restore_files(store, folder / "evidence")
    return BackupSummary(manifest["rows"], files, datetime.fromisoformat(manifest["made_at"]))


def _unpack(store: Store, source: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source, "r:gz") as archive:
            _extract(archive, folder)
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT or set(manifest["keys"]) - set(store.keyring.keys):
            raise BackupError("the backup belongs to another format or to other keys: restore the key file first")
        if manifest["proof"] != link(store.key, "backup", "", manifest["digests"]):
            raise BackupError("the backup was changed or belongs to other keys")
        for name, digest in manifest["digests"].items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                raise BackupError(f"{name} in the backup is damaged")
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{source.name} cannot be read as a backup: {error}") from error
    return manifest


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Unpacks plain files only: an absolute name, "..", a link or a device could write outside the folder.

    (`TarFile.extractall(filter="data")` does the same, but Python 3.11.2, which Debian 12 ships, does not have it yet.)
    """
    for member in archive:
        place = PurePosixPath(member.name)
        content = archive.extractfile(member) if member.isfile() else None
        if member.isdir():
            continue
        if content is None or place.is_absolute() or ".." in place.parts:
            raise tarfile.TarError(f"{member.name} is not a plain file of a backup")
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        with content, target.open("wb") as file:
            shutil.copyfileobj(content, file)


def _check_empty(connection: Connection) -> None:
    for table in tables.metadata.sorted_tables:
        if table.name not in SET_UP_TABLES and connection.execute(select(table).limit(1)).first() is not None:
            raise BackupError(f"the store is not empty: {table.name} has rows")


def _batches(path: Path, table: Table) -> Iterator[list[dict[str, Any]]]:
    def value(column: Any, raw: Any) -> Any:
        if raw is None:
            return None
        if isinstance(column.type, UtcDateTime):
            return datetime.fromisoformat(raw)
        return date.fromisoformat(raw) if isinstance(column.type, Date) else raw

    batch: list[dict[str, Any]] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            batch.append({column.name: value(column, raw) for column, raw in zip(table.columns, json.loads(line), strict=True)})
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _restore_files(store: Store, folder: Path) -> int:
    if not folder.exists():
        return 0
    if store.evidence_folder is None:
        raise BackupError("the backup holds evidence, but no folder is set for it")
    files = sorted(folder.iterdir())
    for file in files:
        place = store.evidence_folder / file.stem[-2:] / file.name
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.write_bytes(file.read_bytes())
        place.chmod(0o600)
    return len(files)

"""Processes killed, databases gone or full: nothing acknowledged is lost, and the person is told."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.intake.catalog import IntakeCatalog
from bot.intake.database import open_engine, upgrade
from bot.intake.desk import IntakeDesk
from bot.intake.draft import TipOffDraft
from bot.intake.errors import IntakeError
from bot.intake.verification import verify
from bot.privacy.keyring import Keyring
from tests.servers import PostgresCluster

Draft = Callable[..., TipOffDraft]
FAULTS = Path(__file__).resolve().parents[2] / "bench" / "intake_faults.py"


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_killing_processes_while_clients_submit_loses_and_doubles_nothing(database: str, request: pytest.FixtureRequest) -> None:
    if database == "postgresql":
        request.getfixturevalue("postgres_cluster")  # skips, or fails in CI, where PostgreSQL is not installed
    # In a process of its own: it forks, and the test process has threads that a fork would cut off in the middle of something.
    command = [sys.executable, str(FAULTS), database, "--submissions", "120", "--kills", "15", "--workers", "3", "--seed", "7"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr[-2000:]
    figures = json.loads(ended.stdout)
    assert figures["kills"] == 15
    assert (figures["stored"], figures["lost"], figures["doubled"], figures["dead_receipts"], figures["problems"]) == (120, 0, 0, 0, [])


@pytest.mark.postgres
def test_when_postgresql_crashes_the_person_is_told_and_the_draft_is_there_afterwards(
    keyring: Keyring, catalog: IntakeCatalog, draft: Draft
) -> None:
    cluster = PostgresCluster.create(durable=True)
    try:
        cluster.start()
        engine = open_engine(cluster.url())
        upgrade(engine)
        desk = IntakeDesk(engine, keyring, catalog)
        desk.save_draft("conversation", draft())
        before = desk.submit(draft(), "key-1")
        cluster.stop("immediate")

        for call in (lambda: desk.submit(draft(), "key-2"), lambda: desk.status(before.number, "me"), lambda: desk.save_draft("other", draft())):
            with pytest.raises(IntakeError) as told:
                call()
            assert told.value.key == "store_unavailable"
            assert "没有丢" in desk.words_for(told.value)

        cluster.start()
        assert desk.load_draft("conversation") == draft()
        assert desk.status(before.number, "me").tip_off_id == before.tip_off_id
        assert not desk.submit(draft(), "key-2").repeated
        assert verify(desk.store).is_intact
        engine.dispose()
    finally:
        cluster.remove()


@pytest.mark.parametrize("pragma", ["max_page_count=1", "query_only=ON"])
def test_a_full_or_read_only_disk_is_told_and_the_draft_is_there_afterwards(sqlite_desk: IntakeDesk, draft: Draft, pragma: str) -> None:
    engine = sqlite_desk.store.engine
    sqlite_desk.save_draft("conversation", draft())

    def limit(connection: object, *_: object) -> None:
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    engine.dispose()
    event.listen(engine, "connect", limit)
    for number in range(2):
        with pytest.raises(IntakeError) as told:
            sqlite_desk.submit(draft("很长的话" * 5000), f"key-{number}")
        assert told.value.key == "store_unavailable"
    event.remove(engine, "connect", limit)
    engine.dispose()

    assert sqlite_desk.load_draft("conversation") == draft()
    assert not sqlite_desk.submit(draft(), "key-0").repeated
    assert verify(sqlite_desk.store).is_intact


def test_a_database_that_cannot_be_opened_is_told_in_words(keyring: Keyring, catalog: IntakeCatalog, draft: Draft, tmp_path: Path) -> None:
    desk = IntakeDesk(open_engine(f"sqlite:///{tmp_path / 'no such folder' / 'intake.db'}"), keyring, catalog)

    with pytest.raises(IntakeError, match="store_unavailable"):
        desk.submit(draft(), "key-1")

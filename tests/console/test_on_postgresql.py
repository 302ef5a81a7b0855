"""In production every store shares one PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.console import house
from bot.console.app import create_app
from bot.console.roles import Role
from bot.console.settings import ConsoleSettings
from bot.privacy.keyring import Keyring
from bot.transcripts import TranscriptStore, connect, upgrade
from tests.console.conftest import PASSWORD, Browser, Running
from tests.console.intake import REPORTER, tell
from tests.servers import PostgresCluster
from tests.transcripts.events import NOON, replied, said

pytestmark = pytest.mark.postgres


@pytest.fixture
def shared(postgres_cluster: PostgresCluster, tmp_path: Path) -> ConsoleSettings:
    url = postgres_cluster.new_database()
    folder = {"evidence_folder": tmp_path / "evidence", "keyring_path": tmp_path / "keyring.json"}
    return ConsoleSettings(console_url=url, transcripts_url=url, intake_url=url, secret_key="s" * 64, **folder)


@pytest.fixture
def supervisor(shared: ConsoleSettings) -> Iterator[Browser]:
    running = Running(create_app(shared))
    _, accounts = house.open_accounts(shared.console_url, Keyring.load(shared.keyring_path))
    for role in Role:
        accounts.add(role.value, role, PASSWORD)
    with httpx.Client(base_url=running.url, timeout=20) as client:
        person = Browser(client)
        assert person.login("supervisor").status_code == 303
        yield person
    running.stop()


def test_the_console_works_the_same_on_one_shared_postgresql_database(supervisor: Browser, shared: ConsoleSettings) -> None:
    keyring = Keyring.load(shared.keyring_path)
    engine = connect(shared.transcripts_url)
    upgrade(engine)
    store = TranscriptStore(engine, keyring.index_key)
    store.record_all([said("全额退保是真的吗", intent="agent_full_refund"), replied("先别照做。", at=NOON + 1)])
    desk = house.open_desk(shared, keyring)
    tip_off = tell(desk, "one", reporter=REPORTER, amount_paid=3000.0).tip_off_id
    talk = store.conversation_id("openid-1")

    assert talk in supervisor.get("/transcripts?text=是真的&topic=agent_full_refund").text
    supervisor.send(f"/transcripts/{talk}/note", note="看过了")
    supervisor.send(f"/transcripts/{talk}/review", then="stay")
    assert "看过了" in supervisor.get(f"/transcripts/{talk}").text
    assert tip_off in supervisor.get("/tip-offs?region=220323").text
    supervisor.send(f"/tip-offs/{tip_off}/state", to_state="forwarded", expected_state="registered", reason="属于他们管")
    assert "已登记 → 已分送" in supervisor.get(f"/tip-offs/{tip_off}").text
    assert "13912345678" in supervisor.send(f"/tip-offs/{tip_off}/unmask", field="reporter_phone", unmask_reason="回电").text
    figures = supervisor.get("/statistics").text
    assert "3,000" in figures
    assert "伊通满族自治县" in figures
    assert supervisor.get("/tip-offs/export").text.count("\r\n") == 2
    for _ in range(5):
        supervisor.login("worker", "wrong")
    assert supervisor.login("worker").status_code == 429
    assert supervisor.login("worker\x00").status_code == 401

"""The whole assistant on one PostgreSQL database, as in production."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.running import Assistant, build, file_tip_off, running
from tests.servers import PostgresCluster, postgres_cluster

__all__ = ["postgres_cluster"]  # a fixture

pytestmark = [pytest.mark.postgres, pytest.mark.servers]


@pytest.fixture
def url(postgres_cluster: PostgresCluster) -> str:  # noqa: F811
    """A database of this test's own."""
    return postgres_cluster.new_database()


@pytest.fixture
def production(tmp_path: Path, url: str) -> Iterator[Assistant]:
    """The servers, with every store in that database."""
    with running(build(tmp_path, database_url=url), console=True) as started:
        yield started


def test_a_tip_off_is_filed_and_nothing_readable_is_left_in_the_tracker(production: Assistant, url: str) -> None:
    conversation = production.conversation()
    receipt = file_tip_off(conversation, "抖音上的刘专员加我微信liu66887，说全额退保要先交1500元，我在双辽市转给他就没影了")
    assert "已登记" in conversation.say(receipt).text
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        stored = " ".join(connection.scalars(sa.text("select data from events")).all())
        assert connection.scalar(sa.text("select count(*) from tip_offs")) == 1
    engine.dispose()
    assert "liu66887" not in stored
    assert receipt not in stored
    assert not list(production.data_dir.glob("*.db")), "no store fell back to SQLite"

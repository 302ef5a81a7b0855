"""An intake desk on SQLite and on PostgreSQL, with a clock that tests set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.intake.catalog import IntakeCatalog
from bot.intake.database import open_engine, upgrade
from bot.intake.desk import IntakeDesk
from bot.intake.draft import Fields, Reporter, TipOffDraft
from bot.privacy.keyring import Keyring
from tests.servers import postgres_cluster, postgres_url

__all__ = ["postgres_cluster", "postgres_url"]

ROOT = Path(__file__).resolve().parents[2]
STORY = (
    "有个叫王强的在抖音上说能全额退保，我加了他微信tuibao888，电话13912345678，在四平市铁东区见的面。"
    "先交了3000元定金，说要收30%手续费。身份证照片也发给他了，现在微信把我拉黑了。我叫李秀英，电话13500000000。"
)


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@pytest.fixture(scope="session")
def catalog() -> IntakeCatalog:
    return IntakeCatalog.load(ROOT / "data" / "intake")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.load_or_create(tmp_path / "keys" / "keyring.json")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres_url"))
        engine = open_engine(url)
        with engine.begin() as connection:  # much faster than a database for each test
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()
        return url
    return f"sqlite:///{tmp_path / 'intake.db'}"


@pytest.fixture
def desk(database_url: str, keyring: Keyring, catalog: IntakeCatalog, clock: Clock, tmp_path: Path) -> Iterator[IntakeDesk]:
    engine = open_engine(database_url)
    upgrade(engine)
    yield IntakeDesk(engine, keyring, catalog, tmp_path / "evidence", clock=clock)
    engine.dispose()


@pytest.fixture
def sqlite_desk(keyring: Keyring, catalog: IntakeCatalog, clock: Clock, tmp_path: Path) -> Iterator[IntakeDesk]:
    engine = open_engine(f"sqlite:///{tmp_path / 'intake.db'}")
    upgrade(engine)
    yield IntakeDesk(engine, keyring, catalog, tmp_path / "evidence", clock=clock)
    engine.dispose()


@pytest.fixture
def draft(catalog: IntakeCatalog) -> Callable[..., TipOffDraft]:
    """Makes a draft; keyword arguments replace parts of it."""

    def make(narrative: str = STORY, **changes: object) -> TipOffDraft:
        values: dict[str, object] = {
            "narrative": narrative,
            "fields": Fields(suspect_name="王强", wechat="tuibao888", phone="13912345678", place="四平市铁东区", region_code="220303",
                             insurer="平安人寿", platform="抖音", amount_paid=3000, fee_rate=0.3, gave_documents=["id_card"],
                             behaviours=["promise_full_refund", "lost_contact", "upfront_fee"]),
            "consent_transfer": True,
        }  # fmt: skip
        return TipOffDraft(**(values | changes))

    return make


@pytest.fixture
def market_draft(draft: Callable[..., TipOffDraft]) -> Callable[..., TipOffDraft]:
    """Makes a draft that the market authority leads, so that its legal periods run."""

    def make(**changes: object) -> TipOffDraft:
        fields = Fields(company="诚信咨询公司", behaviours=["offline_ad"], place="梨树县", region_code="220322")
        return draft("梨树县商场门口有人发传单，写着全额退保。", **({"fields": fields} | changes))

    return make


@pytest.fixture
def complainant() -> Reporter:
    return Reporter(name="李秀英", phone="13500000000", address="四平市铁东区北二马路")

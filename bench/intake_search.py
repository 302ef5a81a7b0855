"""Measures list and search over a million tip-offs, each condition by itself and in pairs, common and rare values, and legal periods.

Usage: python bench/intake_search.py sqlite|postgresql [--rows 1000000]
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bot.intake import tables  # noqa: E402
from bot.intake.catalog import IntakeCatalog  # noqa: E402
from bot.intake.database import open_engine, upgrade, writing  # noqa: E402
from bot.intake.desk import IntakeDesk  # noqa: E402
from bot.intake.search import TipOffFilter  # noqa: E402
from bot.intake.vocabulary import Agency, TipOffKind, TipOffState  # noqa: E402
from bot.privacy.keyed_hash import keyed_hash  # noqa: E402
from bot.privacy.keyring import Keyring  # noqa: E402

BATCH = 5000
SEEDED_ROWS = 20_000
START = datetime(2024, 1, 1, tzinfo=UTC)
REPEATS = 5
STATES = [TipOffState.CLOSED] * 70 + [TipOffState.INVESTIGATING] * 15 + [TipOffState.FORWARDED] * 10 + [TipOffState.REGISTERED] * 5
AGENCIES = [Agency.POLICE] * 40 + [Agency.MARKET] * 35 + [Agency.NFRA] * 18 + [Agency.CYBERSPACE] * 5 + [Agency.JUDICIAL] * 2
REGIONS = ["220302", "220303", "220322", "220323", "220382", None]
INSURERS = ["平安人寿", "中国人寿", "新华保险", "泰康人寿", "太平洋寿险", None]


def _rows(number: int, key: bytes) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    chance = random.Random(5)
    for position in range(number):
        at = START + timedelta(minutes=position * 72)
        tip_off_id = f"{position:032x}"
        rare = position % 10_000 == 7
        yield {
            "id": tip_off_id, "receipt_hash": f"{position:064x}", "idempotency_hash": f"{position:064x}", "receipt_attempt": 0, "created_at": at,
            "updated_at": at, "kind": TipOffKind.REPORT, "kept_as_report": False, "state": TipOffState.CASE_FILED if rare else chance.choice(STATES),
            "lead_agency": Agency.FINANCE_OFFICE if rare else chance.choice(AGENCIES), "co_agencies": "nfra", "rule": "offline_advertisement",
            "legal_basis": "basis", "urgent": position % 9 == 0, "region_code": "210100" if rare else chance.choice(REGIONS), "home_region": not rare,
            "insurer": "友邦人寿" if rare else chance.choice(INSURERS), "platform": None, "amount_paid": 3000.0, "fee_rate": 0.3, "happened": None,
            "gave_documents": "[]", "behaviours": "[]", "anonymous": True, "consent_transfer": True, "consent_identity": False, "channel": "web",
            "assigned_to": f"clerk-{position % 40}", "content_digest": "0" * 64, "log_length": 1, "log_head": "0" * 64, "log_seal": "0" * 64,
            "lane": position % 32, "lane_position": position // 32 + 1, "lane_hash": "0" * 64,
        }, {
            "tip_off_id": tip_off_id, "kind": "phone", "hash": keyed_hash(key, "identifiers.phone", f"138{position:08d}"), "created_at": at,
        }, {
            "tip_off_id": tip_off_id, "rule": "report_verification", "started_on": at.date(), "due_on": at.date() + timedelta(days=21),
            "confirmed": True, "met_on": None if position % 5 == 0 else at.date() + timedelta(days=14),
        }  # fmt: skip


def _multiply(desk: IntakeDesk, seeded: int, number: int) -> None:
    """Copies the seeded rows inside the database until there are enough: same values, other ids; far faster than sending them."""
    names = [column.name for column in tables.tip_offs.columns]
    for copy in range(1, number // seeded):
        prefix = f"{copy:08x}"
        changed = {"id": f"'{prefix}' || substr(id, 9)", "receipt_hash": f"'{prefix}' || substr(receipt_hash, 9)",
                   "idempotency_hash": f"'{prefix}' || substr(idempotency_hash, 9)", "lane_position": f"lane_position + {copy * seeded}"}  # fmt: skip
        columns = ", ".join(names)
        values = ", ".join(changed.get(name, name) for name in names)
        with writing(desk.store.engine) as connection:
            connection.exec_driver_sql(f"INSERT INTO tip_offs ({columns}) SELECT {values} FROM tip_offs WHERE id < '00000001'")
            connection.exec_driver_sql("INSERT INTO identifiers (tip_off_id, kind, hash, created_at) SELECT "
                                       f"'{prefix}' || substr(tip_off_id, 9), kind, hash, created_at FROM identifiers "
                                       "WHERE tip_off_id < '00000001'")  # fmt: skip
            connection.exec_driver_sql("INSERT INTO deadlines (tip_off_id, rule, started_on, due_on, confirmed, met_on) SELECT "
                                       f"'{prefix}' || substr(tip_off_id, 9), rule, started_on, due_on, confirmed, met_on FROM deadlines "
                                       "WHERE tip_off_id < '00000001'")  # fmt: skip


def _fill(desk: IntakeDesk, number: int) -> None:
    seeded = min(number, SEEDED_ROWS)
    made = _rows(seeded, desk.store.key)
    while batch := list(islice(made, BATCH)):
        with writing(desk.store.engine) as connection:
            for table, rows in zip((tables.tip_offs, tables.identifiers, tables.deadlines), zip(*batch, strict=True), strict=True):
                connection.execute(table.insert(), list(rows))
    _multiply(desk, seeded, number)
    with desk.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _filters() -> dict[str, TipOffFilter]:
    state, agency = TipOffState, Agency
    return {
        "newest": TipOffFilter(),
        "common state": TipOffFilter(state=state.CLOSED),
        "rare state": TipOffFilter(state=state.CASE_FILED),
        "agency": TipOffFilter(lead_agency=agency.POLICE),
        "agency and state": TipOffFilter(lead_agency=agency.MARKET, state=state.INVESTIGATING),
        "region": TipOffFilter(region_code="220323"),
        "rare region and common state": TipOffFilter(region_code="210100", state=state.CLOSED),
        "region, agency and state": TipOffFilter(region_code="220323", lead_agency=agency.NFRA, state=state.REGISTERED),
        "urgent and open": TipOffFilter(urgent=True, state=state.REGISTERED),
        "insurer": TipOffFilter(insurer="新华保险"),
        "rare insurer and agency": TipOffFilter(insurer="友邦人寿", lead_agency=agency.POLICE),
        "clerk and state": TipOffFilter(assigned_to="clerk-7", state=state.FORWARDED),
        "phone": TipOffFilter(identifier="138 0001 2345"),
        "phone nobody has": TipOffFilter(identifier="13999999999"),
        "one month": TipOffFilter(created_from=START + timedelta(days=300), created_to=START + timedelta(days=330)),
        "one month of an agency": TipOffFilter(lead_agency=agency.JUDICIAL, created_from=START + timedelta(days=300),
                                               created_to=START + timedelta(days=330)),
    }  # fmt: skip


def measure(desk: IntakeDesk) -> dict[str, float]:
    """Milliseconds of each search, the worst of a few repeats, and of a page in the middle."""
    result: dict[str, float] = {}
    for name, wanted in _filters().items():
        result[name] = _worst(lambda wanted=wanted: desk.search(wanted))  # type: ignore[misc]
        if name == "newest":
            page = desk.search(wanted)
            for _ in range(20):
                page = desk.search(TipOffFilter(after=page.next))
            started = time.perf_counter()
            desk.search(TipOffFilter(after=page.next))
            result["page 21"] = round(1000 * (time.perf_counter() - started), 1)
    return result | {"due and overdue": _worst(desk.due)}


def _worst(call: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - started))
    return round(max(times[1:]), 1)


def main() -> None:
    """Prints the figures as one JSON object."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("database", choices=["sqlite", "postgresql"])
    arguments.add_argument("--rows", type=int, default=1_000_000)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cluster = None
        try:
            url = f"sqlite:///{folder}/intake.db"
            if options.database == "postgresql":
                from tests.servers import PostgresCluster

                cluster = PostgresCluster.create()
                cluster.start()
                url = cluster.new_database()
            engine = open_engine(url)
            upgrade(engine)
            desk = IntakeDesk(engine, Keyring.load_or_create(Path(folder) / "keyring.json"), IntakeCatalog.load(ROOT / "data" / "intake"))
            started = time.perf_counter()
            _fill(desk, options.rows)
            filled = time.perf_counter() - started
            times = measure(desk)
            engine.dispose()
        finally:
            if cluster is not None:
                cluster.remove()
    print(json.dumps({"database": options.database, "rows": options.rows, "fill_seconds": round(filled), "worst_ms": max(times.values()),
                      "milliseconds": times}, ensure_ascii=False))  # fmt: skip


if __name__ == "__main__":
    main()

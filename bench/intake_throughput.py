"""Measures submissions a second, register, log chain, encryption and linking included.

Usage: python bench/intake_throughput.py sqlite|postgresql [--submissions 3000] [--workers 4]

PostgreSQL runs with fsync and synchronous commit on, SQLite with synchronous=FULL, so every counted submission is on the disk.
`client_cpu_ms` is the processor time of our own code for one submission; on a machine that others use it says more than the rate.
Starting the processes is not counted, making the drafts is (0.02 ms each).
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.intake_faults import make_draft  # noqa: E402
from bot.intake.catalog import IntakeCatalog  # noqa: E402
from bot.intake.database import open_engine, upgrade  # noqa: E402
from bot.intake.desk import IntakeDesk  # noqa: E402
from bot.intake.verification import verify  # noqa: E402
from bot.privacy.keyring import Keyring  # noqa: E402

WARM_UP = 20


def _submit(url: str, keyring: Path, catalog: IntakeCatalog, first: int, number: int, go: int, done: int) -> None:
    desk = IntakeDesk(open_engine(url), Keyring.load_or_create(keyring), catalog)
    for warm in range(WARM_UP):
        desk.submit(make_draft(warm), f"warm-{first}-{warm}")
    os.write(done, b"ready\n")
    os.read(go, 1)
    started = time.process_time()
    for offset in range(first, first + number):
        desk.submit(make_draft(offset), f"submission-{offset}")
    os.write(done, f"{time.process_time() - started}\n".encode())


def measure(url: str, keyring: Path, submissions: int, workers: int) -> dict[str, object]:
    """Submits with several processes at once and checks every chain afterwards."""
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()
    catalog = IntakeCatalog.load(ROOT / "data" / "intake")
    catalog.learn_examples()
    go_reader, go_writer = os.pipe()
    done_reader, done_writer = os.pipe()
    share = submissions // workers
    pids = []
    for worker in range(workers):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                _submit(url, keyring, catalog, worker * share, share, go_reader, done_writer)
                status = 0
            finally:
                os._exit(status)
        pids.append(pid)
    with os.fdopen(done_reader) as told:
        for _ in pids:
            told.readline()
        started = time.perf_counter()
        os.write(go_writer, b"g" * workers)
        processor_seconds = sum(float(told.readline()) for _ in pids)
        seconds = time.perf_counter() - started
    for pid in pids:
        os.waitpid(pid, 0)
    desk = IntakeDesk(open_engine(url), Keyring.load_or_create(keyring), catalog)
    report = verify(desk.store)
    desk.store.engine.dispose()
    total = share * workers
    return {"submissions": total, "workers": workers, "a_second": round(total / seconds, 1),
            "client_cpu_ms": round(1000 * processor_seconds / total, 2), "intact": report.is_intact}  # fmt: skip


def main() -> None:
    """Prints the figures as one JSON object."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("database", choices=["sqlite", "postgresql"])
    arguments.add_argument("--submissions", type=int, default=3000)
    arguments.add_argument("--workers", type=int, default=4)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        keyring = Path(folder) / "keyring.json"
        Keyring.load_or_create(keyring)
        if options.database == "sqlite":
            figures = measure(f"sqlite:///{folder}/intake.db", keyring, options.submissions, options.workers)
        else:
            from tests.servers import PostgresCluster

            cluster = PostgresCluster.create(durable=True)
            try:
                cluster.start()
                figures = measure(cluster.new_database(), keyring, options.submissions, options.workers)
            finally:
                cluster.remove()
    print(json.dumps({"database": options.database} | figures))


if __name__ == "__main__":
    main()

"""Kills the processes that take tip-offs in, again and again, while a client keeps submitting and retrying, and counts what was lost.

Usage: python bench/intake_faults.py sqlite|postgresql [--submissions 2000] [--kills 200] [--workers 4]

Ends with status 1 when an acknowledged tip-off is missing, one is doubled, a receipt does not work, or a chain does not fit.
"""

import argparse
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func
from sqlalchemy import select as query

from bot.intake import tables
from bot.intake.catalog import IntakeCatalog
from bot.intake.database import open_engine, upgrade
from bot.intake.desk import IntakeDesk
from bot.intake.draft import Fields, TipOffDraft
from bot.intake.verification import verify
from bot.privacy.keyring import Keyring

ROOT = Path(__file__).resolve().parents[1]
LONGEST_WAIT_BEFORE_KILL = 0.03  # seconds after a job was handed out


def make_draft(number: int) -> TipOffDraft:
    """A tip-off like many: a story, identifiers that link it to some others, and a place."""
    fields = Fields(phone=f"138{number % 97:08d}", wechat=f"agent_{number % 53}", place="四平市铁东区", region_code="220303", insurer="平安人寿",
                    amount_paid=3000.0, fee_rate=0.3, behaviours=["promise_full_refund", "offline_ad"])  # fmt: skip
    story = f"第{number}个人：有人说能全额退保，收了我的定金，还要百分之三十的手续费，让我把身份证和保单拍照发过去，后来就不回消息了。"
    return TipOffDraft(narrative=story, fields=fields, consent_transfer=True)


@dataclass
class Worker:
    """A process that takes submissions in: numbers come by one pipe, receipts go by the other."""

    pid: int
    jobs: int
    answers: int
    job: int | None = None
    heard: bytes = b""


def _open_desk(url: str, keyring: Path) -> IntakeDesk:
    return IntakeDesk(open_engine(url), Keyring.load_or_create(keyring), IntakeCatalog.load(ROOT / "data" / "intake"))


def _serve(url: str, keyring: Path, catalog: IntakeCatalog, jobs: int, answers: int) -> None:
    desk = IntakeDesk(open_engine(url), Keyring.load_or_create(keyring), catalog)
    with os.fdopen(jobs) as numbers:
        for line in numbers:
            receipt = desk.submit(make_draft(int(line)), f"submission-{int(line)}")
            os.write(answers, f"{receipt.number}\n".encode())


def _start(url: str, keyring: Path, catalog: IntakeCatalog) -> Worker:
    job_reader, job_writer = os.pipe()
    answer_reader, answer_writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(job_writer)
            os.close(answer_reader)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            _serve(url, keyring, catalog, job_reader, answer_writer)
            status = 0
        finally:
            os._exit(status)  # a forked child must not run the parent's exit handlers
    os.close(job_reader)
    os.close(answer_writer)
    return Worker(pid, job_writer, answer_reader)


def _bury(worker: Worker) -> None:
    os.waitpid(worker.pid, 0)
    os.close(worker.jobs)
    os.close(worker.answers)


def run(url: str, keyring: Path, submissions: int, kills: int, workers: int, seed: int) -> dict[str, object]:
    """Runs the whole and returns the figures; `lost`, `doubled`, `dead_receipts` and `problems` must all be empty or zero."""
    chance = random.Random(seed)
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()
    catalog = IntakeCatalog.load(ROOT / "data" / "intake")
    catalog.learn_examples()
    started = time.perf_counter()
    waiting = list(range(submissions))
    acknowledged: dict[int, str] = {}
    crew = [_start(url, keyring, catalog) for _ in range(workers)]
    killed = retried = 0
    while len(acknowledged) < submissions:
        for worker in crew:
            if worker.job is None and waiting:
                worker.job = waiting.pop()
                with suppress(BrokenPipeError):  # killed a moment ago; its silence below hands the job back
                    os.write(worker.jobs, f"{worker.job}\n".encode())
        if killed < kills and len(acknowledged) >= killed * submissions / (kills + 1):
            time.sleep(chance.random() * LONGEST_WAIT_BEFORE_KILL)
            os.kill(chance.choice(crew).pid, signal.SIGKILL)
            killed += 1
        ready, _, _ = select.select([worker.answers for worker in crew], [], [], 30)
        if not ready:
            raise RuntimeError("no worker has answered for 30 seconds")
        for place, worker in enumerate(crew):
            if worker.answers not in ready:
                continue
            content = os.read(worker.answers, 4096)
            worker.heard += content
            if worker.heard.endswith(b"\n") and worker.job is not None:
                acknowledged[worker.job] = worker.heard.decode().strip()
                worker.job, worker.heard = None, b""
            if not content:  # the process is gone; what it was working on is submitted again under the same key
                if worker.job is not None:
                    waiting.append(worker.job)
                    retried += 1
                _bury(worker)
                crew[place] = _start(url, keyring, catalog)
    seconds = time.perf_counter() - started
    for worker in crew:
        os.kill(worker.pid, signal.SIGKILL)
        _bury(worker)
    return {"submissions": submissions, "kills": killed, "retries": retried, "seconds": round(seconds, 1)} | _check(url, keyring, acknowledged)


def _check(url: str, keyring: Path, acknowledged: dict[int, str]) -> dict[str, object]:
    desk = _open_desk(url, keyring)
    with desk.store.engine.connect() as connection:
        stored = connection.execute(query(func.count()).select_from(tables.tip_offs)).scalar_one()
    again = {number: desk.submit(make_draft(number), f"submission-{number}") for number in acknowledged}
    lost = [number for number, receipt in again.items() if not receipt.repeated]
    dead = [
        number
        for number, receipt in again.items()
        if receipt.number != acknowledged[number] or desk.status(acknowledged[number], f"client-{number}").tip_off_id != receipt.tip_off_id
    ]
    report = verify(desk.store)
    desk.store.engine.dispose()
    return {"stored": stored, "lost": len(lost), "doubled": stored - len(acknowledged), "dead_receipts": len(dead), "problems": report.problems}


def main() -> None:
    """Prints the figures as one JSON object."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("database", choices=["sqlite", "postgresql"])
    arguments.add_argument("--submissions", type=int, default=2000)
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--workers", type=int, default=4)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        keyring = Path(folder) / "keyring.json"
        if options.database == "sqlite":
            figures = run(f"sqlite:///{folder}/intake.db", keyring, options.submissions, options.kills, options.workers, options.seed)
        else:
            sys.path.insert(0, str(ROOT))
            from tests.servers import PostgresCluster

            cluster = PostgresCluster.create(durable=True)
            try:
                cluster.start()
                figures = run(cluster.new_database(), keyring, options.submissions, options.kills, options.workers, options.seed)
            finally:
                cluster.remove()
    print(json.dumps({"database": options.database} | figures, ensure_ascii=False))
    failed = figures["lost"] or figures["doubled"] or figures["dead_receipts"] or figures["problems"]
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()

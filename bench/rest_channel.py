"""Turns per second of the REST channel, with stock Rasa beside it where Python 3.10 exists.

Both bots are trained on the same sentences and asked the same 100 utterances by 8 clients in one run; the ratio is what counts. The stock
side is Rasa 3.6.21 as published (TensorFlow, default pipeline) with one text reply an intent and no action server, which favours it.

    python bench/rest_channel.py [--stock] [--rounds N]
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

import httpx
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.running import Server, build, running  # noqa: E402
from tests.servers import free_port  # noqa: E402

CLIENTS = 8
TURNS_PER_SENDER = 10  # a conversation of ten turns, then a new person: also what the channel's rate limit allows
STOCK_EPOCHS = 3  # of DIET: what is compared is speed and memory, which do not depend on how long it was trained


def utterances() -> list[str]:
    """The fixed mix."""
    return (ROOT / "bench" / "utterances.txt").read_text(encoding="utf-8").splitlines()


def measure(url: str, rounds: int) -> dict[str, float]:
    """Ask everything `rounds` times with 8 clients; seconds and counts."""
    texts = utterances() * rounds
    tasks = iter(list(enumerate(texts)))
    lock = threading.Lock()
    times: list[float] = []
    failed = 0

    def client() -> None:
        nonlocal failed
        with httpx.Client(trust_env=False, timeout=60) as session:
            sender, said = uuid.uuid4().hex, 0
            while True:
                with lock:
                    task = next(tasks, None)
                if task is None:
                    return
                if said == TURNS_PER_SENDER:
                    sender, said = uuid.uuid4().hex, 0
                said += 1
                started = time.perf_counter()
                answer = session.post(f"{url}/webhooks/rest/webhook", json={"sender": sender, "message": task[1]})
                with lock:
                    times.append(time.perf_counter() - started)
                    failed += not answer.is_success

    started = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        for future in [pool.submit(client) for _ in range(CLIENTS)]:
            future.result()
    elapsed = time.perf_counter() - started
    times.sort()
    return {
        "turns_per_second": len(times) / elapsed,
        "p50_ms": 1000 * statistics.median(times),
        "p95_ms": 1000 * times[int(0.95 * len(times))],
        "failed": failed,
    }


def memory_mb(server: Server) -> float:
    """Resident memory of a server process."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def lean(rounds: int) -> dict[str, float]:
    """Measure this assistant with SQLite, as `make run` starts it."""
    with tempfile.TemporaryDirectory() as folder:
        assistant = build(Path(folder))
        started = time.perf_counter()
        with running(assistant):
            ready = time.perf_counter() - started
            measure(assistant.chat_url, 1)  # warm up
            result = measure(assistant.chat_url, rounds)
            return {**result, "memory_mb": memory_mb(assistant.chat), "start_s": ready}


def stock_python() -> str | None:
    """A Python 3.10, if the machine has one."""
    candidates = [shutil.which("python3.10"), *map(str, Path.home().glob(".pyenv/versions/3.10*/bin/python3.10"))]
    return next((path for path in candidates if path and subprocess.run([path, "--version"], check=False, capture_output=True).returncode == 0), None)


def stock(rounds: int, folder: Path) -> dict[str, float]:
    """Build stock Rasa in `folder`, train it on our sentences and measure it. Takes about half an hour the first time."""
    python = stock_python()
    if python is None:
        raise SystemExit("Stock Rasa needs Python 3.10, which this machine does not have.")
    rasa = folder / "venv" / "bin" / "rasa"
    if not rasa.exists():
        subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
        subprocess.run([rasa.parent / "pip", "install", "--quiet", "rasa==3.6.21", "setuptools<81"], check=True)
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    trained = {item["intent"] for path in (ROOT / "data" / "nlu").glob("*.yml") for item in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]}
    intents = [intent for intent in domain["intents"] if intent in trained]
    (folder / "data").mkdir(exist_ok=True)
    for path in (ROOT / "data" / "nlu").glob("*.yml"):
        shutil.copy(path, folder / "data" / path.name)
    rules = [{"rule": intent, "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]} for intent in intents]
    (folder / "data" / "rules.yml").write_text(yaml.safe_dump({"version": "3.1", "rules": rules}, allow_unicode=True), encoding="utf-8")
    responses = {f"utter_{intent}": [{"text": intent}] for intent in intents}
    (folder / "domain.yml").write_text(yaml.safe_dump({"version": "3.1", "intents": intents, "responses": responses}), encoding="utf-8")
    pipeline = [
        {"name": "WhitespaceTokenizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": STOCK_EPOCHS},
    ]
    config = {"recipe": "default.v1", "assistant_id": "stock", "language": "en", "pipeline": pipeline, "policies": [{"name": "RulePolicy"}]}
    (folder / "config.yml").write_text(yaml.safe_dump(config))
    store = {"tracker_store": {"type": "SQL", "dialect": "sqlite", "db": "tracker.db"}}
    (folder / "endpoints.yml").write_text(yaml.safe_dump(store))
    (folder / "credentials.yml").write_text("rest:\n")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "RASA_TELEMETRY_ENABLED": "false"}
    if not list(folder.glob("models/*.tar.gz")):
        subprocess.run([rasa, "train"], cwd=folder, env=environment, check=True)
    port = free_port()
    started = time.perf_counter()
    with (folder / "rasa.log").open("wb") as log:
        process = subprocess.Popen([rasa, "run", "--port", str(port)], cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        while True:
            try:
                if httpx.get(url, timeout=1, trust_env=False).is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        ready = time.perf_counter() - started
        server = Server("stock", (), "", {}, folder / "rasa.log", process)
        measure(url, 1)
        return {**measure(url, rounds), "memory_mb": memory_mb(server), "start_s": ready}
    finally:
        process.terminate()
        process.wait(20)


def main() -> None:
    """Print the figures and, with --stock, the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--stock", action="store_true", help="also build and measure Rasa 3.6.21 as published (needs Python 3.10)")
    parser.add_argument("--stock-folder", type=Path, default=ROOT / "var" / "stock-rasa")
    options = parser.parse_args()
    ours = lean(options.rounds)
    result: dict[str, object] = {"surrender_guard": ours}
    if options.stock:
        options.stock_folder.mkdir(parents=True, exist_ok=True)
        published = stock(options.rounds, options.stock_folder)
        result["stock_rasa"] = published
        result["ratio_turns_per_second"] = ours["turns_per_second"] / published["turns_per_second"]
        result["ratio_memory"] = ours["memory_mb"] / published["memory_mb"]
        result["ratio_start"] = ours["start_s"] / published["start_s"]
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()

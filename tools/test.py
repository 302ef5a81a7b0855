"""What `make test` runs: style, types, architecture, data, then every test. Stops at the first part that fails and says which."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("style", ("ruff", "check", ".")),
    ("types", ("mypy",)),
    ("architecture", ("lint-imports",)),
    ("knowledge", ("guard", "knowledge", "check")),
    ("scam rules", ("guard", "rules", "check")),
    ("model", ("guard", "train")),
    ("tests", ("pytest",)),
)


def main() -> int:
    """Run all parts; arguments go to pytest."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "RASA_TELEMETRY_ENABLED": "false"}
    for name, command in PARTS:
        print(f"==> {name}", flush=True)
        started = time.monotonic()
        arguments = sys.argv[1:] if name == "tests" else []
        status = subprocess.run([str(BIN / command[0]), *command[1:], *arguments], cwd=ROOT, env=environment, check=False).returncode  # noqa: S603
        if status:
            print(f"==> {name} failed", file=sys.stderr)
            return status
        print(f"    {name}: {time.monotonic() - started:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What `make bench` runs: every benchmark in this folder that needs no server of its own, one after the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main() -> int:
    """Run them; a benchmark that fails stops the rest."""
    for path in sorted(FOLDER.glob("*.py")):
        if path.name == Path(__file__).name:
            continue
        print(f"==> {path.name}", flush=True)
        status = subprocess.run([sys.executable, str(path)], check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())

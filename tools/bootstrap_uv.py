"""Puts uv into .tools/ when the machine has none, with nothing but Python's standard library.

A bare Debian 12 has Python but neither pip nor venv. The wheel comes from the package index that pip is configured for
(PIP_INDEX_URL) or from PyPI, and its SHA-256 is checked against the index before it is unpacked. Prints the path of uv.
"""

import hashlib
import io
import json
import os
import platform
import shutil
import stat
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[1] / ".tools"
DEFAULT_INDEX = "https://pypi.org/simple"
TIMEOUT = 120  # seconds for one download
SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
OLDEST_UV = (0, 5)


def version_of(filename):
    """Return a wheel's version as a tuple of numbers, () for pre-releases."""
    parts = filename.split("-")[1].split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()


def wheel_tag():
    """Return how this machine's wheel ends."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    if sys.platform == "darwin":
        return "macosx", machine.replace("aarch64", "arm64")
    return ("musllinux" if Path("/etc/alpine-release").exists() else "manylinux"), machine


def fetch(url, accept="*/*"):
    """Return the bytes at an https (or configured) address."""
    request = urllib.request.Request(url, headers={"Accept": accept})  # noqa: S310
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310
        return response.read()


def install_with_pip():
    """Let pip install into .tools/; it knows mirrors, proxies and certificates. Returns whether it worked."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(TOOLS / "lib"), "uv"]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603


def install_from_index():
    """Download the newest wheel for this machine and unpack its program."""
    index = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("PIP_INDEX_URL") or DEFAULT_INDEX
    page = f"{index.rstrip('/')}/uv/"
    listing = json.loads(fetch(page, SIMPLE_JSON))
    system, machine = wheel_tag()
    fitting = [file for file in listing["files"] if system in file["filename"] and file["filename"].endswith(f"{machine}.whl")]
    wheels = [file for file in fitting if not file.get("yanked") and version_of(file["filename"]) >= OLDEST_UV]
    if not wheels:
        raise RuntimeError(f"{index} has no uv for {system} {machine}")
    newest = max(wheels, key=lambda file: version_of(file["filename"]))
    content = fetch(urllib.parse.urljoin(page, newest["url"]))
    if hashlib.sha256(content).hexdigest() != newest["hashes"].get("sha256"):
        raise RuntimeError("the downloaded uv does not have the checksum its index gives")
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        name = next(member for member in wheel.namelist() if member.endswith("/scripts/uv"))
        (TOOLS / "bin").mkdir(parents=True, exist_ok=True)
        (TOOLS / "bin" / "uv").write_bytes(wheel.read(name))


def main():
    """Print the path of a uv that works, installing one if needed."""
    kept = TOOLS / "bin" / "uv"
    found = shutil.which("uv") or (str(kept) if kept.exists() else None)
    if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:  # noqa: S603
        print(found)
        return
    print("Installing uv, the Python package manager, into .tools/ …", file=sys.stderr)
    if install_with_pip():
        (TOOLS / "bin").mkdir(parents=True, exist_ok=True)
        shutil.copy(next((TOOLS / "lib").glob("bin/uv")), kept)
        shutil.rmtree(TOOLS / "lib")
    else:
        install_from_index()
    kept.chmod(kept.stat().st_mode | stat.S_IXUSR)
    print(kept)


if __name__ == "__main__":
    try:
        main()
    except (OSError, RuntimeError, ValueError, urllib.error.URLError) as error:
        sys.exit(f"uv could not be installed ({error}). Check the network, set PIP_INDEX_URL to a mirror you can reach, or install uv yourself.")

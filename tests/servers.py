"""Servers that tests start for themselves. Import the fixture into a conftest: `from tests.servers import postgres_url`."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

POSTGRES_FOLDERS = tuple(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
START_SECONDS = 20


def missing(what: str, how: str) -> None:
    """Skips a test whose server is not installed; in CI everything must be there, so it fails instead."""
    message = f"{what} is not installed: {how}"
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(message)
    pytest.skip(message)


def free_port() -> int:
    """Returns a TCP port that is free on the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class PostgresCluster:
    """A PostgreSQL cluster in a folder of its own, run as user postgres when the tests run as root (it refuses to run as root)."""

    programs: Path
    folder: Path
    port: int
    durable: bool

    def _run(self, *command: str) -> None:
        # An ordinary person's PATH leaves the administrator's programs out, root's own may too.
        runuser = shutil.which("runuser", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or "runuser"
        prefix = [runuser, "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*prefix, str(self.programs / command[0]), *command[1:]], check=True, cwd=self.folder, stdout=subprocess.DEVNULL)

    @classmethod
    def create(cls, durable: bool = False) -> "PostgresCluster":
        """Makes an empty cluster; skips the test when PostgreSQL is not installed.

        With `durable` it waits for the disk as in production, for benchmarks; tests kill processes, not machines, and need not wait.
        """
        if not POSTGRES_FOLDERS:
            missing("PostgreSQL", "apt-get install postgresql")
        folder = Path(tempfile.mkdtemp(prefix="guard-postgres-"))
        folder.chmod(0o755)
        data = folder / "data"
        data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(data, "postgres")
            shutil.chown(folder, "postgres")
        cluster = cls(POSTGRES_FOLDERS[0], folder, free_port(), durable)
        cluster._run("initdb", "-D", str(data), "-U", "guard", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        return cluster

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=100"
        options += "" if self.durable else " -c fsync=off -c synchronous_commit=off"
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-t", str(START_SECONDS), "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        """Stops the server; `immediate` is the crash of a server, `fast` its orderly end."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", how, "stop")

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://guard@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Makes an empty database and returns its URL."""
        name = f"guard_{time.time_ns()}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "guard", name)
        return self.url(name)

    def remove(self) -> None:
        """Stops the server and deletes the folder."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """A running PostgreSQL for the whole session; tests that stop it start it again."""
    cluster = PostgresCluster.create()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: PostgresCluster) -> str:
    """The URL of an empty PostgreSQL database for the whole session."""
    return postgres_cluster.new_database()


@dataclass
class RedisServer:
    """A Redis that keeps nothing on disk."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, as `GUARD_REDIS_URL` takes it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts the server and waits until it answers; skips the test when Redis is not installed."""
        program = shutil.which("redis-server")
        if program is None:
            missing("Redis", "apt-get install redis-server")
        options = ("--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no")
        self.process = subprocess.Popen([str(program), *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"Redis did not answer in {START_SECONDS} s")

    def stop(self) -> None:
        """Kills the server, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A running, empty Redis for one test; the test may stop it."""
    server = RedisServer(free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()

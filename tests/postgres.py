"""A throw-away PostgreSQL cluster for one test process, and fast fresh databases inside it.

It listens on a Unix socket in a temporary folder, trusts its folder's permissions and never syncs: it proves SQL, not
durability. PostgreSQL refuses to run as root, so root hands the folder to the user `postgres`. The cluster is a child
that the kernel ends with its parent, so that a killed test run leaves nothing behind.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

START_LIMIT_S = 30
TEMPLATE = "rollcall_template"
# One test process needs few connections, and nothing that survives it.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "autovacuum": "off",
    "max_connections": "60",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster: its socket folder and the counter that names its databases."""

    folder: Path
    names: Iterator[int]

    def url(self, database: str) -> str:
        """Return the address of one of its databases."""
        return f"postgresql://rollcall@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def make_template(self, fill: Callable[[str], None]) -> None:
        """Create the database that all others copy; `fill` gets its address."""
        self.execute(f"create database {TEMPLATE}")
        fill(self.url(TEMPLATE))

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """Yield the address of a new copy of the template; it is dropped afterwards."""
        name = f"rollcall_{next(self.names)}"
        self.execute(f"create database {name} template {TEMPLATE}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"drop database {name} with (force)")


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a cluster, yield it once it answers, stop it and remove its folder."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="rollcall-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    try:
        if user is not None:
            shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
        _initialise(binaries, folder, user)
        server = _start(binaries, folder, user)
        try:
            cluster = Cluster(folder, count(1))
            _wait(cluster, server)
            yield cluster
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()
    finally:
        shutil.rmtree(folder)


def _binaries() -> Path:
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not versions:
        raise RuntimeError("PostgreSQL's server programs are missing: run scripts/test_tools.sh")
    return versions[-1].parent


def _initialise(binaries: Path, folder: Path, user: str | None) -> None:
    command = [*_as_user(user), str(binaries / "initdb"), "--pgdata", str(folder / "data"), "--no-sync"]
    command += ["--username", "rollcall", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr.decode()}")


def _start(binaries: Path, folder: Path, user: str | None) -> subprocess.Popen[bytes]:
    command = [*_as_user(user), str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
    command += [f"--{name}={value}" for name, value in SETTINGS.items()]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)


def _as_user(user: str | None) -> list[str]:
    become = [] if user is None else [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    return ["setpriv", *become, "--pdeathsig=QUIT"]


def _wait(cluster: Cluster, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_LIMIT_S
    while server.poll() is None and time.monotonic() < until:
        try:
            cluster.execute("select 1")
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start: {(cluster.folder / 'log').read_text()}")

"""The two servers of the benchmarks, each a process of its own on the loopback, ended with the block that asked."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

END_LIMIT_S = 15


@dataclass(frozen=True, slots=True)
class Rollcall:
    """A running server with one project."""

    port: int
    key: str
    process: psutil.Process

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Echo:
    """A running bare echo."""

    port: int
    process: psutil.Process


@contextmanager
def rollcall_server() -> Iterator[Rollcall]:
    """Run `rollcall serve` with nothing configured in a temporary directory."""
    with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as data:
        rollcall = [sys.executable, "-m", "rollcall"]
        made = subprocess.run(
            [*rollcall, "project", "create", "bench", "--data", data],
            capture_output=True,
            text=True,
            check=True,
        )
        command = [*rollcall, "serve", "--data", data, "--port", "0", "--rtmp-port", "0"]
        with (Path(data) / "log").open("wb") as log, _process(command, log) as (line, process):
            yield Rollcall(int(line.rstrip("/").rpartition(":")[2]), made.stdout.split()[-1], process)


@contextmanager
def echo_server() -> Iterator[Echo]:
    """Run the bare peer."""
    with _process([sys.executable, "-m", "bench.peer_echo"], None) as (line, process):
        yield Echo(int(line), process)


@contextmanager
def _process(command: list[str], log: object) -> Iterator[tuple[str, psutil.Process]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as started:  # type: ignore[call-overload]
        try:
            assert started.stdout is not None
            line = started.stdout.readline().strip()
            if not line:
                raise RuntimeError(f"{' '.join(command)} did not start")
            yield line, psutil.Process(started.pid)
        finally:
            started.terminate()
            try:
                started.wait(END_LIMIT_S)
            except subprocess.TimeoutExpired:
                started.kill()

"""A real server in a process of its own, as tests meet it: started with nothing configured, killed, started again."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_LIMIT_S = 60


class RunningServer:
    """`rollcall serve` on ports that stay the same over restarts, with one project and its key."""

    def __init__(self, data: Path, *origins: str) -> None:
        self.data = data
        self.origins = origins
        self.port = self._rtmp_port = 0
        self._process: subprocess.Popen[str] | None = None
        self.url = self.rtmp_url = ""
        lines = self.command("project", "create", "Test", *(f"--origin={o}" for o in origins)).splitlines()
        self.project, self.embed_kid, self.embed_secret = (line.split()[-1] for line in lines[:3])
        self.key = lines[-1]

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process is not None
        return self._process.pid

    def command(self, *arguments: str) -> str:
        """Run `rollcall …` on the same data; return what it prints."""
        line = [sys.executable, "-m", "rollcall", *arguments, "--data", str(self.data)]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, environment: Mapping[str, str] | None = None, *, may_end: bool = False) -> None:
        """Start, with more in its environment, and wait until it answers, or has ended already where it `may_end`."""
        ports = ["--port", str(self.port), "--rtmp-port", str(self._rtmp_port)]
        line = [sys.executable, "-m", "rollcall", "serve", "--data", str(self.data), *ports]
        if (config := self.data / "rollcall.toml").exists():
            line += ["--config", str(config)]
        with (self.data / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                line, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **(environment or {})}
            )
        assert self._process.stdout is not None
        said = [self._process.stdout.readline().split()[-1:] for _ in range(2)]
        if may_end and self.url and not all(said):
            return  # it takes evidence, and meets crash points, before it says where it is
        assert all(said), f"the server did not start: {self.log()}"
        (self.url,), (self.rtmp_url,) = said
        self.port = self.port or int(self.url.rpartition(":")[2])  # behind a proxy the address names another
        self._rtmp_port = int(self.rtmp_url.rpartition(":")[2].partition("/")[0])

    def kill(self) -> None:
        """End it without a chance to say anything."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._end(signal.SIGTERM)

    def tell(self, order: signal.Signals) -> None:
        """Send it a signal; `ended` waits for what follows."""
        assert self._process is not None
        self._process.send_signal(order)

    def is_alive(self) -> bool:
        """Tell whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def ended(self, within_s: float = 60) -> int:
        """Wait until it has ended by itself; return its exit code, the negative signal where one killed it."""
        assert self._process is not None
        code = self._process.wait(within_s)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None
        return code

    def log(self) -> str:
        """What it wrote."""
        return (self.data / "server.log").read_text("utf-8", "replace")

    def call(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> tuple[int, Any]:
        """Call the API; return status and decoded answer (text when it is no JSON, None when empty)."""
        request = urllib.request.Request(
            f"{self.url}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {key or self.key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, _decoded(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, _decoded(refused.read())

    def must(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API and return the answer of a success."""
        status, answer = self.call(method, path, body)
        assert status < 300, f"{method} {path}: {status} {answer}"
        return answer

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            os.kill(self._process.pid, how)
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None


def _decoded(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


@contextmanager
def running_server() -> Iterator[RunningServer]:
    """Run a server on data of its own while the block lasts, for a soak or a benchmark."""
    with tempfile.TemporaryDirectory(prefix="rollcall-") as folder:
        server = RunningServer(Path(folder) / "data")
        server.start()
        try:
            yield server
        finally:
            server.stop()

"""The demo: a whole running event behind the links it prints, and nothing left when it is told to stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import pytest

LIMIT_S = 60


def three_free_ports() -> int:
    """Return the first of three ports in a row that are free."""
    for first in range(20_000 + os.getpid() % 10_000, 60_000, 3):
        try:
            for port in range(first, first + 3):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first
    raise AssertionError("no three free ports")


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def wish(url: str, body: dict[str, Any]) -> Any:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def state_with_signal(site: str) -> Any:
    until = time.monotonic() + LIMIT_S
    while True:
        state = json.loads(read(f"{site}/organiser/state"))
        if state["media"]["signal"] == "on" or time.monotonic() > until:
            return state
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_runs_an_event_and_stops_without_a_trace(tmp_path: Path, stop: signal.Signals) -> None:
    port = three_free_ports()
    command = [
        sys.executable,
        "-m",
        "rollcall",
        "demo",
        "--port",
        str(port),
        "--data",
        str(tmp_path / "data"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        try:
            lines = [demo.stdout.readline() for _ in range(11)]
            site = f"http://localhost:{port + 1}"
            assert any(line.split()[-1:] == [f"{site}/organiser"] for line in lines), lines
            assert f"http://127.0.0.1:{port}/embed/" in read(f"{site}/doctor/petrov")
            state = state_with_signal(site)
            assert state["media"]["signal"] == "on"
            assert len(state["statistics"]["sessions"]) == 3
            assert len(state["statistics"]["participants"]) == 3
            assert wish(f"{site}/organiser/ask", {"lifetime_s": 30})["lifetime_s"] == 30
            assert wish(f"{site}/organiser/say", {"text": "Здравствуйте!"})["text"] == "Здравствуйте!"
            children = psutil.Process(demo.pid).children(recursive=True)
            assert len(children) >= 4  # server, media process, encoder, training site
        finally:
            demo.send_signal(stop)
        assert demo.wait(30) == 0
        assert psutil.wait_procs(children, timeout=10)[1] == []

"""Chromium as doctors have it: nobody holds its tabs awake or in view, and it can be killed.

Playwright keeps every page focused and visible and its timers running, so these tests speak the debugging protocol
themselves. One `Tab` is one socket; it only evaluates and calls.
"""

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp

ARGUMENTS = (
    "/usr/bin/chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio",
    "--hide-crash-restore-bubble", "--remote-debugging-port=0", "--lang=ru", "--window-size=1000,640",
)  # fmt: skip
START_S = 40


class Tab:
    """One tab, driven over its own debugging socket."""

    def __init__(self, url: str, target: str, socket: aiohttp.ClientWebSocketResponse | None = None) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.url = url
        self.target = target

    async def leave_alone(self) -> None:
        """Let go of the tab: the browser discards none that a debugger looks into."""
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol; return its result."""
        assert self._socket is not None, "nothing is attached"
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            answer = await self._socket.receive_json(timeout=30)
            if answer.get("id") == number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return dict(answer["result"])

    async def evaluate(self, expression: str, *, gesture: bool = False) -> Any:
        """Return the value of an expression in the page. `gesture`: as if the viewer had just touched it."""
        answer = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, userGesture=gesture
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def visit(self, url: str, before: str) -> None:
        """Go to an address; `before` runs in the page before anything of its own."""
        await self.call("Page.enable")
        await self.call("Page.addScriptToEvaluateOnNewDocument", source=before)
        await self.call("Page.navigate", url=url)

    async def click(self, selector: str) -> None:
        """Click an element that is there."""
        await self.evaluate(f"document.querySelector({selector!r}).click()", gesture=True)


class Chromium:
    """A browser in processes of its own with a profile that outlives it."""

    def __init__(self, profile: Path, *arguments: str) -> None:
        self._profile = profile
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._base = ""
        self._stack = contextlib.AsyncExitStack()
        self._http: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._http = await self._stack.enter_async_context(aiohttp.ClientSession())
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        await self._stack.aclose()

    async def start(self) -> None:
        """Start with the same profile, and wait until it answers."""
        port = self._profile / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        line = [*ARGUMENTS, *self._arguments, f"--user-data-dir={self._profile}", "about:blank"]
        self._process = _run(line)
        async with asyncio.timeout(START_S):
            while not port.exists() or "\n" not in port.read_text():
                await asyncio.sleep(0.05)
        self._base = f"http://127.0.0.1:{port.read_text().split()[0]}"

    def kill(self) -> None:
        """End every process of it at once, with no chance to say or store anything."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
            self._process = None

    async def open(self, url: str) -> Tab:
        """Open a tab in front of the others."""
        async with self._http.put(f"{self._base}/json/new?{quote(url, safe='')}") as answer:
            target = await answer.json()
        socket = await self._http.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0)
        return Tab(url, target["id"], socket)

    async def moved(self, tab: Tab) -> Tab:
        """Return a tab as it is known now: one that was discarded is another to the protocol. Nothing is attached."""
        async with self._http.get(f"{self._base}/json/list") as answer:
            (target,) = [each["id"] for each in await answer.json() if each["url"] == tab.url]
        return Tab(tab.url, target)

    async def front(self, tab: Tab) -> None:
        """Bring a tab to the front; the one that was there is hidden."""
        async with self._http.get(f"{self._base}/json/activate/{tab.target}") as answer:
            assert answer.status == 200

    async def close(self, tab: Tab) -> None:
        """Close a tab."""
        async with self._http.get(f"{self._base}/json/close/{tab.target}") as answer:
            assert answer.status == 200


def _run(line: list[str]) -> subprocess.Popen[bytes]:
    """Start a group of processes that can be killed as one."""
    return subprocess.Popen(
        line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )

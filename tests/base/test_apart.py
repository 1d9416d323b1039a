"""Work apart: its answer and its failure come back, and a process ends in the middle of it."""

import asyncio
import subprocess
import sys
from threading import Event

import pytest

from rollcall.base.apart import apart

ENDLESS = """
import asyncio, threading
from rollcall.base.apart import apart

async def begin():
    begun = threading.Event()
    task = asyncio.create_task(apart(lambda: (begun.set(), threading.Event().wait())))
    while not begun.is_set():
        await asyncio.sleep(0)
    task.cancel()

asyncio.run(begin())
print("ended")
"""


async def test_what_work_returns_or_raises_comes_back() -> None:
    assert await apart(lambda: 6 * 7) == 42
    with pytest.raises(ZeroDivisionError):
        await apart(lambda: 1 / 0)


async def test_nobody_hears_of_work_that_was_cancelled() -> None:
    begun, go_on, done = Event(), Event(), Event()

    def work() -> None:
        begun.set()
        go_on.wait()
        done.set()

    task = asyncio.create_task(apart(work))
    while not begun.is_set():
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    while not done.is_set():
        await asyncio.sleep(0)


def test_a_process_ends_without_waiting_for_it() -> None:
    ran = subprocess.run([sys.executable, "-c", ENDLESS], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "ended\n", "")

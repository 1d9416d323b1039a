"""What a busy chat costs the page's main thread: the same page twice in one Chromium, slowed down like an old computer.

One stands beside a chat of 500 messages a minute, first at its end, then amid 20,000 messages; the other beside a chat
in which nobody says anything.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from playwright.async_api import Page

from bench.result import Result, beside
from tests.browser.stage import Stage, staged
from tests.browser.stage import beside as another_media

HISTORY: Final = 20_000
AT_ONCE: Final = 40
PER_MINUTE: Final = 500
PAGE_SECONDS: Final = 60
SLOWER: Final = 2
LONG_TASK_MS: Final = 50
TASK: Final = "ThreadControllerImpl::RunTask"
WORDS: Final = [
    "Коллеги,",
    "добрый",
    "день.",
    "Какова",
    "тактика",
    "при",
    "сочетании",
    "ХСН",
    "и",
    "ХБП?",
    "Спасибо",
    "за",
    "очень",
    "полезный",
    "доклад.",
]


def run() -> list[Result]:
    """Measure both pages at once."""
    return asyncio.run(_measure_page())


async def _measure_page() -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="rollcall-") as folder:
        async with staged(Path(folder)) as busy, another_media(busy) as silent:
            await _fill(busy, HISTORY)
            with_chat, without = await _watch(busy), await _watch(silent)
            followed = await _together(busy, with_chat, without)
            loaded = await _read_back(with_chat)
            read = await _together(busy, with_chat, without)
    return [*_results("at the end of the chat", followed), *_results(f"amid {loaded:,} messages", read)]


@dataclass(frozen=True, slots=True)
class LongTasks:
    """The long tasks of a page's main thread, in ms: as long as they took, and as long as they had the processor.

    Where others want the processor too, a task of a few ms takes as long as they let it wait.
    """

    wall_ms: float
    processor_ms: float


def _results(where: str, measured: tuple[LongTasks, LongTasks]) -> list[Result]:
    """Return both pages' sums; each has one task of grace, as none at all compares with nothing."""
    peer = "same page, silent chat"
    ours, theirs = measured
    pairs = {
        "by the clock": (ours.wall_ms, theirs.wall_ms),
        "by the processor": (ours.processor_ms, theirs.processor_ms),
    }
    return [
        beside(
            f"long tasks {where}, {how}",
            ours_ms + LONG_TASK_MS,
            "ms",
            (peer, theirs_ms + LONG_TASK_MS),
            "ratio ≤ 1.5",
        )
        for how, (ours_ms, theirs_ms) in pairs.items()
    ]


async def _fill(stage: Stage, count: int) -> None:
    """Say so many things, some at a time."""
    gate = asyncio.Semaphore(AT_ONCE)
    random = Random(3)

    async def one(number: int) -> None:
        async with gate:
            await _announce(stage, number, random)

    for start in range(0, count, 1_000):
        await asyncio.gather(*(one(start + n) for n in range(min(1_000, count - start))))


def _announce(stage: Stage, number: int, random: Random) -> Awaitable[Any]:
    text = f"{number} {' '.join(random.choices(WORDS, k=random.randrange(3, 25)))}"
    return stage.api.call(
        "POST", f"/media/{stage.media}/chat", {"text": text, "name": f"Врач {number % 300}"}
    )


async def _watch(stage: Stage) -> Page:
    """Open the player on a slow computer."""
    context = await stage.browser.new_context(viewport={"width": 1280, "height": 720}, locale="ru-RU")
    page = await context.new_page()
    protocol = await context.new_cdp_session(page)
    await protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.goto(await stage.launch("d-1"))
    await page.get_by_test_id("chat-input").wait_for(timeout=60_000)
    await asyncio.sleep(10)
    return page


async def _together(stage: Stage, busy: Page, silent: Page) -> tuple[LongTasks, LongTasks]:
    """Talk for a while; return the long tasks of both pages meanwhile."""
    await stage.browser.start_tracing(categories=["toplevel", "blink.user_timing"])
    for name, page in (("busy", busy), ("silent", silent)):
        await page.evaluate("name => performance.mark(name)", f"rollcall-{name}")
    async with _talking(stage):
        await asyncio.sleep(PAGE_SECONDS)
    events = json.loads(await stage.browser.stop_tracing())["traceEvents"]
    return _of_page(events, "rollcall-busy"), _of_page(events, "rollcall-silent")


def _of_page(events: list[dict[str, Any]], mark: str) -> LongTasks:
    """Return the long tasks of the thread in which the mark was made."""
    thread = next((event["pid"], event["tid"]) for event in events if event.get("name") == mark)
    tasks = [
        event
        for event in events
        if event.get("name") == TASK and (event["pid"], event["tid"]) == thread and "dur" in event
    ]
    assert tasks
    return LongTasks(*(_long(task.get(kind, 0) / 1000 for task in tasks) for kind in ("dur", "tdur")))


def _long(tasks_ms: Iterable[float]) -> float:
    return sum(ms for ms in tasks_ms if ms >= LONG_TASK_MS)


@asynccontextmanager
async def _talking(stage: Stage) -> AsyncIterator[None]:
    """Say PER_MINUTE things a minute while the block lasts."""

    async def talk() -> None:
        random, number = Random(5), HISTORY
        at_s = time.perf_counter()
        while True:
            at_s += 60 / PER_MINUTE
            await asyncio.sleep(max(0.0, at_s - time.perf_counter()))
            await _announce(stage, number, random)
            number += 1

    talking = asyncio.create_task(talk())
    try:
        yield
    finally:
        talking.cancel()


async def _read_back(page: Page) -> int:
    """Scroll up to the first message, then to the middle; return how many messages the page has."""
    loaded = "document.querySelector('rollcall-chat').store.value.room"
    async with asyncio.timeout(300):
        while await page.evaluate(f"{loaded}.more"):
            await page.evaluate("document.querySelector('.chat-list').scrollTop = 0")
            await asyncio.sleep(0.1)
    await page.evaluate(
        "() => { const box = document.querySelector('.chat-list'); box.scrollTop = box.scrollHeight / 2 }"
    )
    await asyncio.sleep(5)
    return int(await page.evaluate(f"{loaded}.items.length"))

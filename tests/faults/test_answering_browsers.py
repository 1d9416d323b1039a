"""F31 in a real browser: programs that answer for somebody, and people, before the same prompts of a real server.

A few answers of each; thousands of them, as values, are in `test_answering_programs`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from math import exp
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import BrowserContext, Page

from tests.browser.stage import Stage, eventually, player, staged

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHECKS, EVERY_S = 4, 2.5
PROGRAMS = ("script", "debugger", "second")
PEOPLE = ("uniform", "human")

# Clicks from inside the page, as soon as there is a button.
SCRIPT = """if (location.pathname.startsWith("/embed/"))
  setInterval(() => document.querySelector("[data-testid=check-confirm]")?.click(), 5)"""
# Tells the debugger where to click, some time after there is a button.
LOOKOUT = """if (location.pathname.startsWith("/embed/")) {
  let asked = null;
  setInterval(() => {
    const button = document.querySelector("[data-testid=check-confirm]");
    const check = button?.closest("[data-check]")?.dataset.check;
    if (!button || check === asked) return;
    asked = check;
    setTimeout(() => {
      const at = button.getBoundingClientRect();
      press(at.x + at.width / 2, at.y + at.height / 2);
    }, AFTER_MS);
  }, 5);
}"""


async def open_player(context: BrowserContext, stage: Stage, user_id: str, script: str | None = None) -> Page:
    page = await context.new_page()
    if script is not None:
        await page.add_init_script(script)
    await page.goto(f"{stage.site}/?player={quote(await stage.launch(user_id), safe='')}")
    return page


async def let_debugger_click(context: BrowserContext, stage: Stage, user_id: str, after_ms: int) -> None:
    """Open a player whose prompts are answered through the debugging protocol, without moving the mouse."""
    page = await context.new_page()
    debugger = await context.new_cdp_session(page)

    async def press(_source: Any, x: float, y: float) -> None:
        where = {"x": x + frame["x"], "y": y + frame["y"], "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            await debugger.send("Input.dispatchMouseEvent", {"type": kind, **where})

    await page.expose_binding("press", press)
    await page.add_init_script(LOOKOUT.replace("AFTER_MS", str(after_ms)))
    await page.goto(f"{stage.site}/?player={quote(await stage.launch(user_id), safe='')}")
    frame: Any = await page.locator("#player").bounding_box()


async def answer_by_hand(page: Page, draw: Random, *, uniform: bool) -> None:
    """Answer each prompt with a mouse that moves, after a time of 1-5 s or as people take it."""
    button = player(page).get_by_test_id("check-confirm").first
    while True:
        await button.wait_for(timeout=300_000)
        check = await button.evaluate("button => button.closest('[data-check]').dataset.check")
        own = player(page).locator(f'[data-check="{check}"]').get_by_test_id("check-confirm")
        await asyncio.sleep(draw.uniform(1, 5) if uniform else min(5.0, 1.4 * exp(draw.gauss(0, 0.5))))
        box: Any = await own.bounding_box()
        await page.mouse.move(draw.uniform(50, 800), draw.uniform(50, 500))
        x, y = box["x"] + box["width"] * draw.uniform(0.3, 0.7), box["y"] + box["height"] / 2
        await page.mouse.move(x, y, steps=6)
        await page.mouse.down()
        await page.mouse.up()
        await own.wait_for(state="detached", timeout=60_000)


@contextlib.asynccontextmanager
async def answering(stage: Stage) -> AsyncIterator[None]:
    """Open a player for everybody and let them answer."""
    people = f"/lists/{stage.people}/participants"
    for user_id in PROGRAMS + PEOPLE:
        await stage.api.call("PUT", f"{people}/{user_id}", {"name": user_id})
    context = stage.context
    await open_player(context, stage, "script", SCRIPT)
    await let_debugger_click(context, stage, "debugger", 50)
    await let_debugger_click(context, stage, "second", 1_000)
    hands = []
    for seed, user_id in enumerate(PEOPLE):
        page = await open_player(context, stage, user_id)
        hands.append(asyncio.create_task(answer_by_hand(page, Random(seed), uniform=user_id == "uniform")))
    try:
        yield
    finally:
        for task in hands:
            task.cancel()
        await asyncio.gather(*hands, return_exceptions=True)


async def test_programs_are_flagged_and_people_are_not(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.end_encoder()  # nobody has to watch to be asked
        async with answering(stage):
            await eventually(lambda: connected(stage), 120)
            for _ in range(CHECKS):
                await stage.api.call("POST", f"/media/{stage.media}/checks", {"lifetime_s": 300})
                await asyncio.sleep(EVERY_S)
            await eventually(lambda: confirmed(stage), 120)
            found = await eventually(lambda: flagged(stage), 120)
        assert found.keys() == set(PROGRAMS)
        assert "untrusted_answer" in found["script"]
        assert "no_pointer" in found["debugger"]
        assert "no_pointer" in found["second"]


async def connected(stage: Stage) -> bool:
    media = await stage.api.call("GET", f"/media/{stage.media}")
    return bool(media["viewers_now"] == len(PROGRAMS + PEOPLE))


async def confirmed(stage: Stage) -> bool:
    """Tell whether the people have confirmed every check."""
    rows = [(await stage.statistics(user_id))[1] for user_id in PEOPLE]
    return all(check["outcome"] == "confirmed" for row in rows for check in row["checks"])


async def flagged(stage: Stage) -> dict[str, set[str]] | None:
    """Return the kinds of flag by user, once all the programs have what their fourth answer shows."""
    found: dict[str, set[str]] = {}
    for flag in (await stage.api.call("GET", f"/media/{stage.media}/flags"))["items"]:
        found.setdefault(flag["user_id"], set()).add(flag["kind"])
    slow = all("no_pointer" in found.get(user_id, ()) for user_id in PROGRAMS)
    return found if slow else None

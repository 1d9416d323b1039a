"""WCAG 2.2 AA by axe in every state: light on a desktop, dark on the narrowest phone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize

from tests.browser.stage import Stage
from tests.browser.states import STATES, Show, shown

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP = ViewportSize(width=1280, height=720)
PHONE = ViewportSize(width=320, height=640)

# What of the panel's head lies under something else, where no dialog covers the whole page.
HIDDEN = """() => document.querySelector("dialog[open]") ? [] :
  [...document.querySelectorAll(".panel header button")].filter(button => {
    const { left, top, width, height } = button.getBoundingClientRect();
    const corners = [[0.1, 0.5], [0.5, 0.5], [0.9, 0.5]];
    return corners.some(([x, y]) => !button.contains(document.elementFromPoint(left + x * width, top + y * height)));
  }).map(button => `covered: ${button.textContent.trim() || button.ariaLabel}`)"""


async def violations(page: Page) -> list[str]:
    """Return what axe objects to: the rule, and where."""
    if not await page.evaluate("typeof axe !== 'undefined'"):
        await page.evaluate(AXE.read_text())
    found: dict[str, Any] = await page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", RULES
    )
    return [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


async def test_axe_finds_nothing_and_nothing_is_cut_off_in_any_state(stage: Stage) -> None:
    context = await stage.browser.new_context(viewport=DESKTOP, locale="ru-RU", reduced_motion="reduce")
    show = Show(stage, context)
    found: dict[str, list[str]] = {}
    for state in STATES:
        async with shown(state, show) as page:
            await page.emulate_media(color_scheme="light")
            found[f"{state.name}, desktop"] = await violations(page)
            found[f"{state.name}, desktop"] += await page.evaluate(HIDDEN)
            await page.emulate_media(color_scheme="dark")
            await page.set_viewport_size(PHONE)
            found[f"{state.name}, phone"] = await violations(page)
            found[f"{state.name}, phone"] += await page.evaluate(HIDDEN)
            if not await page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                found[f"{state.name}, phone"].append("wider than the screen")
    assert not any(found.values()), "\n".join(
        f"{name}: {one}" for name, what in found.items() for one in what
    )
    await context.close()


async def test_axe_would_find_something(stage: Stage) -> None:
    """The check itself fails where there is something to object to."""
    page = await stage.browser.new_page()
    await page.goto(f"{stage.server.url}/embed/{stage.media}")
    await page.get_by_test_id("refusal").wait_for()
    await page.evaluate("document.querySelector('h1').innerHTML = '<img src=/x.png><button></button>'")
    assert {found.split(":")[0] for found in await violations(page)} >= {"image-alt", "button-name"}

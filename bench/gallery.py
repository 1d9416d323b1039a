"""`make gallery`: a picture of every state of the player, on a desktop and a phone, for `docs/gallery`.

The states are those that axe tests (`tests/browser/states.py`), on a real server with a real broadcast. Names on the
command line choose some of them; the page that lists them is written only when all were made.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.browser.stage import staged
from tests.browser.states import STATES, Show, State, shown

GALLERY = Path(__file__).parents[1] / "docs" / "gallery"
QUALITY = 72
DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 720}, "locale": "ru-RU", "color_scheme": "light"},
    "phone": {
        "viewport": {"width": 360, "height": 740}, "locale": "ru-RU", "color_scheme": "dark",
        "is_mobile": True, "has_touch": True,
    },
}  # fmt: skip
HEAD = """# Галерея

Все состояния плеера, как их видит участник: на компьютере в светлой теме и на телефоне в тёмной. Снимки сделаны
командой `make gallery` в Chromium, с настоящим сервером и настоящим эфиром.
"""


async def make(states: list[State]) -> None:
    """Take the pictures of these states."""
    GALLERY.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder)) as stage:
            for device, options in DEVICES.items():
                show = Show(stage, await stage.browser.new_context(**options))
                for state in states:
                    async with shown(state, show) as page:
                        file = GALLERY / f"{state.name}-{device}.jpg"
                        await page.screenshot(path=file, type="jpeg", quality=QUALITY)
                        print(f"{file.name}: {file.stat().st_size // 1024} KB", flush=True)
                await show.context.close()


def page_of(states: list[State]) -> str:
    """Return the page that shows them all."""
    rows = [
        f"## {state.caption}\n\n"
        f'<img src="{state.name}-desktop.jpg" width="560" alt="{state.caption}, компьютер">'
        f' <img src="{state.name}-phone.jpg" width="180" alt="{state.caption}, телефон">\n'
        for state in states
    ]
    return "\n".join([HEAD, *rows])


def main() -> None:
    """Make all, or those that are named."""
    names = set(sys.argv[1:])
    unknown = names - {state.name for state in STATES}
    if unknown:
        sys.exit(
            f"No such state: {', '.join(sorted(unknown))}. There are {', '.join(s.name for s in STATES)}."
        )
    asyncio.run(make([state for state in STATES if not names or state.name in names]))
    if not names:
        (GALLERY / "README.md").write_text(page_of(STATES))


if __name__ == "__main__":
    main()

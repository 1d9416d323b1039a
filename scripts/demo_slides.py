"""Render `demo_slides.html` into the pictures that the demo broadcasts: `demo_slides.py InterVariable.woff2`.

Chromium draws, in the font that is given (without one in the system's), and ffmpeg gives each picture
a palette of its own, so that it stays small. Run by hand when a slide changes.
"""

import subprocess
import sys
from base64 import b64encode
from pathlib import Path

from playwright.sync_api import sync_playwright

from rollcall.cli.demo.picture import PICTURES
from rollcall.media.encoder import ffmpeg_path

SOURCE = Path(__file__).with_suffix(".html")
PALETTE = "split[a][b];[a]palettegen=max_colors=96:reserve_transparent=0[p];[b][p]paletteuse=dither=none"


def main() -> None:
    """Write every shot of the page under its id."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(SOURCE.as_uri())
        for font in sys.argv[1:]:
            page.add_style_tag(content=_font_face(Path(font)))
            page.evaluate("document.fonts.load('500 24px Inter', 'ДD')")
        for shot in page.locator(".shot").all():
            _write(PICTURES / f"{shot.get_attribute('id')}.png", shot.screenshot())
        browser.close()


def _font_face(font: Path) -> str:
    data = b64encode(font.read_bytes()).decode()
    return (
        f"@font-face {{ font-family: Inter; font-weight: 100 900; src: url(data:font/woff2;base64,{data}) }}"
    )


def _write(target: Path, png: bytes) -> None:
    command = [ffmpeg_path(), "-loglevel", "error", "-y", "-f", "png_pipe", "-i", "pipe:0"]
    filters = ["-vf", PALETTE, "-compression_level", "9", "-pred", "none", "-frames:v", "1", str(target)]
    subprocess.run([*command, *filters], input=png, check=True)  # noqa: S603 - our own words


if __name__ == "__main__":
    main()

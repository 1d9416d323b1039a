"""WebKitGTK, driven through its own WebDriver on a screen of its own: the second engine of the basic run."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.webkitgtk.service import Service

DRIVER = "/usr/bin/WebKitWebDriver"
# As root and in containers its own sandbox cannot begin; the picture is decoded and drawn without a graphics card.
SURROUNDINGS = {
    "GDK_BACKEND": "x11",
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "NO_AT_BRIDGE": "1",
    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
}


@contextlib.contextmanager
def webkit() -> Iterator[webdriver.WebKitGTK]:
    """Start a screen and the browser on it; both end here."""
    with _screen() as display:
        options = webdriver.WebKitGTKOptions()
        options.binary_location = str(_browser())
        options.add_argument("--automation")
        service = Service(DRIVER, env={**os.environ, **SURROUNDINGS, "DISPLAY": display})
        browser = webdriver.WebKitGTK(options=options, service=service)
        try:
            yield browser
        finally:
            browser.quit()


def _browser() -> Path:
    """Return the newest of the installed ones."""
    return max(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))


@contextlib.contextmanager
def _screen() -> Iterator[str]:
    """Run a screen without a monitor; it chooses its own number."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()

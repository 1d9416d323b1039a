"""Statistics as a protocol for paper: who was there, by which rules, and lines for signatures.

Rows go to disk as they are made, a thousand in a file. Processes of their own set them, one after the other, so that
neither the event loop nor the server's memory knows of it. How many pages there are is known when all parts are set,
so those of a long protocol are set twice. The file is handed on once it is whole.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from itertools import islice
from pathlib import Path

import msgspec

from rollcall.domain.logo import Logo
from rollcall.render.protocol.page import logo_file, page_of
from rollcall.wire.statistics import Report

TEMPLATE = "protocol.typ"
WHOLE = "protocol.pdf"
ROWS_PER_PART = 1_000
PIECE_BYTES = 1 << 16


class NotSet(RuntimeError):
    """Raised when the protocol could not be set; says what the setting process said."""


def pdf_chunks(report: Report, rows_per_part: int = ROWS_PER_PART) -> Iterator[bytes]:
    """Yield the report as the pieces of one PDF file, once all of it has been set."""
    with tempfile.TemporaryDirectory(prefix="rollcall-pdf-") as name:
        folder = Path(name)
        parts = _write_parts(report, folder, rows_per_part)
        with _print(folder, parts).open("rb") as made:
            while piece := made.read(PIECE_BYTES):
                yield piece


def prints(logo: Logo) -> bool:
    """Tell whether a logo can be set; what cannot would spoil every protocol."""
    with tempfile.TemporaryDirectory(prefix="rollcall-pdf-") as name:
        folder = Path(name)
        (folder / logo_file(logo)).write_bytes(logo.content)
        (folder / TEMPLATE).write_text(f'#image("{logo_file(logo)}")', "utf-8")
        try:
            _run(folder, "part", WHOLE)
        except NotSet:
            return False
        return True


def _write_parts(report: Report, folder: Path, rows_per_part: int) -> list[str]:
    """Write the template and everything that it reads; return the names of the files of rows, "" for one without."""
    page = page_of(report)
    rows = enumerate(report.participants, 1)
    parts: list[str] = []
    count = 0
    for part in iter(lambda: list(islice(rows, rows_per_part)), []):
        parts.append(f"rows-{len(parts)}.json")
        cells = [page.row(number, row) for number, row in part]
        (folder / parts[-1]).write_bytes(msgspec.json.encode(cells))
        count += len(part)
    (folder / "head.json").write_bytes(msgspec.json.encode(page.head() | {"count": str(count)}))
    if report.logo is not None:
        (folder / logo_file(report.logo)).write_bytes(report.logo.content)
    template = files("rollcall.render.protocol").joinpath(TEMPLATE)
    (folder / TEMPLATE).write_bytes(template.read_bytes())
    return parts or [""]


def _print(folder: Path, parts: list[str]) -> Path:
    """Set the parts and return the whole."""
    if len(parts) == 1:
        _set(folder, parts, 0, WHOLE)
        return folder / WHOLE
    made = [f"{at}.pdf" for at in range(len(parts))]
    pages = [_set(folder, parts, at, name) for at, name in enumerate(made)]
    for at, name in enumerate(made):
        _set(folder, parts, at, name, first_page=1 + sum(pages[:at]), all_pages=sum(pages))
    _run(folder, "whole", *made)
    return folder / WHOLE


def _set(
    folder: Path, parts: list[str], at: int, made: str, *, first_page: int = 1, all_pages: int = 0
) -> int:
    """Set one part and return how many pages it has; `all_pages` 0: as many as this part has."""
    ends = {"first": at == 0, "last": at == len(parts) - 1}
    told = [f"{name}={'yes' if holds else ''}" for name, holds in ends.items()]
    numbers = [f"first_page={first_page}", f"all_pages={all_pages}"]
    return int(_run(folder, "part", made, f"rows={parts[at]}", *told, *numbers))


def _run(folder: Path, *task: str) -> bytes:
    command = [sys.executable, "-m", "rollcall.render.protocol.press", str(folder), *task]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603
    if ran.returncode != 0:
        raise NotSet(ran.stderr.decode("utf-8", "replace")[-2_000:])
    return ran.stdout

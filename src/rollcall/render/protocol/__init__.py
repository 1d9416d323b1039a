"""Statistics as a protocol for paper: who was there, by which rules, and lines for signatures.

Rows go to disk as they are made, a thousand in a file. Processes of their own set them, one after the other, so that
neither the event loop nor the server's memory knows of it. How many pages there are is known when all parts are set,
so those of a long protocol are set twice. The file is handed on once it is whole. It says that it was made when it was
counted, so that one report is always the same bytes.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from itertools import islice
from pathlib import Path

import msgspec

from rollcall.domain.logo import Logo
from rollcall.render.protocol.page import logo_file, page_of
from rollcall.wire.statistics import Report, always, nobody

TEMPLATE = "protocol.typ"
WHOLE = "protocol.pdf"
ROWS_PER_PART = 1_000
PIECE_BYTES = 1 << 16
ASK_AGAIN_S = 0.2


class NotSet(RuntimeError):
    """Raised when the protocol could not be set; says what the setting process said."""


@dataclass(frozen=True, slots=True)
class _Press:
    """Where one protocol is set: in which folder, as of which Unix second, and for as long as `go_on` lets it.

    `tell_share` hears how far it is.
    """

    folder: Path
    made_s: int
    go_on: Callable[[], None] = always
    tell_share: Callable[[float], None] = nobody

    def run(self, *task: str) -> bytes:
        """Do one task in a process of its own and return what it says; raises NotSet."""
        command = [sys.executable, "-m", "rollcall.render.protocol.press", str(self.folder), *task]
        pipe = subprocess.PIPE
        with (
            _lifeline() as line,
            subprocess.Popen(command, stdin=line, stdout=pipe, stderr=pipe) as process,  # noqa: S603
        ):
            try:
                said, complaint = self._wait(process)
            except BaseException:
                process.kill()
                raise
        if process.returncode != 0:
            raise NotSet(complaint.decode("utf-8", "replace")[-2_000:])
        return said

    def _wait(self, process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
        while True:
            self.go_on()
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.communicate(timeout=ASK_AGAIN_S)


@contextlib.contextmanager
def _lifeline() -> Iterator[int]:
    """Yield one end of a pipe: who reads it hears of the end of this process, however it ends."""
    reading, held = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(held)


def pdf_chunks(report: Report, rows_per_part: int = ROWS_PER_PART) -> Iterator[bytes]:
    """Yield the report as the pieces of one PDF file, once all of it has been set."""
    with tempfile.TemporaryDirectory(prefix="rollcall-pdf-") as name:
        folder = Path(name)
        parts = _write_parts(report, folder, rows_per_part)
        made_s = int(datetime.fromisoformat(report.generated_at).timestamp())
        press = _Press(folder, made_s, report.go_on, report.tell_share)
        with _print(press, parts).open("rb") as made:
            while piece := made.read(PIECE_BYTES):
                yield piece


def prints(logo: Logo) -> bool:
    """Tell whether a logo can be set; what cannot would spoil every protocol."""
    with tempfile.TemporaryDirectory(prefix="rollcall-pdf-") as name:
        folder = Path(name)
        (folder / logo_file(logo)).write_bytes(logo.content)
        (folder / TEMPLATE).write_text(f'#image("{logo_file(logo)}")', "utf-8")
        try:
            _Press(folder, 0).run("part", WHOLE, "made_s=0")
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


def _print(press: _Press, parts: list[str]) -> Path:
    """Set the parts and return the whole."""
    if len(parts) == 1:
        _set(press, parts, 0, WHOLE)
        return press.folder / WHOLE
    made = [f"{at}.pdf" for at in range(len(parts))]
    steps = 2 * len(made) + 1
    pages: list[int] = []
    for at, name in enumerate(made):
        pages.append(_set(press, parts, at, name))
        press.tell_share((at + 1) / steps)
    for at, name in enumerate(made):
        _set(press, parts, at, name, first_page=1 + sum(pages[:at]), all_pages=sum(pages))
        press.tell_share((len(made) + at + 1) / steps)
    press.run("whole", *made)
    return press.folder / WHOLE


def _set(
    press: _Press, parts: list[str], at: int, made: str, *, first_page: int = 1, all_pages: int = 0
) -> int:
    """Set one part and return how many pages it has; `all_pages` 0: as many as this part has."""
    ends = {"first": at == 0, "last": at == len(parts) - 1}
    told = [f"{name}={'yes' if holds else ''}" for name, holds in ends.items()]
    numbers = [f"first_page={first_page}", f"all_pages={all_pages}", f"made_s={press.made_s}"]
    return int(press.run("part", made, f"rows={parts[at]}", *told, *numbers))

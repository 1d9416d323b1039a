"""`rollcall report`, as a person types it, beside a process that has the database open and is writing."""

import contextlib
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2
from click.testing import CliRunner, Result
from lxml import etree

from rollcall.cli import rollcall
from rollcall.render.statistics_xml import schema
from rollcall.store.database import Database
from tests.history import Records

T0 = 1_772_355_600_000


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(rollcall, ["report", *arguments, "--data", str(data)])


def fill(connection: Any) -> tuple[str, str]:
    r = Records(connection)
    hall = r.media()
    members = r.list_of(hall)
    for user_id in ("anna", "boris", "vera"):
        r.participant(members, user_id)
    r.session(hall, T0, T0 + 60_000)
    r.span(hall, r.play(hall, "anna", ip="192.0.2.7"), 1, T0 + 1000, T0 + 31_000)
    return r.codes[hall], r.event


def test_every_way_to_write_it(sqlite_database: Database, tmp_path: Path) -> None:
    media, event = sqlite_database.write_now(fill)
    shown = run(tmp_path, media)
    assert shown.exit_code == 0, shown.output
    told = msgspec.json.decode(shown.stdout_bytes)
    assert [row["watched_ms"] for row in told["participants"]] == [30_000, 0, 0]

    def beside(_connection: Any) -> None:
        """Write to a file while somebody else's transaction is open."""
        written = run(tmp_path, event, "--format", "xml", "-o", str(tmp_path / "report.xml"))
        assert (written.exit_code, written.output) == (0, "")

    sqlite_database.write_now(beside)
    element = etree.parse(tmp_path / "report.xml").getroot()
    etree.XMLSchema(etree.fromstring(schema())).assertValid(element)
    assert [row.get("watched_ms") for row in element.iter("participant")] == ["30000", "0", "0"]
    assert not (tmp_path / "report.xml.part").exists()

    one = run(tmp_path, media, "--user", "anna", "--include", "ip")
    assert [(r["user_id"], r["ip"]) for r in msgspec.json.decode(one.stdout_bytes)["participants"]] == [
        ("anna", ["192.0.2.7"])
    ]


def test_a_protocol_is_written_in_the_language_asked_for(sqlite_database: Database, tmp_path: Path) -> None:
    media, _ = sqlite_database.write_now(fill)
    made = tmp_path / "protocol.pdf"
    assert run(tmp_path, media, "--format", "pdf", "--lang", "en", "-o", str(made)).exit_code == 0
    with pypdfium2.PdfDocument(made) as file:
        assert "Record of attendance" in file[0].get_textpage().get_text_range()


def test_a_person_at_a_terminal_sees_how_many_participants_are_done(
    sqlite_database: Database, tmp_path: Path
) -> None:
    media, _ = sqlite_database.write_now(fill)
    made = tmp_path / "report.csv"
    line = [sys.executable, "-m", "rollcall", "report", media, "--data", str(tmp_path), "--format", "csv"]
    terminal, end = pty.openpty()
    ran = subprocess.run([*line, "-o", str(made)], stdout=subprocess.PIPE, stderr=end, check=False)
    os.close(end)
    shown = _all_of(terminal)
    assert (ran.returncode, ran.stdout) == (0, b"")
    assert "3/3" in shown
    assert made.read_bytes() == run(tmp_path, media, "--format", "csv").stdout_bytes

    piped = subprocess.run(line, capture_output=True, check=False)
    assert (piped.returncode, piped.stderr) == (0, b"")


def _all_of(terminal: int) -> str:
    """Return what was written to a terminal that nobody writes to any more."""
    found = b""
    with contextlib.suppress(OSError):  # how Linux tells the end
        while piece := os.read(terminal, 65_536):
            found += piece
    os.close(terminal)
    return found.decode()


def test_refusals_are_sentences(sqlite_database: Database, tmp_path: Path) -> None:
    media, _ = sqlite_database.write_now(fill)
    for arguments, sentence in (
        (["nosuchid"], "There is no media or event 'nosuchid'."),
        (
            [media, "--format", "doc"],
            "The format 'doc' is not available; available: json, xml, csv, xlsx, pdf.",
        ),
        ([media, "--session", "nosuchid"], "There is no session 'nosuchid' here."),
        ([media, "-o", str(tmp_path / "no" / "such" / "file")], "No such file or directory"),
    ):
        refused = run(tmp_path, *arguments)
        assert refused.exit_code == 1
        assert sentence in refused.output
        assert "Traceback" not in refused.output
    elsewhere = run(tmp_path / "empty", media)
    assert (elsewhere.exit_code, "There is no database" in elsewhere.output) == (1, True)
    assert not (tmp_path / "empty").exists()

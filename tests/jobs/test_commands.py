"""Commands beside a running server: through its socket, whatever the length of the path; else under the lock."""

import asyncio
import stat
from pathlib import Path

import pytest

from rollcall.base.lock import DirectoryInUse, command_socket, exclusive
from rollcall.cli import command_link
from rollcall.cli.command_link import run_command
from rollcall.domain.errors import NotFound
from rollcall.jobs.commands import answer, answering_commands
from rollcall.wire.commands import AnyCommand, CreateProject, KeyRow, ListKeys, Refused

ROW = KeyRow("abcdefgh", "the key of the site", ["access"], 1, None)
COMMAND = ListKeys("Projekt1")


async def _keys(command: AnyCommand) -> object:
    if command != COMMAND:
        raise NotFound(f"unexpected {command}")
    return [ROW]


async def _never() -> object:
    raise AssertionError("the server should have answered")


async def _rows() -> object:
    return [ROW]


@pytest.mark.parametrize("depth", [1, 4])
async def test_a_running_server_performs_the_command(tmp_path: Path, depth: int) -> None:
    data = tmp_path.joinpath(*["a folder with a rather long name"] * depth)
    with exclusive(data):
        async with answering_commands(command_socket(data), _keys):
            assert stat.S_IMODE(command_socket(data).stat().st_mode) == 0o600
            rows = await asyncio.to_thread(run_command, data, COMMAND, _never, list[KeyRow])
            assert rows == [ROW]
            with pytest.raises(command_link.RefusedByServer, match="unexpected CreateProject"):
                await asyncio.to_thread(run_command, data, CreateProject("x", []), _never, list[KeyRow])


def test_without_a_server_the_command_runs_here(tmp_path: Path) -> None:
    assert run_command(tmp_path, COMMAND, _rows, list[KeyRow]) == [ROW]
    command_socket(tmp_path).touch()
    assert run_command(tmp_path, COMMAND, _rows, list[KeyRow]) == [ROW]


def test_a_directory_held_without_a_server_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_link, "HANDOVER_LIMIT_S", 0)
    with exclusive(tmp_path), pytest.raises(DirectoryInUse):
        run_command(tmp_path, COMMAND, _rows, list[KeyRow])


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        (b"", "$: Input data was truncated"),
        (b"{", "$: Input data was truncated"),
        (b'{"command": "shutdown"}', "$: Invalid value 'shutdown' - at `$.command`"),
        (b'{"command": "key list", "project": "p", "x": 1}', "$: Object contains unknown field `x`"),
    ],
)
async def test_a_line_that_is_no_command_is_refused(line: bytes, detail: str) -> None:
    assert await answer(_keys, line) == Refused("malformed", "The input is malformed", detail)

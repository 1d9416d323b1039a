"""The commands that make projects and keys, as a person types them, without a server and beside one."""

import asyncio
import re
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from rollcall.base.lock import command_socket, database_url, exclusive
from rollcall.base.settings import Settings
from rollcall.cli import rollcall
from rollcall.jobs import command_table
from rollcall.jobs.commands import answering_commands
from rollcall.store.database import open_database
from rollcall.store.schema import migrate


def run(data: Path, *arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(rollcall, [*arguments, "--data", str(data)])
    assert done.exit_code == status, done.output
    return done.output


def use_everything(data: Path) -> None:
    lines = run(data, "project", "create", "Академия", "--origin", "https://academy.example").splitlines()
    assert re.fullmatch(r"Project +[A-Za-z0-9]{8}", lines[0])
    assert re.fullmatch(r"rk_\S{43}", lines[-1])
    project = lines[0].split()[-1]
    made = run(
        data, "key", "create", project, "--scope", "access,control", "--scope", "media", "--label", "site"
    )
    assert re.fullmatch(r"rk_\S{43}", made.splitlines()[-1])
    first, second = run(data, "key", "list", project).splitlines()
    assert first.split()[1:] == ["active", "access,control,statistics,personal,media,admin"]
    assert second.split()[1:] == ["active", "access,control,media", "site"]
    run(data, "key", "revoke", project, second.split()[0])
    assert run(data, "key", "list", project).splitlines()[1].split()[1] == "revoked"
    assert "no active key" in run(data, "key", "revoke", project, second.split()[0], status=1)
    assert "There is no project 'nosuchpr'" in run(data, "key", "list", "nosuchpr", status=1)
    assert "'fly' is none of" in run(data, "key", "create", project, "--scope", "fly", status=1)


def test_without_a_server(tmp_path: Path) -> None:
    use_everything(tmp_path / "data")


async def test_beside_a_server(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path))
    with exclusive(tmp_path), closing(open_database(database_url(settings), lambda _: None)) as db:
        await db.write(migrate)
        async with answering_commands(command_socket(tmp_path), lambda c: command_table.perform(db, c, 1)):
            await asyncio.to_thread(use_everything, tmp_path)


@pytest.mark.parametrize(
    "origin", ["academy.example", "https://academy.example/path", "ftp://academy.example"]
)
def test_an_origin_that_is_none_is_refused_and_nothing_is_made(tmp_path: Path, origin: str) -> None:
    assert "Must be an origin" in run(tmp_path, "project", "create", "x", "--origin", origin, status=1)


def test_every_command_explains_itself() -> None:
    done = CliRunner().invoke(rollcall, ["project", "create", "--help"])
    assert "--data" in done.output
    assert "--config" in done.output

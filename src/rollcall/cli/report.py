"""`rollcall report`: the statistics of a media or an event as a file, also beside a running server.

It only reads, so it needs neither the server nor its lock, and no API key: whoever holds the data directory may.
"""

import contextlib
import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from rollcall.actions.statistics import Ask, report_anything_now
from rollcall.base.clock import Clock
from rollcall.base.lock import database_url
from rollcall.base.settings import Settings
from rollcall.cli.options import with_settings
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import SessionId, UserId
from rollcall.render.formats import FORMATS, Format, named
from rollcall.store.database import Database, open_database
from rollcall.wire.statistics import Language, Report


@click.command()
@click.argument("code")
@click.option("--format", "name", default="json", show_default=True, help=f"{', '.join(FORMATS)}.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write [standard output]."
)
@click.option("--user", metavar="USER_ID", help="Only this participant.")
@click.option("--session", metavar="ID", help="Only this session.")
@click.option(
    "--include", multiple=True, type=click.Choice(["ip", "user_agent"]), help="Personal data to add."
)
@click.option("--lang", type=click.Choice(["ru", "en"]), default="ru", help="Language of a PDF [ru].")
@with_settings
def report(
    code: str,
    name: str,
    output: Path | None,
    user: str | None,
    session: str | None,
    include: tuple[str, ...],
    lang: Language,
    settings: Settings,
) -> None:
    """Write the statistics of the media or event CODE."""
    ask = Ask(
        user_id=None if user is None else UserId(user),
        session_id=None if session is None else SessionId(session),
        ip="ip" in include,
        user_agent="user_agent" in include,
        language=lang,
    )
    wanted = named(name)
    with contextlib.closing(_open(settings)) as database:
        counted = report_anything_now(database, code, ask, Clock().now_ms(), settings.rules)
    with _shown(counted) as shown:
        _write(wanted, shown, output)


def _open(settings: Settings) -> Database:
    """Return the database that is there; raises NotFound rather than make an empty one."""
    if settings.database_url is None and not Path(settings.data, "rollcall.db").is_file():
        raise NotFound(f"There is no database in '{settings.data}'; name the directory with --data.")
    return open_database(database_url(settings), _fatal)


@contextlib.contextmanager
def _shown(counted: Report) -> Iterator[Report]:
    """Let a person at a terminal see how many participants are done."""
    if not sys.stderr.isatty():
        yield counted
        return
    rows = counted.participants
    with click.progressbar(rows, length=counted.count, show_pos=True, file=sys.stderr) as following:
        yield dataclasses.replace(counted, participants=following)


def _write(wanted: Format, counted: Report, output: Path | None) -> None:
    if output is None:
        _copy(wanted, counted, sys.stdout.buffer)
        return
    part = output.with_name(output.name + ".part")
    try:
        with part.open("wb") as file:
            _copy(wanted, counted, file)
        part.replace(output)
    except OSError as error:
        raise click.FileError(str(output), error.strerror or str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _copy(wanted: Format, counted: Report, file: BinaryIO) -> None:
    file.writelines(wanted.chunks(counted))
    file.flush()


def _fatal(error: BaseException) -> None:
    raise error

"""Runs a writing command wherever it may run: in the server that holds the data directory, else here.

It knows sockets and locks, not what commands do.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import msgspec

from rollcall.base.clock import Clock
from rollcall.base.lock import DirectoryInUse, command_socket, database_url, exclusive
from rollcall.base.settings import Settings
from rollcall.base.unix_socket import connect
from rollcall.domain.errors import RollcallError, Unavailable
from rollcall.jobs import command_table
from rollcall.store.database import Database, open_database
from rollcall.store.schema import migrate
from rollcall.wire.commands import AnyCommand, Done, Refused, decode_answer, encode

ANSWER_LIMIT_S = 60
HANDOVER_LIMIT_S = 10  # a server that starts or stops holds the lock without listening
T = TypeVar("T")


class RefusedByServer(RollcallError):
    """Raised when the running server refused the command."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.detail)
        self.code = refused.code
        self.title = refused.title


def perform(settings: Settings, command: AnyCommand, answer: type[T]) -> T:
    """Return the answer of `command`, done by the running server or else here. Raises RollcallError."""

    async def here() -> object:
        with closing(_open(settings)) as db:
            await db.write(migrate)
            return await command_table.perform(db, command, Clock().now_ms())

    return run_command(Path(settings.data), command, here, answer)


def run_command(data: Path, command: AnyCommand, here: Callable[[], Awaitable[object]], answer: type[T]) -> T:
    """Return the answer of `command`: by the running server, or by `here` under the lock of the directory."""
    until_s = time.monotonic() + HANDOVER_LIMIT_S
    while True:
        reply = _ask(command_socket(data), command)
        if reply is not None:
            return msgspec.convert(reply.value, answer)
        try:
            with exclusive(data):
                return msgspec.convert(msgspec.to_builtins(asyncio.run(_coroutine(here))), answer)
        except DirectoryInUse:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.1)


def _open(settings: Settings) -> Database:
    def fatal(error: BaseException) -> None:
        raise Unavailable(f"The database could not be written: {error}") from error

    return open_database(database_url(settings), fatal)


async def _coroutine(here: Callable[[], Awaitable[object]]) -> object:
    return await here()


def _ask(path: Path, command: AnyCommand) -> Done | None:
    connection = connect(path, ANSWER_LIMIT_S)
    if connection is None:
        return None
    with closing(connection), connection.makefile("rwb") as lines:
        lines.write(encode(command) + b"\n")
        lines.flush()
        line = lines.readline()
    if not line:
        raise Unavailable("The server ended before it answered; see whether the command was done.")
    reply = decode_answer(line)
    if isinstance(reply, Refused):
        raise RefusedByServer(reply)
    return reply

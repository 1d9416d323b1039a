"""Answers commands of the command line over the server's Unix socket, so that one process writes its database.

It knows lines, not what a command does: `perform` is passed in. Whoever may open the socket (mode 0600) may command.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec

from rollcall.base.unix_socket import listen
from rollcall.domain.errors import Malformed, Problem, RollcallError
from rollcall.wire.commands import AnyCommand, Done, Refused, decode_command, encode

LINE_LIMIT_BYTES = 1 << 20
READ_LIMIT_S = 10
log = logging.getLogger(__name__)

Perform = Callable[[AnyCommand], Awaitable[object]]


@asynccontextmanager
async def answering_commands(path: Path, perform: Perform) -> AsyncIterator[None]:
    """Answer commands at `path` while the block lasts. Raises OSError when the socket cannot be made."""
    server = await asyncio.start_unix_server(
        partial(_converse, perform), sock=listen(path), limit=LINE_LIMIT_BYTES
    )
    try:
        yield
    finally:
        server.close()


async def answer(perform: Perform, line: bytes) -> Done | Refused:
    """Perform the command of one line; whatever it refuses becomes a `Refused`."""
    try:
        return Done(await perform(_parse(line)))
    except RollcallError as error:
        return Refused(error.code, error.title, error.detail)


def _parse(line: bytes) -> AnyCommand:
    try:
        return decode_command(line)
    except msgspec.DecodeError as error:
        raise Malformed(Problem("$", str(error))) from error


async def _converse(perform: Perform, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        async with asyncio.timeout(READ_LIMIT_S):
            line = await reader.readline()
        writer.write(encode(await answer(perform, line)) + b"\n")
        await writer.drain()
    except (TimeoutError, ValueError, ConnectionError) as error:
        log.warning("a command was not answered: %r", error)
    finally:
        writer.close()

"""The processes of the demo: started in order, ended in reverse, and none of them outlives it.

Each child is a session of its own, so that Ctrl-C reaches them through us and in our order. Where the system can, the
kernel ends them with us even if we are killed.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

END_LIMIT_S = 10
RESTART_S = 1.0


@asynccontextmanager
async def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run one process while the block lasts; what it says on stderr goes to `log`."""
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *_ended_with_us(command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
            env=dict(environment),
            start_new_session=True,
        )
    try:
        yield process
    finally:
        await _end(process)


async def keep_running(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
    """Run a process until cancelled, again whenever it ends."""
    while True:
        async with running(command, log, environment) as process:
            await process.communicate()
        await asyncio.sleep(RESTART_S)


def _ended_with_us(command: Sequence[str]) -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig=TERM", *command] if setpriv else list(command)


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.communicate(), END_LIMIT_S)
    except TimeoutError:
        process.kill()
        await process.wait()

"""Ten thousand forged messages by socket, upload, poll: no server fault, no impossible row, flat memory (F28).

`SOAK_FORGED` in the environment is how many.
"""

import asyncio
import os

import aiohttp
import click

from tests.faults.forging import Fuzzed, fuzz
from tests.running import RunningServer, running_server
from tests.server.conftest import make_event

CASES = int(os.environ.get("SOAK_FORGED", "10000"))


def run() -> list[str]:
    """Send them to a server of their own."""
    with running_server() as server:
        found = asyncio.run(_fuzzed(server))
    click.echo(
        f"messages      {CASES}: {', '.join(f'{n} {what}' for what, n in found.answers.most_common())}"
    )
    click.echo(f"rows          {found.applied} applied, {found.rejected} of them rejected")
    click.echo(f"memory        grew by {found.grown_mib} MiB")
    return found.faults


async def _fuzzed(server: RunningServer) -> Fuzzed:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as http:
        event = await make_event(server, http)
        await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Soak"})
        return await fuzz(event, CASES, seed=28)

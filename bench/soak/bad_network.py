"""A fifth of all packets lost, 300 ms ± 200 ms, five seconds dark each minute, for half an hour (F6).

Where the rights exist, packets are really dropped: everything runs in a network namespace of its own, with nftables
between the players and the server. Elsewhere the fault proxy stalls as long as TCP would. The first line says which.
Latency and darkness are the proxy's in both. `SOAK_MINUTES` in the environment makes it longer or shorter.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from asyncio.subprocess import PIPE
from dataclasses import replace
from urllib.parse import urlsplit

import click

from bench.servers import rollcall_server
from rollcall.base.file_limit import raise_file_limit
from rollcall.cli.simulate import describe, find_faults
from rollcall.cli.simulate.proxy import PROFILES, Faults
from rollcall.cli.simulate.run import Simulation, simulate_event

MINUTES = int(os.environ.get("SOAK_MINUTES", "30"))
VIEWERS = 100
BEHAVIOURS = ("plain", "mixed", "pauses", "roaming", "tabs")
BOUND_MS = 1_000
FAULT = "FAULT  "
PLAYERS = "127.0.0.2"  # where their connections come from; calls of the API are left alone
DROPS = """
table inet loss {{
  chain arrives {{
    type filter hook input priority 0;
    ip saddr {players} tcp dport {port} numgen random mod 100 < {percent} counter drop
    ip daddr {players} tcp sport {port} numgen random mod 100 < {percent} counter drop
  }}
}}
"""


def run() -> list[str]:
    """Run it in a namespace that drops packets, or here with a proxy that stalls."""
    if not _may_drop():
        click.echo(
            "used: stalls of the proxy; no packet is dropped, for want of nftables or the right to use them"
        )
        return asyncio.run(_attend(PROFILES["blackouts"], None))
    click.echo("used: nftables in a network namespace, which drop packets in both directions")
    inside = [sys.executable, "-c", "from bench.soak import bad_network; bad_network.inside()"]
    done = subprocess.run(["unshare", "--net", "--", *inside], stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.splitlines()
    for line in lines:
        if not line.startswith(FAULT):
            click.echo(line)
    faults = [line.removeprefix(FAULT) for line in lines if line.startswith(FAULT)]
    return faults or ([f"it ended with {done.returncode}"] if done.returncode else [])


def inside() -> None:
    """Run it in the namespace that this process was started in; print faults as lines of their own."""
    raise_file_limit()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    faults = asyncio.run(
        _attend(replace(PROFILES["blackouts"], loss_percent=0), PROFILES["blackouts"].loss_percent)
    )
    for fault in faults:
        click.echo(FAULT + fault)


def _may_drop() -> bool:
    if shutil.which("nft") is None or shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    tried = ["unshare", "--net", "nft", "add", "table", "inet", "tried"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


async def _attend(faults: Faults, drop_percent: int | None) -> list[str]:
    with rollcall_server() as server:
        if drop_percent is not None:
            await _nft(DROPS.format(players=PLAYERS, port=urlsplit(server.url).port, percent=drop_percent))
        wanted = Simulation(
            server.url, server.key, None, VIEWERS, MINUTES * 60, 1, BEHAVIOURS, faults, PLAYERS
        )
        began_s = time.process_time()
        outcome = await simulate_event(wanted)
        cpu_s = time.process_time() - began_s
        if drop_percent is not None:
            dropped = re.findall(r"packets (\d+)", await _nft("list ruleset"))
            click.echo(f"packets dropped   {' + '.join(dropped)}")
    for line in describe(outcome):
        click.echo(line)
    click.echo(f"client CPU        {cpu_s / (MINUTES * 60) / outcome.tabs:.2%} of a core per player")
    return find_faults(outcome, BOUND_MS)


async def _nft(commands: str) -> str:
    """Give commands to nftables; return what it says."""
    nft = await asyncio.create_subprocess_exec("nft", "-f", "-", stdin=PIPE, stdout=PIPE)
    said, _ = await nft.communicate(commands.encode())
    assert nft.returncode == 0, commands
    return said.decode()

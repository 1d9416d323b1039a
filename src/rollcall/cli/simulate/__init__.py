"""`rollcall simulate`: viewers over the real protocol, honest or not, on networks as bad as wanted.

It prints how far the statistics are from what everybody really did, and fails beyond what is promised.
"""

import asyncio

import click

from rollcall.base.file_limit import raise_file_limit
from rollcall.base.settings import Settings
from rollcall.cli.options import with_settings
from rollcall.cli.simulate.proxy import PROFILES
from rollcall.cli.simulate.report import describe, find_faults
from rollcall.cli.simulate.run import Outcome, Simulation, simulate_event
from rollcall.cli.simulate.script import named

__all__ = ["Outcome", "describe", "find_faults", "simulate"]


def _behaviours(_context: click.Context, _option: click.Parameter, text: str) -> list[str]:
    try:
        return named(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="The server.")
@click.option(
    "--key",
    envvar="ROLLCALL_KEY",
    required=True,
    help="An API key with the scopes access, control, statistics.",
)
@click.option("--media", help="Attend this media [default: a fresh event with two sessions and a check].")
@click.option("--viewers", default=200, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seconds", default=30, show_default=True, type=click.IntRange(10, 86_400))
@click.option("--seed", default=1, show_default=True, help="The same seed behaves alike.")
@click.option(
    "--behaviours",
    default="honest",
    show_default=True,
    callback=_behaviours,
    help="Names separated by commas, or `honest`, `cheating`, `all`; a wrong name lists them.",
)
@click.option(
    "--faults",
    default="none",
    show_default=True,
    type=click.Choice(list(PROFILES)),
    help="What the network between players and server is like.",
)
@click.option("--bound-ms", default=1000, show_default=True, help="The largest error that is accepted.")
@with_settings
def simulate(
    url: str,
    key: str,
    media: str | None,
    viewers: int,
    seconds: int,
    seed: int,
    behaviours: list[str],
    faults: str,
    bound_ms: int,
    settings: Settings,
) -> None:
    """Let seeded viewers attend, then compare the statistics with what they really did.

    Ends with status 1 when an honest viewer's time is off by more than the bound and what their mishaps may cost, a
    cheat was credited more than the time they were there, an outcome is wrong, or a row was never acknowledged.
    """
    del settings  # every command takes --data; this one needs a server only
    raise_file_limit()
    network = None if faults == "none" else PROFILES[faults]
    wanted = Simulation(url, key, media, viewers, seconds, seed, behaviours, network)
    outcome = asyncio.run(simulate_event(wanted))
    for line in describe(outcome):
        click.echo(line)
    found = find_faults(outcome, bound_ms)
    for fault in found:
        click.echo(f"FAULT  {fault}")
    raise SystemExit(1 if found else 0)

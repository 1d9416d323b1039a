"""`rollcall simulate`: honest viewers over the real protocol, and how far the statistics are from what they did."""

import asyncio

import click

from rollcall.base.file_limit import raise_file_limit
from rollcall.base.settings import Settings
from rollcall.cli.options import with_settings
from rollcall.cli.simulate.run import Outcome, Simulation, simulate_event


@click.command()
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="The server.")
@click.option(
    "--key",
    envvar="ROLLCALL_KEY",
    required=True,
    help="An API key with the scopes access, control, statistics.",
)
@click.option("--media", help="Attend this media [default: a fresh one with two sessions and a check].")
@click.option("--viewers", default=200, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seconds", default=30, show_default=True, type=click.IntRange(10, 86_400))
@click.option("--seed", default=1, show_default=True, help="The same seed behaves alike.")
@click.option("--bound-ms", default=1000, show_default=True, help="The largest error that is accepted.")
@with_settings
def simulate(
    url: str,
    key: str,
    media: str | None,
    viewers: int,
    seconds: int,
    seed: int,
    bound_ms: int,
    settings: Settings,
) -> None:
    """Let seeded viewers attend, then compare the statistics with what they really did.

    Ends with status 1 when anybody's time is off by more than the bound, an outcome is wrong, or a row was never
    acknowledged.
    """
    del settings  # every command takes --data; this one needs a server only
    raise_file_limit()
    outcome = asyncio.run(simulate_event(Simulation(url, key, media, viewers, seconds, seed)))
    for line in describe(outcome):
        click.echo(line)
    faults = find_faults(outcome, bound_ms)
    for fault in faults:
        click.echo(f"FAULT  {fault}")
    raise SystemExit(1 if faults else 0)


def describe(outcome: Outcome) -> list[str]:
    """Return the result as lines for people."""
    tally, compared = outcome.tally, outcome.comparison
    waits = sorted(tally.ack_ms) or [0]
    return [
        f"media             {outcome.media}",
        f"players           {outcome.tabs} on {tally.connections} connections, {tally.lost_connections} lost unasked",
        f"rows              {tally.rows} sent, {tally.acks} acknowledgements",
        f"to durable        median {waits[len(waits) // 2]} ms, p99 {waits[len(waits) * 99 // 100]} ms",
        f"watched           {compared.watched_ms / 60_000:.1f} minutes proven, {compared.confirmed} checks confirmed",
        f"error per viewer  mean {compared.mean_ms:.0f}, p99 {compared.at_rank(99)}, max {compared.at_rank(100)} ms",
        f"worst             {compared.worst}",
    ]


def find_faults(outcome: Outcome, bound_ms: int) -> list[str]:
    """Return what must not happen, as sentences; empty when all is well."""
    tally, compared = outcome.tally, outcome.comparison
    faults = [f"the server refused players: {reason} ({n} times)" for reason, n in tally.refusals.items()]
    if tally.unacknowledged_rows:
        faults.append(f"{tally.unacknowledged_rows} rows were never acknowledged")
    if compared.at_rank(100) > bound_ms:
        faults.append(f"an error exceeds {bound_ms} ms: {compared.worst}")
    return [*faults, *compared.wrong_outcomes]

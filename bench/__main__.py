"""`python -m bench`: every benchmark, or those that are named; prints one table."""

from collections.abc import Callable

import click

from bench import backlog, chat, connections, durable, formats, glass, recount, report, simulation, startup
from bench.result import Result, table
from rollcall.base.file_limit import raise_file_limit

NAMES = (
    "connections",
    "durable",
    "backlog",
    "report",
    "recount",
    "formats",
    "glass",
    "startup",
    "chat",
    "simulation",
)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--viewers", default=5_000, show_default=True, help="Connections of joins, fan-out and memory.")
@click.option("--simulated", default=1_000, show_default=True, help="Viewers of the simulation.")
@click.option("--seconds", default=120, show_default=True, help="Length of the simulation.")
def main(names: tuple[str, ...], viewers: int, simulated: int, seconds: int) -> None:
    """Measure, each figure beside a peer in the same run."""
    raise_file_limit()
    benches: dict[str, Callable[[], list[Result]]] = {
        "connections": lambda: connections.run(viewers),
        "durable": lambda: durable.run(min(viewers, 1_000)),
        "backlog": lambda: backlog.run(viewers),
        "report": report.run,
        "recount": recount.run,
        "formats": formats.run,
        "glass": glass.run,
        "startup": startup.run,
        "chat": chat.run,
        "simulation": lambda: simulation.run(simulated, seconds),
    }
    results = []
    for name in names or NAMES:
        click.echo(f"measuring {name} …", err=True)
        results += benches[name]()
    click.echo(table(results))


main()

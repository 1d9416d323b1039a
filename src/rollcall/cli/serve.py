"""`rollcall serve`: runs the server until it is told to end, and says first where it is reached."""

import asyncio
import contextlib
import logging
import sys

import click
import msgspec
import uvloop

from rollcall import main
from rollcall.base.logging import configure
from rollcall.base.settings import Settings
from rollcall.cli.options import with_settings


@click.command()
@click.option("--host", metavar="H", help="Address to listen on [127.0.0.1].")
@click.option(
    "--port", metavar="P", type=click.IntRange(0, 65535), help="Port of pages and API, 0 = any [8080]."
)
@click.option(
    "--rtmp-port", metavar="R", type=click.IntRange(0, 65535), help="Port of encoders, 0 = any [1935]."
)
@with_settings
def serve(settings: Settings, host: str | None, port: int | None, rtmp_port: int | None) -> None:
    """Run the server. With nothing configured it works: SQLite, files and media under --data."""
    given = {"host": host, "port": port, "rtmp_port": rtmp_port}
    settings = msgspec.structs.replace(settings, **{name: v for name, v in given.items() if v is not None})
    configure(sys.stderr)
    with contextlib.suppress(asyncio.CancelledError):
        uvloop.run(main.serve(settings, _say_where))
    logging.getLogger(__name__).info("Ended")


def _say_where(running: main.Running) -> None:
    click.echo(f"Rollcall answers at {running.base_url}")
    click.echo(f"Encoders publish to {running.rtmp_url}")
    sys.stdout.flush()

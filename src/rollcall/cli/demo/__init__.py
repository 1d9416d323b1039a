"""`rollcall demo`: a whole running event on this machine in one command, and the links to open."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import click
import msgspec

from rollcall.base.lock import exclusive
from rollcall.base.settings import Settings
from rollcall.cli.api_client import Api
from rollcall.cli.demo.children import keep_running, running
from rollcall.cli.demo.event import Event, keep_tenant, make_event
from rollcall.cli.demo.picture import lecture_command
from rollcall.cli.demo.site.doctors import DOCTORS
from rollcall.cli.options import with_settings
from rollcall.media.encoder import ffmpeg_path

DATA = "rollcall-data/demo"
START_LIMIT_S = 60
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command()
@click.option(
    "--port", envvar="ROLLCALL_PORT", default=8080, show_default=True, type=click.IntRange(1, 65533)
)
@with_settings
def demo(settings: Settings, port: int) -> None:
    """Run an example event: live picture, three sessions, checks, chat, and a training site around it.

    The server takes PORT, the training site PORT+1, the encoder PORT+2. Ctrl-C ends everything.
    """
    if settings.data == Settings().data:
        settings = msgspec.structs.replace(settings, data=DATA)
    asyncio.run(_until_stopped(_demonstrate(settings, port)))


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    for number in STOPPING:
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        click.echo("\nEverything is stopped.")


async def _demonstrate(settings: Settings, port: int) -> None:
    data = Path(settings.data)
    base, site = f"http://127.0.0.1:{port}", f"http://localhost:{port + 1}"
    with exclusive(data):
        pass  # a directory that is in use is refused before anything starts
    tenant = await asyncio.to_thread(keep_tenant, settings, [site, f"http://127.0.0.1:{port + 1}"])
    async with AsyncExitStack() as stack:
        serve = _python(
            "rollcall", "serve", "--data", str(data), "--port", str(port), "--rtmp-port", str(port + 2)
        )
        server = await stack.enter_async_context(running(serve, data / "server.log", os.environ))
        await _wait_for_server(server, data / "server.log")
        http = await stack.enter_async_context(aiohttp.ClientSession())
        event = await make_event(Api(http, base, tenant.api_key))
        place = {"ROLLCALL_URL": base, "ROLLCALL_KEY": tenant.api_key, "ROLLCALL_MEDIA": event.media}
        pages = keep_running(
            _python("rollcall.cli.demo.site", str(port + 1)), data / "site.log", {**os.environ, **place}
        )
        lecture = lecture_command(event.publish_url, ffmpeg_path())
        encoder = keep_running(lecture, data / "encoder.log", os.environ)
        await stack.enter_async_context(_beside(encoder))
        await stack.enter_async_context(_beside(pages))
        await _wait_for_site(http, site, data / "site.log")
        click.echo(_links(base, site, event))
        await server.communicate()
        raise click.ClickException(f"The server ended. {_tail(data / 'server.log')}")


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _wait_for_server(server: asyncio.subprocess.Process, log: Path) -> None:
    assert server.stdout is not None
    async with asyncio.timeout(START_LIMIT_S):
        line = await server.stdout.readline()
    if not line:
        raise click.ClickException(f"The server did not start. {_tail(log)}")


async def _wait_for_site(http: aiohttp.ClientSession, site: str, log: Path) -> None:
    for _ in range(START_LIMIT_S * 10):
        with suppress(aiohttp.ClientError):
            async with http.get(site) as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(0.1)
    raise click.ClickException(f"The training site did not start. {_tail(log)}")


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _tail(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").splitlines()
    return f"{log} ends with: {lines[-1] if lines else '(nothing)'}"


def _links(base: str, site: str, event: Event) -> str:
    doctors = [f"  {name:26} {site}/doctor/{login}" for login, (_, name, _) in DOCTORS.items()]
    lines = [
        "",
        "Rollcall demo: a live event with three sessions of four minutes and a check every 40-60 seconds.",
        "",
        f"  {'Training site':26} {site}/",
        *doctors,
        f"  {'Organiser':26} {site}/organiser",
        f"  {'API documentation':26} {base}/api/docs",
        "",
        f"Media {event.media}. Ctrl-C stops everything.",
    ]
    return "\n".join(lines)

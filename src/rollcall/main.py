"""The composition root: builds every object once, in order, runs the server, and ends it in the reverse order.

It refuses to start rather than run in doubt; `docs/operating.md` lists the refusals. Nothing else builds anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import SystemRandom
from typing import Any

import msgspec

from rollcall.actions import chat_frames
from rollcall.actions.aside import AsideBoard
from rollcall.actions.broadcast import Broadcast
from rollcall.actions.chat_desk import ChatDesk
from rollcall.actions.delivery import resend
from rollcall.actions.evidence import EvidenceWriter
from rollcall.actions.intake import Intake
from rollcall.actions.making import PERIOD_S as MAKING_PERIOD_S
from rollcall.actions.making import ExportMaker
from rollcall.actions.materials import Materials
from rollcall.actions.plays import Entrance
from rollcall.actions.poll_board import PollBoard
from rollcall.actions.poll_desk import PollDesk
from rollcall.actions.quiz_board import QuizBoard
from rollcall.actions.quiz_desk import QuizDesk
from rollcall.actions.recordings import Recordings
from rollcall.actions.reports import Reports
from rollcall.actions.rooms import Rooms
from rollcall.actions.uploads import Uploads
from rollcall.actions.welcome import Welcome
from rollcall.base.cabinet import Cabinet
from rollcall.base.clock import Clock
from rollcall.base.lock import command_socket, database_url, exclusive
from rollcall.base.periodic import every
from rollcall.base.secrets import Secrets, load_or_create
from rollcall.base.settings import Settings
from rollcall.base.work import working_folder
from rollcall.domain.errors import RollcallError
from rollcall.domain.webhooks.addresses import read_networks
from rollcall.jobs import (
    access,
    check_plans,
    ends,
    exports,
    flags,
    framing,
    idempotency,
    prompts,
    quizzes,
    webhooks,
)
from rollcall.jobs import clock as clocks
from rollcall.jobs.command_table import perform
from rollcall.jobs.commands import answering_commands
from rollcall.jobs.outages import OwnLog
from rollcall.jobs.posting import Poster
from rollcall.jobs.webhooks import Courier
from rollcall.live.arrivals import Arrivals
from rollcall.live.chat_feed import PERIOD_S as CHAT_PERIOD_S
from rollcall.live.chat_feed import ChatFeed
from rollcall.live.framing import FramingCounts
from rollcall.live.held import HeldPlays
from rollcall.live.hub import Hub
from rollcall.live.playing import Playing
from rollcall.live.plays import ProofKeys
from rollcall.live.screens import Screens
from rollcall.live.ticker import Ticker
from rollcall.live.voices import Voices
from rollcall.media.child import MediaPlace
from rollcall.media.proxy import MediaProxy
from rollcall.media.shelf import Shelf
from rollcall.media.supervisor import MediaSupervisor
from rollcall.store import broadcasts
from rollcall.store.database import Connection, Database, open_database
from rollcall.store.schema import migrate
from rollcall.web.app import build_api
from rollcall.web.asgi import build_asgi
from rollcall.web.deps import Deps
from rollcall.web.embed import EmbedDeps, build_pages
from rollcall.web.exchange import build_exchange
from rollcall.web.files import build_files
from rollcall.web.polls import Polls
from rollcall.web.server import Server, configured, drain, listen
from rollcall.web.socket import SocketDeps
from rollcall.web.viewing import ViewingDeps

CLOCK_TOLERANCE_MS = 1_000
log = logging.getLogger(__name__)


class ClockBehind(RollcallError):
    """Raised when the clock is behind the last committed evidence: time would be counted twice."""

    code = "clock_behind"
    title = "The clock is behind the record"


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers. Set `stop` to drain and end it."""

    base_url: str
    rtmp_url: str
    stop: Callable[[], None]


async def serve(settings: Settings, started: Callable[[Running], None]) -> None:
    """Run a server until it is stopped; `started` is called once it answers. Raises RollcallError when it must not."""
    data = Path(settings.data)
    with exclusive(data), working_folder(data):
        async with contextlib.AsyncExitStack() as stack:
            secrets = load_or_create(data)
            db = stack.enter_context(contextlib.closing(open_database(database_url(settings), _end_at_once)))
            clock = Clock(_node(settings, db))
            await clocks.begin(db, clock)
            await db.write(migrate)
            await db.write(partial(_check_clock, clock))
            listening = stack.enter_context(contextlib.closing(listen(settings)))
            settings = msgspec.structs.replace(settings, port=listening.getsockname()[1])
            log.info("Starting with %s", db.version())
            await _run(stack, Foundation(settings, data, secrets, clock, db), listening, started)


@dataclass(frozen=True, slots=True)
class Foundation:
    """What exists before anything is served."""

    settings: Settings
    data: Path
    secrets: Secrets
    clock: Clock
    db: Database


def _node(settings: Settings, db: Database) -> str:
    """Return what this node is called; a data directory has one node only."""
    return settings.node or ("main" if db.is_sqlite else socket.gethostname())


async def _run(
    stack: contextlib.AsyncExitStack,
    base: Foundation,
    listening: socket.socket,
    started: Callable[[Running], None],
) -> None:
    db, clock = base.db, base.clock
    hub, playing, ticker, framed = Hub(), Playing(), Ticker(), FramingCounts()
    feed, rooms, writer = ChatFeed(hub), Rooms(db, clock, hub), EvidenceWriter(db, clock, hub, playing)
    held, arrivals, voices, screens = HeldPlays(), Arrivals(), Voices(), Screens()
    board, poll_board, asides = QuizBoard(db, hub), PollBoard(db, hub), AsideBoard(db, hub)
    entrance = Entrance(db, clock, playing, screens)
    intake = Intake(writer, clock, ProofKeys(base.secrets.tick_key(), base.secrets.prompt_key()))
    own_log = OwnLog(db, clock, hub, clock.node, voices)
    await own_log.begin()
    recordings = Recordings(db, clock, Shelf(_place(base).recordings), clock.node)
    media = await stack.enter_async_context(_media(base, recordings))
    reports = Reports(clock)
    maker = ExportMaker(db, clock, clock.node, reports)
    await maker.begin()
    materials = _materials(base)
    await materials.begin(clock.now_ms())
    problems = partial(clocks.problems, clock)
    deps = Deps(
        db,
        clock,
        hub,
        base.settings,
        base.secrets,
        media,
        feed,
        reports,
        maker,
        recordings,
        materials,
        problems,
    )
    proxy = MediaProxy(_place(base).http)
    stack.push_async_callback(proxy.close)
    viewing = ViewingDeps(
        deps,
        intake,
        held,
        voices,
        screens,
        entrance,
        feed,
        rooms,
        Welcome(db, clock),
        arrivals,
        QuizDesk(db),
        ChatDesk(db, hub, feed),
        PollDesk(db),
    )
    sockets, polls = SocketDeps(viewing, ticker), Polls(viewing)
    exchange = build_exchange(deps, Uploads(db, clock, held, intake), polls)
    pages = [*build_pages(EmbedDeps(deps, framed)), *exchange, *build_files(deps)]
    api = build_api(deps, pages)

    async def ready(server: Server) -> None:
        await own_log.answers()
        await media.until_ready()
        started(Running(deps.base_url(), deps.rtmp_url(), server.stop))

    async def leave() -> None:
        own_log.leave()
        reports.close()
        await asyncio.gather(drain(hub, sockets.open), maker.close())

    poster = Poster(read_networks(base.settings.webhook_networks), clock.now_ms)
    courier = Courier(db, clock, clock.node, poster, SystemRandom().random)
    stack.push_async_callback(courier.close)
    await courier.begin()
    server = Server(configured(build_asgi(api, proxy, sockets)), ready, leave)
    work: list[Coroutine[Any, Any, None]] = [
        writer.run(),
        ticker.run(),
        every(CHAT_PERIOD_S, "chat", lambda: chat_frames.run_once(db, hub, feed, clock)),
        every(1, "own log", own_log.beat),
        every(clocks.PERIOD_S, "clock", lambda: clocks.run_once(db, clock)),
        every(2, "rooms", rooms.refresh),
        every(3, "access", lambda: access.run_once(db, hub, media, clock)),
        every(1, "check plans", lambda: check_plans.run_once(db, hub, playing, clock)),
        every(1, "prompts", lambda: prompts.run_once(db, hub, clock, arrivals)),
        every(10, "prompts again", lambda: resend(db, hub, clock.now_ms())),
        every(1, "quizzes", lambda: quizzes.run_once(db, board, clock)),
        every(1, "polls", poll_board.refresh),
        every(2, "beside the picture", asides.refresh),
        every(1, "polled viewers", polls.sweep),
        every(5, "ends", lambda: ends.run_once(db, hub, clock)),
        every(flags.PERIOD_S, "flags", flags.FlagSweep(db, hub, clock).run_once),
        every(5, "framing", lambda: framing.run_once(db, clock, framed)),
        every(webhooks.PERIOD_S, "webhooks", courier.run_once),
        every(webhooks.TIDY_PERIOD_S, "delivery log", courier.tidy),
        every(MAKING_PERIOD_S, "exports", maker.run_once),
        every(exports.PERIOD_S, "old exports", lambda: exports.run_once(db, clock)),
        every(2, "recordings", lambda: recordings.run_once(media)),
        every(idempotency.PERIOD_S, "idempotency", lambda: idempotency.run_once(db, clock)),
    ]
    await stack.enter_async_context(_tasks(work))
    await stack.enter_async_context(
        answering_commands(command_socket(base.data), lambda command: perform(db, command, clock.now_ms()))
    )
    await server.serve([listening])


@contextlib.asynccontextmanager
async def _tasks(work: list[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Run these while the block lasts; then cancel and await each, so that the last commit is made."""
    tasks = [asyncio.create_task(coroutine) for coroutine in work]
    for task in tasks:
        task.add_done_callback(_end_if_failed)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _end_if_failed(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _end_at_once(task.exception())


def _end_at_once(error: BaseException | None) -> None:
    """End without another write: nobody knows what is on disk, and a restart finds out."""
    log.critical("Rollcall ends at once, to be restarted", exc_info=error)
    logging.shutdown()
    os._exit(70)


@contextlib.asynccontextmanager
async def _media(base: Foundation, recordings: Recordings) -> AsyncIterator[MediaSupervisor]:
    await base.db.write(broadcasts.clear_signals)
    revoked = await base.db.read(broadcasts.revoked_plays)
    supervisor = MediaSupervisor(
        _place(base),
        path_key=base.secrets.path_key(),
        revoked=revoked,
        handlers=Broadcast(base.db, base.clock, recordings),
        now_ms=base.clock.now_ms,
    )
    await supervisor.start()
    try:
        yield supervisor
    finally:
        await supervisor.stop()


def _place(base: Foundation) -> MediaPlace:
    host = base.settings.rtmp_host or base.settings.host
    viewers = base.settings.low_latency_viewers
    return MediaPlace(
        base.data / "run",
        Path(base.settings.recordings or base.data / "recordings"),
        host,
        base.settings.rtmp_port,
        low_latency_viewers=viewers,
    )


def _materials(base: Foundation) -> Materials:
    folder = Path(base.settings.materials or base.data / "materials")
    return Materials(base.db, Cabinet(folder), base.settings.material_limit_bytes)


def _check_clock(clock: Clock, conn: Connection) -> None:
    last_ms, now_ms = broadcasts.last_commit_ms(conn, clock.now_ms()), clock.now_ms()
    if now_ms + CLOCK_TOLERANCE_MS < last_ms:
        behind_s = (last_ms - now_ms) / 1000
        raise ClockBehind(
            f"It is {behind_s:.0f} s behind the last committed evidence. Set the clock, then start."
        )

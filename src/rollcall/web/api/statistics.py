"""Statistics of a media or an event, counted in one snapshot and streamed in the format that the caller wants.

Rows are made and written in worker threads, a piece at a time, so a report of 50,000 participants delays nobody.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Annotated

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, Parameter
from litestar.response import Stream

from rollcall.actions.statistics import Ask, report_event, report_media
from rollcall.domain.ids import SessionId, UserId
from rollcall.render import formats
from rollcall.web.auth import Caller, Known
from rollcall.web.bodies import StrictRequest
from rollcall.web.deps import Deps, Given
from rollcall.web.personal import Include, included
from rollcall.wire.statistics import EventStatistics, Language, MediaStatistics, Report

Format = Annotated[
    str | None,
    Parameter(
        description="`json`, `xml`, `csv`, `xlsx` or `pdf`; without it the `Accept` header chooses.",
        max_length=50,
    ),
]
Lang = Annotated[Language | None, Parameter(description="Language of the PDF: `ru` (default) or `en`.")]
OfUser = Annotated[str | None, Parameter(description="Only this participant.", max_length=200)]
OfSession = Annotated[str | None, Parameter(description="Only this session.", max_length=50)]


@get(
    "/media/{code:str}/statistics",
    opt={"scope": "statistics"},
    summary="Statistics of a media",
    responses={
        200: ResponseSpec(MediaStatistics, description="Also as XML, described by /api/v1/statistics.xsd")
    },
)
async def read_media_statistics(
    code: FromPath[str],
    request: StrictRequest,
    deps: Given,
    caller: Known,
    format: Format = None,  # noqa: A002 - the name in the query
    include: Include = None,
    user_id: OfUser = None,
    session_id: OfSession = None,
    lang: Lang = None,
) -> Stream:
    """Return who watched how long in which session and how every check ended, as of this moment."""
    wanted = _format(format, request)
    ask = _ask(caller, include, user_id, session_id, lang)
    return _answer(
        deps,
        wanted,
        await report_media(deps.db, caller.project_no, code, ask, deps.clock.now_ms(), deps.settings.rules),
        code,
    )


@get(
    "/events/{code:str}/statistics",
    opt={"scope": "statistics"},
    summary="Statistics of an event: the union over its media",
    responses={
        200: ResponseSpec(EventStatistics, description="Also as XML, described by /api/v1/statistics.xsd")
    },
)
async def read_event_statistics(
    code: FromPath[str],
    request: StrictRequest,
    deps: Given,
    caller: Known,
    format: Format = None,  # noqa: A002 - the name in the query
    include: Include = None,
    user_id: OfUser = None,
    session_id: OfSession = None,
    lang: Lang = None,
) -> Stream:
    """Return the same for all media of an event; a moment watched in two halls counts once in `watched_ms`."""
    wanted = _format(format, request)
    ask = _ask(caller, include, user_id, session_id, lang)
    return _answer(
        deps,
        wanted,
        await report_event(deps.db, caller.project_no, code, ask, deps.clock.now_ms(), deps.settings.rules),
        code,
    )


def _format(name: str | None, request: StrictRequest) -> formats.Format:
    return formats.accepted(request.headers.get("accept", "")) if name is None else formats.named(name)


def _ask(
    caller: Caller, include: str | None, user_id: str | None, session_id: str | None, lang: Language | None
) -> Ask:
    personal = included(caller, include)
    return Ask(
        user_id=None if user_id is None else UserId(user_id),
        session_id=None if session_id is None else SessionId(session_id),
        ip="ip" in personal,
        user_agent="user_agent" in personal,
        language=lang or "ru",
    )


def _answer(deps: Deps, wanted: formats.Format, report: Report, code: str) -> Stream:
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    headers |= disposition(wanted, code)
    turn = deps.press if wanted.is_set else nullcontext()
    return Stream(in_threads(wanted.chunks(report), turn), media_type=wanted.media_type, headers=headers)


def disposition(wanted: formats.Format, code: str) -> dict[str, str]:
    """Return the header that lets a browser save a file, if this is one."""
    if not wanted.is_file:
        return {}
    return {"Content-Disposition": f'attachment; filename="statistics-{code}.{wanted.name}"'}


async def in_threads(
    pieces: Iterator[bytes], turn: AbstractAsyncContextManager[object]
) -> AsyncIterator[bytes]:
    """Make each piece in a worker thread, the first one in its `turn`.

    The framework's own wrapper takes a ValueError for the end of an answer.
    """
    async with turn:
        piece = await asyncio.to_thread(next, pieces, None)
    while piece is not None:
        yield piece
        piece = await asyncio.to_thread(next, pieces, None)


handlers = [read_media_statistics, read_event_statistics]

"""Statistics of a media or an event, counted in one snapshot and streamed in the format that the caller wants.

Rows are made and written in threads and turns of their own (`actions/reports`), so that a report of 50,000 participants
delays nobody.
"""

from functools import partial
from typing import Annotated

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, Parameter
from litestar.response import Stream

from rollcall.actions.statistics import Ask, Subject, report_about, size_of
from rollcall.domain.ids import SessionId, UserId
from rollcall.render import formats
from rollcall.web.auth import Caller, Known
from rollcall.web.bodies import StrictRequest
from rollcall.web.deps import Deps, Given
from rollcall.web.personal import Include, included
from rollcall.web.streams import while_there
from rollcall.wire.statistics import EventStatistics, Language, MediaStatistics

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
    return await _answer("media", request, deps, caller, wanted, code, ask)


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
    return await _answer("event", request, deps, caller, wanted, code, ask)


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


async def _answer(
    subject: Subject,
    request: StrictRequest,
    deps: Deps,
    caller: Caller,
    wanted: formats.Format,
    code: str,
    ask: Ask,
) -> Stream:
    project_no, rules = caller.project_no, deps.settings.rules
    size = await size_of(subject, deps.db, project_no, code, ask, deps.clock.now_ms(), rules)
    read = partial(report_about, subject, deps.db, project_no, code, ask, rules=rules)
    pieces = await while_there(request.receive, deps.reports.stream(project_no, wanted, read, size))
    headers = {"Cache-Control": "no-store", "Vary": "Accept"} | disposition(wanted, code)
    return Stream(pieces, media_type=wanted.media_type, headers=headers)


def disposition(wanted: formats.Format, code: str) -> dict[str, str]:
    """Return the header that lets a browser save a file, if this is one."""
    if not wanted.is_file:
        return {}
    return {"Content-Disposition": f'attachment; filename="statistics-{code}.{wanted.name}"'}


handlers = [read_media_statistics, read_event_statistics]

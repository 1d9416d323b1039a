"""The chat for the record: every message and question in one file."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Annotated, Literal

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, Parameter
from litestar.response import Stream

from rollcall.actions.chat_export import chat_record
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import ProjectNo
from rollcall.render import chat_export as formats
from rollcall.store.media import find_media
from rollcall.web.auth import Known
from rollcall.web.deps import Deps, Given
from rollcall.web.personal import Include, included
from rollcall.wire.chat_export import ChatExport

Format = Annotated[Literal["json", "csv", "xlsx"], Parameter(description="Two of them are files to save.")]


@get(
    "/media/{code:str}/chat/export",
    opt={"scope": "statistics"},
    summary="The whole chat",
    responses={200: ResponseSpec(ChatExport, description="Also as CSV and XLSX")},
)
async def export_chat(
    code: FromPath[str],
    deps: Given,
    caller: Known,
    format: Format = "json",  # noqa: A002 - the name in the query
    include: Include = None,
) -> Stream:
    """Return messages and questions in the order of saying, with those that wait, were rejected or removed."""
    wanted, personal = formats.FORMATS[format], included(caller, include)
    media = await deps.db.read(lambda conn: find_media(conn, caller.project_no, code))
    if media is None:
        raise NotFound("There is no such media.")
    record = chat_record(deps.db, media, personal, deps.clock.now_ms())
    headers = {"Cache-Control": "no-store"}
    if wanted.name != "json":
        headers["Content-Disposition"] = f'attachment; filename="chat-{code}.{wanted.name}"'
    pieces = _pieces(deps, caller.project_no, wanted.chunks(record))
    return Stream(pieces, media_type=wanted.media_type, headers=headers)


async def _pieces(deps: Deps, project_no: ProjectNo, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await deps.reports.page(project_no, partial(next, chunks, None))) is not None:
        yield piece


handlers = [export_chat]

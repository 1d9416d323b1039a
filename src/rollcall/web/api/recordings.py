"""Recordings: a video file comes in one body, or in pieces that may be sent again, and is made ready for players.

What has arrived is on disk and stays, so an upload that breaks off goes on at `received`.
"""

import re

from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from rollcall.actions import recordings as actions
from rollcall.domain.errors import Malformed, Problem, WrongType
from rollcall.store.recordings import Recording
from rollcall.web.auth import Known
from rollcall.web.bodies import StrictRequest, decode
from rollcall.web.deps import Given
from rollcall.web.streams import BrokenOff, kind_of, pieces_of
from rollcall.wire.api.recordings import NewUpload, RecordingOut
from rollcall.wire.api.values import rfc3339

SCOPE = {"scope": "media"}
FILES = ("application/octet-stream", "video/mp4", "video/webm", "video/quicktime", "video/x-matroska")
PATH = "/media/{code:str}/recording"
ONE = PATH + "/{upload:str}"
MOST_JSON_BYTES = 10_000
_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")


@post(
    PATH,
    opt={**SCOPE, "idempotency": False, "body": NewUpload, "kinds": FILES},
    request_max_body_size=None,
    summary="Upload a recording",
)
async def add_recording(
    code: FromPath[str], request: StrictRequest, deps: Given, caller: Known
) -> Response[RecordingOut]:
    """Send the whole file as a video type or `application/octet-stream`; or `{size, name}`, and the bytes by `PUT`.

    A file that breaks off goes on by `PUT` as well. Once somebody has watched a recording, it is not replaced.
    """
    if kind_of(request) == "application/json":
        said: NewUpload = decode(await _short(request), NewUpload)
        row = await deps.recordings.begin(caller.project_no, code, said.name, said.size, caller.actor)
    else:
        _refuse_type(request)
        size = request.content_length
        row = await deps.recordings.begin(caller.project_no, code, "recording", size, caller.actor)
        row = await _receive(deps, caller, code, row.code, None, request)
    return Response(_shown(row), status_code=201)


@put(
    ONE,
    opt={**SCOPE, "kinds": FILES},
    request_max_body_size=None,
    summary="Send bytes of a recording",
)
async def send_bytes(
    code: FromPath[str], upload: FromPath[str], request: StrictRequest, deps: Given, caller: Known
) -> RecordingOut:
    """Send bytes with `Content-Range: bytes FIRST-LAST/SIZE`, beginning at `received`, as many as you like."""
    found = await deps.db.read(lambda conn: actions.find(conn, caller.project_no, code, upload))
    _refuse_type(request)
    first = _first(request, found)
    return _shown(await _receive(deps, caller, code, upload, first, request))


@get(PATH, opt=SCOPE, summary="The recording of a media")
async def get_recording(code: FromPath[str], deps: Given, caller: Known) -> RecordingOut:
    """Return the recording that was begun last: how much of it has arrived, how far it is prepared."""
    return _shown(await deps.db.read(lambda conn: actions.latest(conn, caller.project_no, code)))


@get(ONE, opt=SCOPE, summary="One recording")
async def get_upload(code: FromPath[str], upload: FromPath[str], deps: Given, caller: Known) -> RecordingOut:
    """Return a recording: how much of it has arrived, how far it is prepared."""
    return _shown(await deps.db.read(lambda conn: actions.find(conn, caller.project_no, code, upload)))


@delete(ONE, opt=SCOPE, summary="Remove a recording")
async def remove_recording(code: FromPath[str], upload: FromPath[str], deps: Given, caller: Known) -> None:
    """Cancel an upload, or remove a recording that nobody has watched."""
    await deps.recordings.remove(caller.project_no, code, upload, caller.actor)


async def _receive(
    deps: Given, caller: Known, code: str, upload: str, first: int | None, request: StrictRequest
) -> Recording:
    try:
        return await deps.recordings.receive(caller.project_no, code, upload, first, pieces_of(request))
    except BrokenOff as error:
        raise Malformed(Problem("$", f"{error} Ask for 'received' and go on there.")) from error


def _refuse_type(request: StrictRequest) -> None:
    """Raise WrongType for a body that is no file."""
    if kind_of(request) != "application/octet-stream" and not kind_of(request).startswith("video/"):
        raise WrongType("Send a video file as 'video/*' or 'application/octet-stream'; JSON announces one.")


def _first(request: StrictRequest, found: Recording) -> int:
    """Return where the bytes begin that a request says it carries; raises Malformed."""
    said = _RANGE.fullmatch(request.headers.get("content-range", ""))
    if said is None:
        raise Malformed(Problem("Content-Range", "Must be 'bytes FIRST-LAST/SIZE'."))
    first, last, size = map(int, said.groups())
    if last < first or last >= size or (found.size_bytes is not None and size != found.size_bytes):
        raise Malformed(Problem("Content-Range", f"This upload has {found.size_bytes} bytes, from 0 on."))
    length = request.content_length
    if length is not None and length != last - first + 1:
        raise Malformed(Problem("Content-Range", f"The range is not as long as the body, {length} bytes."))
    return first


async def _short(request: StrictRequest) -> bytes:
    """Return a body that is no file; raises Malformed for one that is."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_JSON_BYTES:
            raise Malformed(Problem("$", f"As JSON, at most {MOST_JSON_BYTES} bytes."))
    return bytes(body)


def _shown(row: Recording) -> RecordingOut:
    return RecordingOut(
        upload=row.code,
        name=row.name,
        state=row.state,
        size=row.size_bytes,
        received=row.received_bytes,
        permille=row.permille,
        duration_ms=row.duration_ms,
        width=row.width,
        height=row.height,
        error=row.error,
        created_at=rfc3339(row.created_ms),
    )


handlers = [add_recording, send_bytes, get_recording, get_upload, remove_recording]

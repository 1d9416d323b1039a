"""Speakers and the programme beside the picture."""

from litestar import delete, get, put
from litestar.params import FromPath, JSONBody

from rollcall.actions import programme as actions
from rollcall.domain.programme import Item, Speaker
from rollcall.web.api.quizzes import place
from rollcall.web.auth import Caller, Known
from rollcall.web.deps import Deps, Given
from rollcall.wire.api.programme import (
    ItemIn,
    ItemShown,
    NewProgramme,
    ProgrammeShown,
    SpeakerIn,
    SpeakerShown,
)
from rollcall.wire.api.values import moment_ms, rfc3339_or_none

SCOPE = {"scope": "control"}
PATH = "/media/{code:str}/programme"
SPEAKER = "/media/{code:str}/speaker"
OF_SESSION = "/media/{code:str}/sessions/{session_id:str}/speaker"


@put(PATH, opt=SCOPE, summary="Write a programme")
async def write_programme(
    code: FromPath[str], data: JSONBody[NewProgramme], deps: Given, caller: Known
) -> ProgrammeShown:
    """Show this instead of the sessions; nothing is counted by it. An empty one shows no programme."""
    items = [_item(item, index) for index, item in enumerate(data.items)]
    await actions.write_programme(deps.db, place(deps, caller, code), items)
    return await _read(deps, caller, code)


@get(PATH, opt=SCOPE, summary="The programme of a media")
async def get_programme(code: FromPath[str], deps: Given, caller: Known) -> ProgrammeShown:
    """Return what players show: what was written, else the sessions."""
    return await _read(deps, caller, code)


@delete(PATH, opt=SCOPE, summary="Show the sessions again")
async def remove_programme(code: FromPath[str], deps: Given, caller: Known) -> None:
    """Let the sessions be the programme."""
    await actions.write_programme(deps.db, place(deps, caller, code), None)


@put(SPEAKER, opt=SCOPE, summary="Name the speaker of a media")
async def write_speaker(
    code: FromPath[str], data: JSONBody[SpeakerIn], deps: Given, caller: Known
) -> SpeakerShown:
    """Say who speaks, in place of whoever was named before."""
    await actions.write_speaker(deps.db, place(deps, caller, code), None, _speaker(data))
    return _told(_speaker(data))


@get(SPEAKER, opt=SCOPE, summary="The speaker of a media")
async def get_speaker(code: FromPath[str], deps: Given, caller: Known) -> SpeakerShown:
    """Return who speaks; 404 where nobody is named."""
    return _told(await deps.db.read(lambda c: actions.read_speaker(c, caller.project_no, code, None)))


@delete(SPEAKER, opt=SCOPE, summary="Name no speaker of a media")
async def remove_speaker(code: FromPath[str], deps: Given, caller: Known) -> None:
    """Take the name away."""
    await actions.write_speaker(deps.db, place(deps, caller, code), None, None)


@put(OF_SESSION, opt=SCOPE, summary="Name the speaker of a session")
async def write_session_speaker(
    code: FromPath[str], session_id: FromPath[str], data: JSONBody[SpeakerIn], deps: Given, caller: Known
) -> SpeakerShown:
    """Say who speaks in a session; the session has no new revision by it."""
    await actions.write_speaker(deps.db, place(deps, caller, code), session_id, _speaker(data))
    return _told(_speaker(data))


@get(OF_SESSION, opt=SCOPE, summary="The speaker of a session")
async def get_session_speaker(
    code: FromPath[str], session_id: FromPath[str], deps: Given, caller: Known
) -> SpeakerShown:
    """Return who speaks in a session; 404 where nobody is named."""
    return _told(await deps.db.read(lambda c: actions.read_speaker(c, caller.project_no, code, session_id)))


@delete(OF_SESSION, opt=SCOPE, summary="Name no speaker of a session")
async def remove_session_speaker(
    code: FromPath[str], session_id: FromPath[str], deps: Given, caller: Known
) -> None:
    """Take the name away."""
    await actions.write_speaker(deps.db, place(deps, caller, code), session_id, None)


async def _read(deps: Deps, caller: Caller, code: str) -> ProgrammeShown:
    items, written = await deps.db.read(lambda conn: actions.read_programme(conn, caller.project_no, code))
    return ProgrammeShown(written, list(map(_shown, items)))


def _speaker(said: SpeakerIn) -> Speaker:
    return Speaker(said.name, said.role, said.description)


def _told(speaker: Speaker) -> SpeakerShown:
    return SpeakerShown(speaker.name, speaker.role, speaker.description)


def _item(said: ItemIn, index: int) -> Item:
    at = f"$.items[{index}]"
    return Item(
        said.title,
        None if said.speaker is None else _speaker(said.speaker),
        None if said.starts_at is None else moment_ms(said.starts_at, f"{at}.starts_at"),
        None if said.ends_at is None else moment_ms(said.ends_at, f"{at}.ends_at"),
    )


def _shown(item: Item) -> ItemShown:
    return ItemShown(
        title=item.title,
        speaker=None if item.speaker is None else _told(item.speaker),
        starts_at=rfc3339_or_none(item.starts_ms),
        ends_at=rfc3339_or_none(item.ends_ms),
        from_ms=item.from_ms,
        to_ms=item.to_ms,
    )


handlers = [
    write_programme,
    get_programme,
    remove_programme,
    write_speaker,
    get_speaker,
    remove_speaker,
    write_session_speaker,
    get_session_speaker,
    remove_session_speaker,
]

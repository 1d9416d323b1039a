"""The chat beside the picture: history, the organiser's messages, removal, bans, settings."""

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.params import FromPath, JSONBody, PathParameter
from msgspec import UNSET

from rollcall.actions import chat
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import ProjectNo
from rollcall.store import chat as store
from rollcall.store.media import find_media
from rollcall.web import paths
from rollcall.web.auth import Known
from rollcall.web.deps import Deps, Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, to_cursor
from rollcall.wire.api.chat import ChatChange, ChatMessageOut, ChatSettingsOut, NewChatMessage
from rollcall.wire.api.values import rfc3339

SCOPE = {"scope": "control"}
MessageId = Annotated[int, PathParameter(ge=1, le=2**53)]


@get("/media/{code:str}/chat", opt=SCOPE, summary="Chat history, newest first")
async def list_messages(
    code: FromPath[str], deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ChatMessageOut]:
    """Return what is shown; removed messages are not."""
    place = await _place(deps, caller.project_no, code)
    before = after(cursor) or None
    rows = await deps.db.read(
        lambda conn: store.list_shown(conn, place.project_no, place.media_no, limit + 1, before)
    )
    shown = [_shown(row) for row in rows[:limit]]
    return Page(shown, to_cursor(rows[limit - 1].version) if len(rows) > limit else None)


@post("/media/{code:str}/chat", opt=SCOPE, summary="Say something as the organiser")
async def announce(
    code: FromPath[str], data: JSONBody[NewChatMessage], deps: Given, caller: Known
) -> ChatMessageOut:
    """Show a message to the room at once, marked as the organiser's."""
    place = await _place(deps, caller.project_no, code)
    now_ms = deps.clock.now_ms()
    return _shown(await chat.announce(deps.db, deps.feed, place, data.name, data.text, now_ms))


@delete("/media/{code:str}/chat/{message:int}", opt=SCOPE, summary="Remove a message")
async def remove_message(code: FromPath[str], message: MessageId, deps: Given, caller: Known) -> None:
    """Take a message out of every page; it stays in the record."""
    place = await _place(deps, caller.project_no, code)
    await chat.remove_message(deps.db, deps.feed, place, message, deps.clock.now_ms())


@put(
    "/media/{code:str}/chat/bans/{user:str}",
    opt=SCOPE,
    summary="Let a participant only read",
    status_code=204,
)
async def ban(code: FromPath[str], user: FromPath[str], deps: Given, caller: Known) -> None:
    """Refuse this participant's messages from now on."""
    place, user_id = await _place(deps, caller.project_no, code), paths.user_id(user)
    now_ms = deps.clock.now_ms()
    await deps.db.write(lambda conn: store.ban(conn, place.project_no, place.media_no, user_id, now_ms))


@delete("/media/{code:str}/chat/bans/{user:str}", opt=SCOPE, summary="Let a participant write again")
async def unban(code: FromPath[str], user: FromPath[str], deps: Given, caller: Known) -> None:
    """Accept this participant's messages again."""
    place, user_id = await _place(deps, caller.project_no, code), paths.user_id(user)
    await deps.db.write(lambda conn: store.unban(conn, place.project_no, place.media_no, user_id))


@patch("/media/{code:str}/chat/settings", opt=SCOPE, summary="Close the chat, or slow it down")
async def change_settings(
    code: FromPath[str], data: JSONBody[ChatChange], deps: Given, caller: Known
) -> ChatSettingsOut:
    """Change what is given; every page is told."""
    place = await _place(deps, caller.project_no, code)
    mode = None if data.mode is UNSET else data.mode
    slow_s = None if data.slow_s is UNSET else data.slow_s
    room = await chat.set_room(deps.db, deps.hub, place, mode, slow_s)
    return ChatSettingsOut(room.mode, room.slow_s)


async def _place(deps: Deps, project_no: ProjectNo, code: str) -> chat.Place:
    media = await deps.db.read(lambda conn: find_media(conn, project_no, code))
    if media is None:
        raise NotFound("There is no such media.")
    return chat.Place(project_no, media.event_no, media.no)


def _shown(message: store.ChatMessage) -> ChatMessageOut:
    return ChatMessageOut(
        message.no, message.version, message.user_id, message.author, message.text, rfc3339(message.at_ms)
    )


handlers = [list_messages, announce, remove_message, ban, unban, change_settings]

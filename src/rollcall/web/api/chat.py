"""The chat beside the picture: history, the organiser's messages, moderation, questions, bans, settings."""

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.params import FromPath, JSONBody, Parameter, PathParameter, QueryParameter

from rollcall.actions import chat
from rollcall.actions.chat import Announcement, Moderator, RoomChange
from rollcall.domain.chat import Kind, Place, State
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import ProjectNo
from rollcall.store import chat as store
from rollcall.store import chat_people as people
from rollcall.store.chat import ChatMessage, ChatRoom
from rollcall.store.chat_people import ChatBan
from rollcall.store.database import Connection
from rollcall.store.media import find_media
from rollcall.web import paths
from rollcall.web.auth import Caller, Known
from rollcall.web.deps import Deps, Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, to_cursor
from rollcall.wire.api.chat import (
    AnsweredChange,
    ChatBanOut,
    ChatChange,
    ChatChanges,
    ChatMessageOut,
    ChatSettingsOut,
    NewChatMessage,
)
from rollcall.wire.api.values import given_fields, rfc3339, rfc3339_or_none

SCOPE = {"scope": "control"}
PATH = "/media/{code:str}/chat"
ONE = PATH + "/{message:int}"
MessageId = Annotated[int, PathParameter(ge=1, le=2**53)]
OfState = Annotated[
    State,
    QueryParameter(name="state", description="`waiting`: what a moderator has to decide; `removed` is kept."),
]
OfKind = Annotated[Kind | None, Parameter(description="Only messages, or only questions to the speaker.")]
Since = Annotated[int, Parameter(ge=0, le=2**53, description="`version` of the answer before; 0 = all.")]


@get(PATH, opt=SCOPE, summary="Chat history, newest first")
async def list_messages(
    code: FromPath[str],
    deps: Given,
    caller: Known,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    of_state: OfState = "shown",
    kind: OfKind = None,
) -> Page[ChatMessageOut]:
    """Return what is shown, or what is in another state."""
    before = after(cursor) or None

    def read(conn: Connection) -> list[ChatMessage]:
        place = find_place(conn, caller.project_no, code)
        return store.list_messages(conn, place, limit + 1, before, of_state, kind)

    rows = await deps.db.read(read)
    shown = [_shown(row) for row in rows[:limit]]
    return Page(shown, to_cursor(rows[limit - 1].version) if len(rows) > limit else None)


@get(PATH + "/changes", opt=SCOPE, summary="What has changed in the chat")
async def list_changes(
    code: FromPath[str], deps: Given, caller: Known, since: Since = 0, limit: Limit = DEFAULT_LIMIT
) -> ChatChanges:
    """Return messages in whatever state that are new or have changed since a version: to follow a chat live."""

    def read(conn: Connection) -> ChatChanges:
        place = find_place(conn, caller.project_no, code)
        version = store.get_room(conn, place).version
        rows = store.list_changes(conn, place, since, limit)
        more = len(rows) == limit
        return ChatChanges(rows[-1].changed if more else version, more, [_shown(row) for row in rows])

    return await deps.db.read(read)


@post(PATH, opt=SCOPE, summary="Say something as the organiser")
async def announce(
    code: FromPath[str], data: JSONBody[NewChatMessage], deps: Given, caller: Known
) -> ChatMessageOut:
    """Show a message to the room at once, marked as the organiser's."""
    place, now_ms = (await _moderator(deps, caller, code)).place, deps.clock.now_ms()
    said = Announcement(data.name, data.text, data.reply_to, data.answers)
    return _shown(await chat.announce(deps.db, deps.feed, place, said, now_ms))


@patch(ONE, opt=SCOPE, summary="Mark a question as answered")
async def mark_answered(
    code: FromPath[str], message: MessageId, data: JSONBody[AnsweredChange], deps: Given, caller: Known
) -> ChatMessageOut:
    """Say that the speaker has answered a question, or take that back; every page shows it."""
    by = await _moderator(deps, caller, code)
    return _shown(
        await chat.mark_answered(deps.db, deps.feed, by.place, message, by.now_ms, answered=data.answered)
    )


@delete(ONE, opt=SCOPE, summary="Remove a message")
async def remove_message(code: FromPath[str], message: MessageId, deps: Given, caller: Known) -> None:
    """Take a message out of every page; it stays in the record."""
    await chat.remove_message(deps.db, deps.feed, await _moderator(deps, caller, code), message)


@post(ONE + "/approve", opt=SCOPE, summary="Show a message that waits", status_code=200)
async def approve(code: FromPath[str], message: MessageId, deps: Given, caller: Known) -> ChatMessageOut:
    """Let a message that waits, or that was rejected, be seen by everybody; it takes its place at the end."""
    by = await _moderator(deps, caller, code)
    return _shown(await chat.decide(deps.db, deps.feed, by, message, "shown"))


@post(ONE + "/reject", opt=SCOPE, summary="Reject a message that waits", status_code=200)
async def reject(code: FromPath[str], message: MessageId, deps: Given, caller: Known) -> ChatMessageOut:
    """Keep a message from everybody; its author is told."""
    by = await _moderator(deps, caller, code)
    return _shown(await chat.decide(deps.db, deps.feed, by, message, "rejected"))


@get(PATH + "/bans", opt=SCOPE, summary="Participants who may only read")
async def list_bans(
    code: FromPath[str], deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ChatBanOut]:
    """Return bans in the order in which they were made."""
    skip = after(cursor)

    def read(conn: Connection) -> list[ChatBan]:
        return people.list_bans(conn, find_place(conn, caller.project_no, code), limit + 1, skip)

    rows = await deps.db.read(read)
    shown = [ChatBanOut(row.user_id, rfc3339(row.at_ms)) for row in rows[:limit]]
    return Page(shown, to_cursor(skip + limit) if len(rows) > limit else None)


@put(PATH + "/bans/{user:str}", opt=SCOPE, summary="Let a participant only read", status_code=204)
async def ban(code: FromPath[str], user: FromPath[str], deps: Given, caller: Known) -> None:
    """Refuse this participant's messages from now on; their page says so."""
    user_id = paths.user_id(user)
    await chat.set_ban(deps.db, deps.hub, await _moderator(deps, caller, code), user_id, banned=True)


@delete(PATH + "/bans/{user:str}", opt=SCOPE, summary="Let a participant write again")
async def unban(code: FromPath[str], user: FromPath[str], deps: Given, caller: Known) -> None:
    """Accept this participant's messages again."""
    user_id = paths.user_id(user)
    await chat.set_ban(deps.db, deps.hub, await _moderator(deps, caller, code), user_id, banned=False)


@get(PATH + "/settings", opt=SCOPE, summary="Settings of the chat")
async def get_settings(code: FromPath[str], deps: Given, caller: Known) -> ChatSettingsOut:
    """Return how the chat takes messages now."""

    def read(conn: Connection) -> ChatRoom:
        return store.get_room(conn, find_place(conn, caller.project_no, code))

    return _settings(await deps.db.read(read))


@patch(PATH + "/settings", opt=SCOPE, summary="Close the chat, slow it down, moderate it, hide names")
async def change_settings(
    code: FromPath[str], data: JSONBody[ChatChange], deps: Given, caller: Known
) -> ChatSettingsOut:
    """Change what is given; every page is told."""
    wanted = RoomChange(**given_fields(data, *RoomChange.__slots__))
    by = await _moderator(deps, caller, code)
    return _settings(await chat.set_room(deps.db, deps.hub, deps.feed, by, wanted))


def find_place(conn: Connection, project_no: ProjectNo, code: str) -> Place:
    """Return the chat of a media; raises NotFound."""
    media = find_media(conn, project_no, code)
    if media is None:
        raise NotFound("There is no such media.")
    return Place(project_no, media.event_no, media.no)


async def _moderator(deps: Deps, caller: Caller, code: str) -> Moderator:
    place = await deps.db.read(lambda conn: find_place(conn, caller.project_no, code))
    return Moderator(place, code, caller.actor, deps.clock.now_ms())


def _shown(message: ChatMessage) -> ChatMessageOut:
    return ChatMessageOut(
        id=message.no,
        version=message.version,
        user_id=message.user_id,
        name=message.author or message.user_id or "",
        text=message.text,
        at=rfc3339(message.at_ms),
        kind=message.kind,
        state=message.state,
        changed=message.changed,
        author_number=message.number,
        reply_to=message.reply_to,
        votes=message.votes,
        answered_at=rfc3339_or_none(message.answered_ms),
    )


def _settings(room: ChatRoom) -> ChatSettingsOut:
    return ChatSettingsOut(room.mode, room.slow_s, room.premoderated, room.authors)


handlers = [
    list_messages, list_changes, announce, mark_answered, remove_message, approve, reject, list_bans, ban, unban,
    get_settings, change_settings,
]  # fmt: skip

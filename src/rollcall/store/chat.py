"""Chat messages, bans and settings of a media. Every change raises the room's version, in order and without a gap."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, delete, insert, or_, select, update

from rollcall.domain.ids import EventNo, MediaNo, ProjectNo, UserId
from rollcall.store.tables import chat_bans, chat_messages, media


@dataclass(frozen=True, slots=True)
class ChatRoom:
    """The chat's settings: `mode` open or closed, `slow_s` seconds between two messages of one participant."""

    version: int
    mode: str
    slow_s: int


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A stored message; `user_id` None is the organiser."""

    no: int
    version: int
    user_id: UserId | None
    author: str
    text: str
    at_ms: int
    removed_version: int | None


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be stored."""

    user_id: UserId | None
    author: str
    text: str
    at_ms: int


def get_room(conn: Connection, project_no: ProjectNo, media_no: MediaNo) -> ChatRoom:
    """Return the chat settings of a media that exists."""
    columns = (media.c.chat_version, media.c.chat_mode, media.c.chat_slow_s)
    row = conn.execute(select(*columns).where(_of(project_no, media_no))).one()
    return ChatRoom(*row)


def set_room(conn: Connection, project_no: ProjectNo, media_no: MediaNo, mode: str, slow_s: int) -> None:
    """Change mode and slow mode."""
    conn.execute(update(media).where(_of(project_no, media_no)).values(chat_mode=mode, chat_slow_s=slow_s))


def add_message(
    conn: Connection, project_no: ProjectNo, event_no: EventNo, media_no: MediaNo, message: NewMessage
) -> ChatMessage:
    """Store a message under the room's next version."""
    version = _next_version(conn, project_no, media_no)
    values = {
        "project_no": project_no,
        "event_no": event_no,
        "media_no": media_no,
        "version": version,
        "user_id": message.user_id,
        "author": message.author,
        "text": message.text,
        "at_ms": message.at_ms,
    }
    no = conn.execute(insert(chat_messages).values(values).returning(chat_messages.c.no)).scalar_one()
    return ChatMessage(no, version, message.user_id, message.author, message.text, message.at_ms, None)


def remove_message(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, message: int, now_ms: int
) -> int | None:
    """Hide a message and return the room's new version; None when there is no such message, or it is hidden."""
    found = (chat_messages.c.no == message) & (chat_messages.c.media_no == media_no)
    shown = found & (chat_messages.c.project_no == project_no) & chat_messages.c.removed_ms.is_(None)
    if conn.execute(select(chat_messages.c.no).where(shown)).first() is None:
        return None
    version = _next_version(conn, project_no, media_no)
    conn.execute(update(chat_messages).where(found).values(removed_ms=now_ms, removed_version=version))
    return version


def list_changes(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, after: int, limit: int
) -> list[ChatMessage]:
    """Return messages said or removed after version `after`, oldest first, at most `limit`."""
    changed = or_(chat_messages.c.version > after, chat_messages.c.removed_version > after)
    query = _messages(project_no, media_no).where(changed).order_by(chat_messages.c.version).limit(limit)
    return [_message(row) for row in conn.execute(query).mappings()]


def list_shown(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, limit: int, before: int | None = None
) -> list[ChatMessage]:
    """Return the newest shown messages, newest first; with `before`, only versions below it."""
    query = _messages(project_no, media_no).where(chat_messages.c.removed_ms.is_(None))
    if before is not None:
        query = query.where(chat_messages.c.version < before)
    rows = conn.execute(query.order_by(chat_messages.c.version.desc()).limit(limit)).mappings()
    return [_message(row) for row in rows]


def ban(conn: Connection, project_no: ProjectNo, media_no: MediaNo, user_id: UserId, now_ms: int) -> None:
    """Let this user read but not write; a second ban changes nothing."""
    if not is_banned(conn, media_no, user_id):
        values = {"media_no": media_no, "user_id": user_id, "project_no": project_no, "at_ms": now_ms}
        conn.execute(insert(chat_bans).values(values))


def unban(conn: Connection, project_no: ProjectNo, media_no: MediaNo, user_id: UserId) -> None:
    """Let this user write again."""
    of_user = (chat_bans.c.media_no == media_no) & (chat_bans.c.user_id == user_id)
    conn.execute(delete(chat_bans).where(of_user, chat_bans.c.project_no == project_no))


def is_banned(conn: Connection, media_no: MediaNo, user_id: UserId) -> bool:
    """Return whether this user may only read."""
    of_user = (chat_bans.c.media_no == media_no) & (chat_bans.c.user_id == user_id)
    return conn.execute(select(chat_bans.c.user_id).where(of_user)).first() is not None


def last_said_ms(conn: Connection, media_no: MediaNo, user_id: UserId) -> int | None:
    """Return when this user last wrote, or None."""
    query = (
        select(chat_messages.c.at_ms)
        .where(chat_messages.c.media_no == media_no, chat_messages.c.user_id == user_id)
        .order_by(chat_messages.c.version.desc())
        .limit(1)
    )
    return conn.execute(query).scalar()


def _of(project_no: ProjectNo, media_no: MediaNo) -> ColumnElement[bool]:
    return (media.c.no == media_no) & (media.c.project_no == project_no)


def _next_version(conn: Connection, project_no: ProjectNo, media_no: MediaNo) -> int:
    raised = update(media).where(_of(project_no, media_no)).values(chat_version=media.c.chat_version + 1)
    return int(conn.execute(raised.returning(media.c.chat_version)).scalar_one())


def _messages(project_no: ProjectNo, media_no: MediaNo) -> Select[tuple[object, ...]]:
    of_media = (chat_messages.c.media_no == media_no) & (chat_messages.c.project_no == project_no)
    return select(chat_messages).where(of_media)


def _message(row: RowMapping) -> ChatMessage:
    return ChatMessage(
        row["no"],
        row["version"],
        row["user_id"],
        row["author"],
        row["text"],
        row["at_ms"],
        row["removed_version"],
    )

"""Who takes part in a chat: authors with their numbers, votes for questions, and who may only read."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from rollcall.domain.chat import Place
from rollcall.domain.ids import UserId
from rollcall.store.tables import chat_authors, chat_bans, chat_messages, chat_votes
from rollcall.store.upsert import upsert_into


@dataclass(frozen=True, slots=True)
class ChatAuthor:
    """Somebody who has written here; `number` is their pseudonym, `said_ms` when they wrote last."""

    user_id: UserId
    number: int
    said_ms: int


@dataclass(frozen=True, slots=True)
class ChatBan:
    """Somebody who may only read."""

    user_id: UserId
    at_ms: int


def authors_among(conn: Connection, place: Place, users: Collection[UserId]) -> dict[UserId, ChatAuthor]:
    """Return those of these users who have written here."""
    query = select(chat_authors.c.user_id, chat_authors.c.number, chat_authors.c.said_ms).where(
        _authors(place), chat_authors.c.user_id.in_(users)
    )
    return {UserId(row.user_id): ChatAuthor(*row) for row in conn.execute(query)}


def note_author(conn: Connection, place: Place, user_id: UserId, now_ms: int) -> ChatAuthor:
    """Note that somebody writes and return them; who has not written before gets the next number.

    Call it while the room is held: numbers are unique in it.
    """
    of_user = _authors(place) & (chat_authors.c.user_id == user_id)
    number = conn.execute(
        update(chat_authors).where(of_user).values(said_ms=now_ms).returning(chat_authors.c.number)
    ).scalar()
    if number is None:
        highest = conn.execute(select(func.max(chat_authors.c.number)).where(_authors(place))).scalar()
        number = (highest or 0) + 1
        conn.execute(
            insert(chat_authors).values(
                project_no=place.project_no,
                media_no=place.media_no,
                user_id=user_id,
                number=number,
                said_ms=now_ms,
            )
        )
    return ChatAuthor(user_id, number, now_ms)


def known_numbers(conn: Connection, place: Place, numbers: Collection[int]) -> set[int]:
    """Return those of these numbers that authors have."""
    if not numbers:
        return set()
    query = select(chat_authors.c.number).where(_authors(place), chat_authors.c.number.in_(numbers))
    return set(conn.execute(query).scalars())


def set_vote(conn: Connection, place: Place, message: int, user_id: UserId, now_ms: int, *, on: bool) -> bool:
    """Give or take back one participant's vote; tell whether that changes anything."""
    if on:
        row = {"project_no": place.project_no, "media_no": place.media_no, "message_no": message}
        vote = upsert_into(conn, chat_votes).values(**row, user_id=user_id, at_ms=now_ms)
        given = vote.on_conflict_do_nothing().returning(chat_votes.c.message_no)
        return conn.execute(given).first() is not None
    mine = (chat_votes.c.message_no == message) & (chat_votes.c.user_id == user_id)
    return conn.execute(delete(chat_votes).where(mine)).rowcount == 1


def votes_by(conn: Connection, place: Place, users: Collection[UserId]) -> dict[UserId, list[int]]:
    """Return which shown questions these users have voted for."""
    query = (
        select(chat_votes.c.user_id, chat_votes.c.message_no)
        .join(chat_messages, chat_messages.c.no == chat_votes.c.message_no)
        .where(chat_votes.c.media_no == place.media_no, chat_votes.c.user_id.in_(users))
        .where(chat_messages.c.state == "shown")
        .order_by(chat_votes.c.message_no)
    )
    found: dict[UserId, list[int]] = {}
    for user_id, message in conn.execute(query):
        found.setdefault(UserId(user_id), []).append(message)
    return found


def ban(conn: Connection, place: Place, user_id: UserId, now_ms: int) -> None:
    """Let this user read but not write; a second ban changes nothing."""
    row = {"media_no": place.media_no, "user_id": user_id, "project_no": place.project_no, "at_ms": now_ms}
    conn.execute(upsert_into(conn, chat_bans).values(row).on_conflict_do_nothing())


def unban(conn: Connection, place: Place, user_id: UserId) -> None:
    """Let this user write again."""
    conn.execute(delete(chat_bans).where(_bans(place), chat_bans.c.user_id == user_id))


def banned_among(conn: Connection, place: Place, users: Collection[UserId]) -> set[UserId]:
    """Return those of these users who may only read."""
    query = select(chat_bans.c.user_id).where(_bans(place), chat_bans.c.user_id.in_(users))
    return {UserId(user_id) for user_id in conn.execute(query).scalars()}


def list_bans(conn: Connection, place: Place, limit: int, skip: int) -> list[ChatBan]:
    """Return who may only read, in the order of the bans."""
    query = select(chat_bans.c.user_id, chat_bans.c.at_ms).where(_bans(place))
    ordered = query.order_by(chat_bans.c.at_ms, chat_bans.c.user_id).limit(limit).offset(skip)
    return [ChatBan(*row) for row in conn.execute(ordered)]


def _authors(place: Place) -> ColumnElement[bool]:
    return (chat_authors.c.media_no == place.media_no) & (chat_authors.c.project_no == place.project_no)


def _bans(place: Place) -> ColumnElement[bool]:
    return (chat_bans.c.media_no == place.media_no) & (chat_bans.c.project_no == place.project_no)

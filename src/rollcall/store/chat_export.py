"""A whole chat in the order of saying, with the players from which its messages came."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from rollcall.domain.chat import Place
from rollcall.store.chat import COLUMNS, ChatMessage, as_message
from rollcall.store.tables import chat_messages, plays


class Line(NamedTuple):
    """A message in whatever state; address and browser of its player, None for the organiser's."""

    message: ChatMessage
    ip: str | None
    user_agent: str | None


def highest_no(conn: Connection, place: Place) -> int:
    """Return the number of the last message so far, 0 for none."""
    of_media = chat_messages.c.media_no == place.media_no
    return conn.execute(select(func.max(chat_messages.c.no)).where(of_media)).scalar() or 0


def list_lines(conn: Connection, place: Place, after: int, last: int, limit: int) -> list[Line]:
    """Return up to `limit` messages with numbers after `after`, up to `last`."""
    query = (
        select(*COLUMNS, plays.c.ip, plays.c.user_agent)
        .outerjoin(plays, plays.c.no == chat_messages.c.play_no)
        .where(chat_messages.c.media_no == place.media_no, chat_messages.c.project_no == place.project_no)
        .where(chat_messages.c.no > after, chat_messages.c.no <= last)
        .order_by(chat_messages.c.no)
        .limit(limit)
    )
    return [Line(as_message(row[:-2]), row.ip, row.user_agent) for row in conn.execute(query)]

"""A whole chat for the record, read in batches while it is written: messages and questions in whatever state."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from msgspec import UNSET

from rollcall.domain.chat import Place
from rollcall.render.chat_export import ChatRecord, field_names
from rollcall.store.chat_export import Line, highest_no, list_lines
from rollcall.store.database import Database
from rollcall.store.media import Media
from rollcall.wire.api.values import rfc3339, rfc3339_or_none
from rollcall.wire.chat_export import ChatLine
from rollcall.wire.statistics import Media as Head

BATCH: Final = 500


def chat_record(db: Database, media: Media, personal: frozenset[str], now_ms: int) -> ChatRecord:
    """Return the chat of a media; its lines are read in the thread that asks for them.

    What is said after it began is left out. `personal`: which of `ip` and `user_agent` every line has.
    """
    place = Place(media.project_no, media.event_no, media.no)
    head = Head(media.code, media.event_code, media.title, media.kind, media.timezone)
    return ChatRecord(head, rfc3339(now_ms), _batches(db, place, personal), field_names(personal))


def _batches(db: Database, place: Place, personal: frozenset[str]) -> Iterator[list[ChatLine]]:
    last = db.read_now(partial(highest_no, place=place))
    after = 0
    while lines := db.read_now(partial(list_lines, place=place, after=after, last=last, limit=BATCH)):
        yield [_line(line, personal) for line in lines]
        after = lines[-1].message.no


def _line(line: Line, personal: frozenset[str]) -> ChatLine:
    message = line.message
    return ChatLine(
        id=message.no,
        said_at=rfc3339(message.at_ms),
        kind=message.kind,
        state=message.state,
        user_id=message.user_id,
        name=message.author or None,
        author_number=message.number,
        text=message.text,
        reply_to=message.reply_to,
        votes=message.votes,
        answered_at=rfc3339_or_none(message.answered_ms),
        ip=line.ip if "ip" in personal else UNSET,
        user_agent=line.user_agent if "user_agent" in personal else UNSET,
    )

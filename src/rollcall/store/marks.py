"""The marks that answer prompts, and up to when their plays have reported: what an outcome rests on. Read only."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.ids import CheckId, PlayNo, UserId
from rollcall.store.database import chunks
from rollcall.store.prompts import Asked
from rollcall.store.tables import marks, spans


def marks_of(conn: Connection, asked: Sequence[Asked]) -> dict[tuple[CheckId, UserId], list[MarkRow]]:
    """Return the durable marks that name these prompts' checks and users (of any media)."""
    found: dict[tuple[CheckId, UserId], list[MarkRow]] = {}
    named = {prompt.check for prompt in asked}
    for users in chunks(sorted({prompt.user_id for prompt in asked})):
        query: Select[Any] = select(
            marks.c.play_no, marks.c.seq, marks.c.project_no, marks.c.event_no, marks.c.media_no,
            marks.c.user_id, marks.c.mark, marks.c.check_code, marks.c.at_ms, marks.c.arrival_ms,
            marks.c.bound_ms, marks.c.visible, marks.c.trusted, marks.c.answer,
            marks.c.issued_ms, marks.c.pointer,
        ).where(marks.c.check_code.in_(named), marks.c.user_id.in_(users))  # fmt: skip
        for row in conn.execute(query):
            mark = MarkRow(*row)
            found.setdefault((mark.check, mark.user_id), []).append(mark)
    return found


def heard_of(conn: Connection, play_nos: Iterable[PlayNo]) -> dict[PlayNo, int]:
    """Return up to which moment each play is proven to have reported, in whatever state."""
    heard: dict[PlayNo, int] = {}
    for some in chunks(sorted(set(play_nos))):
        query = select(spans.c.play_no, func.max(spans.c.end_ms)).where(spans.c.play_no.in_(some))
        for play_no, end_ms in conn.execute(query.group_by(spans.c.play_no)):
            heard[PlayNo(play_no)] = end_ms
    return heard

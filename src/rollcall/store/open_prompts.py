"""Prompts that are open: whom they wait for, and what is sent (again) to whom. Read only."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, literal_column, select

from rollcall.domain.checks.windows import DELIVERY_MS, after
from rollcall.domain.ids import CheckId, CheckNo, EventNo, MediaNo, ProjectNo, UserId
from rollcall.domain.intervals import Intervals
from rollcall.store.checks import CheckKind, Question, question_of
from rollcall.store.database import chunks
from rollcall.store.tables import checks, prompts


@dataclass(frozen=True, slots=True)
class Outstanding:
    """An open prompt with its wording, as it is sent (again)."""

    project_no: ProjectNo
    event_no: EventNo
    check: CheckId
    media_no: MediaNo
    user_id: UserId
    kind: CheckKind
    text: str | None
    sound: bool
    issued_ms: int
    lifetime_ms: int
    code: str | None
    question: Question | None
    received_ms: int | None
    shown_ms: int | None

    def left_ms(self, outages: Intervals, now_ms: int) -> int:
        """Return the lifetime left: all of it until a player has displayed the prompt; 0 when it is too late."""
        seen = [at_ms for at_ms in (self.received_ms, self.shown_ms) if at_ms is not None]
        if seen:
            from_ms = max(min(seen), self.issued_ms)
            return max(0, after(from_ms, self.lifetime_ms, outages) - now_ms)
        given_up_ms = after(self.issued_ms, self.lifetime_ms + DELIVERY_MS, outages)
        return self.lifetime_ms if now_ms < given_up_ms else 0


def outstanding_of(conn: Connection, media_no: MediaNo, users: Collection[UserId]) -> list[Outstanding]:
    """Return the open prompts of these participants."""
    query = _outstanding().where(prompts.c.media_no == media_no, prompts.c.user_id.in_(users))
    return [_read(row) for row in conn.execute(query)]


def outstanding_for(conn: Connection, check_no: CheckNo) -> list[Outstanding]:
    """Return the open prompts of one check."""
    return [_read(row) for row in conn.execute(_outstanding().where(prompts.c.check_no == check_no))]


def undisplayed(conn: Connection, issued_before_ms: int) -> list[Outstanding]:
    """Return the open prompts of all projects that no player has displayed since they were issued."""
    query = _outstanding().where(
        prompts.c.shown_ms.is_(None), prompts.c.received_ms.is_(None), prompts.c.issued_ms < issued_before_ms
    )
    return [_read(row) for row in conn.execute(query)]


def asked_among(
    conn: Connection, users: Collection[UserId], among: Collection[CheckNo]
) -> set[tuple[CheckNo, UserId]]:
    """Return who of these participants was asked which of these checks."""
    c = prompts.c
    query = select(c.check_no, c.user_id).where(c.check_no.in_(among), c.user_id.in_(users))
    return {(check_no, user_id) for check_no, user_id in conn.execute(query)}


def users_asked_now(conn: Connection, media_no: MediaNo, now_ms: int) -> set[UserId]:
    """Return the participants of a media with an open prompt whose lifetime may still run."""
    c = prompts.c
    query = select(c.user_id).where(is_open(), c.media_no == media_no, c.issued_ms + c.lifetime_ms > now_ms)
    return set(conn.execute(query).scalars())


def waited_for(conn: Connection, users: Collection[UserId]) -> set[tuple[MediaNo, UserId]]:
    """Return where any of these participants has a prompt that is open."""
    c = prompts.c
    found: set[tuple[MediaNo, UserId]] = set()
    for some in chunks(sorted(users)):
        query = select(c.media_no, c.user_id).where(is_open(), c.user_id.in_(some))
        found |= {(MediaNo(media_no), UserId(user_id)) for media_no, user_id in conn.execute(query)}
    return found


def is_open() -> ColumnElement[bool]:
    """Return a condition written out, without parameters: only so may SQLite use the index of open rows."""
    return prompts.c.state == literal_column("'issued'")


def _outstanding() -> Select[Any]:
    c = prompts.c
    return (
        select(
            c.project_no, c.event_no, checks.c.code, c.media_no, c.user_id, checks.c.kind, checks.c.text,
            checks.c.sound, c.issued_ms, c.lifetime_ms, c.code, checks.c.question, c.received_ms, c.shown_ms,
        )
        .join(checks, checks.c.no == c.check_no)
        .where(is_open())
    )  # fmt: skip


def _read(row: Any) -> Outstanding:
    return replace(Outstanding(*row), question=question_of(row.question))

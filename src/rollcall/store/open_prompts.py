"""Prompts that are open: whom they wait for, and what is sent (again) to whom. Read only."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, literal_column, select

from rollcall.domain.checks.resolve import DELIVERY_MS
from rollcall.domain.ids import CheckId, CheckNo, MediaNo, UserId
from rollcall.store.checks import CheckKind
from rollcall.store.tables import checks, prompts


@dataclass(frozen=True, slots=True)
class Outstanding:
    """An open prompt with its wording, as it is sent (again)."""

    check: CheckId
    media_no: MediaNo
    user_id: UserId
    kind: CheckKind
    text: str | None
    sound: bool
    issued_ms: int
    lifetime_ms: int
    received_ms: int | None
    shown_ms: int | None

    def left_ms(self, now_ms: int) -> int:
        """Return the lifetime left: all of it until a player has displayed the prompt; 0 when it is too late."""
        seen = [at_ms for at_ms in (self.received_ms, self.shown_ms) if at_ms is not None]
        if seen:
            return max(0, min(seen) + self.lifetime_ms - now_ms)
        return self.lifetime_ms if now_ms < self.issued_ms + self.lifetime_ms + DELIVERY_MS else 0


def outstanding_of(conn: Connection, media_no: MediaNo, users: Collection[UserId]) -> list[Outstanding]:
    """Return the open prompts of these participants."""
    query = _outstanding().where(prompts.c.media_no == media_no, prompts.c.user_id.in_(users))
    return [Outstanding(*row) for row in conn.execute(query)]


def undisplayed(conn: Connection, issued_before_ms: int) -> list[Outstanding]:
    """Return the open prompts of all projects that no player has displayed since they were issued."""
    query = _outstanding().where(
        prompts.c.shown_ms.is_(None), prompts.c.received_ms.is_(None), prompts.c.issued_ms < issued_before_ms
    )
    return [Outstanding(*row) for row in conn.execute(query)]


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


def is_open() -> ColumnElement[bool]:
    """Return a condition written out, without parameters: only so may SQLite use the index of open rows."""
    return prompts.c.state == literal_column("'issued'")


def _outstanding() -> Select[Any]:
    c = prompts.c
    return (
        select(
            checks.c.code, c.media_no, c.user_id, checks.c.kind, checks.c.text, checks.c.sound, c.issued_ms,
            c.lifetime_ms, c.received_ms, c.shown_ms,
        )
        .join(checks, checks.c.no == c.check_no)
        .where(is_open())
    )  # fmt: skip

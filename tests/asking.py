"""Asking for presence in a hall: what tests of checks do, and what they expect players to be told."""

from dataclasses import replace
from typing import Any

from rollcall.actions import sessions
from rollcall.actions.checks import NewCheck, create_check
from rollcall.domain.sessions import Session, WallWindow
from rollcall.jobs import prompts as job
from rollcall.store.checks import Check, CheckKind, Question, Wording, get_check
from tests.hall import T0, Hall

LIFETIME = 60_000


async def ask(
    hall: Hall,
    *,
    at_ms: int | None = None,
    session_id: str | None = None,
    lifetime_s: int = 60,
    kind: CheckKind = "click",
    question: Question | None = None,
) -> Check:
    new = NewCheck(Wording(kind, lifetime_s, True, "Вы здесь?", question), at_ms, session_id)
    return await create_check(hall.db, hall.hub, hall.project_no, hall.code, new, "test", hall.now_ms)


async def begin(hall: Hall, *, ends_ms: int | None = None) -> Session:
    session, _ = await sessions.create_session(
        hall.db,
        hall.hub,
        hall.project_no,
        hall.code,
        "Block",
        WallWindow(hall.now_ms, ends_ms),
        "test",
        hall.now_ms,
    )
    return session


async def end_at(hall: Hall, session: Session, ends_ms: int | None) -> None:
    await change(hall, session, WallWindow(T0, ends_ms))


async def change(hall: Hall, session: Session, window: WallWindow) -> None:
    await sessions.change_session(
        hall.db, hall.hub, hall.project_no, hall.code, session.id,
        lambda before: replace(before, window=window), "test", hall.now_ms,
    )  # fmt: skip


async def tick(hall: Hall) -> None:
    await job.run_once(hall.db, hall.hub, hall.clock, hall.arrivals)


def sent(check: Check, left_ms: int = LIFETIME, issued_ms: int = T0) -> dict[str, Any]:
    return {
        "type": "prompt",
        "check": check.id,
        "kind": "click",
        "text": "Вы здесь?",
        "sound": True,
        "lifetime_ms": left_ms,
        "left_ms": left_ms,
        "issued_at_ms": issued_ms,
        "code": None,
        "question": None,
        "mac": "",  # a screen of a hall has no play that could prove it
    }


def closed(check: Check, outcome: str, at_ms: int) -> dict[str, Any]:
    return {"type": "prompt_closed", "check": check.id, "outcome": outcome, "at_ms": at_ms}


async def stored(hall: Hall, check: Check) -> Check:
    return await hall.db.read(lambda conn: get_check(conn, hall.project_no, hall.media_no, check.id))

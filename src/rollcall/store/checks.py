"""Checks: one presence control each. How it was answered is in `prompts`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from rollcall.domain.ids import CheckId, CheckNo, EventNo, MediaNo, ProjectNo, SessionId, SessionNo
from rollcall.domain.sessions import Session, session_at
from rollcall.store.sessions import MediaRef
from rollcall.store.tables import checks, media, prompts, sessions

CheckKind = Literal["click", "code", "question"]
CheckState = Literal["planned", "issued", "closed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Question:
    """What a check of kind `question` asks; `answer` is the index of the right choice, if there is one."""

    text: str
    choices: tuple[str, ...]
    answer: int | None


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `at_ms`: when it is to be issued; `issued_ms` … `last_issued_ms`: its first and last prompt."""

    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo
    no: CheckNo
    id: CheckId
    session_no: SessionNo | None
    session_id: SessionId | None
    origin: Literal["manual", "plan"]
    ordinal: int
    state: CheckState
    kind: CheckKind
    lifetime_s: int
    sound: bool
    text: str | None
    question: Question | None
    at_ms: int | None
    issued_ms: int | None
    last_issued_ms: int | None
    created_ms: int
    cancelled_ms: int | None


@dataclass(frozen=True, slots=True)
class Wording:
    """What is asked, and how."""

    kind: CheckKind
    lifetime_s: int
    sound: bool
    text: str | None
    question: Question | None = None


def add_check(
    conn: Connection,
    of: MediaRef,
    check_id: CheckId,
    wording: Wording,
    now_ms: int,
    *,
    origin: str,
    session_no: SessionNo | None,
    ordinal: int | None = None,
    at_ms: int | None = None,
) -> Check:
    """Store a check that is planned. Without `ordinal` it is the next of its origin in the media."""
    if ordinal is None:
        ordinal = (
            1
            + conn.execute(
                select(func.count()).where(checks.c.media_no == of.no, checks.c.origin == origin)
            ).scalar_one()
        )
    conn.execute(
        insert(checks).values(
            project_no=of.project_no,
            event_no=of.event_no,
            media_no=of.no,
            code=check_id,
            session_no=session_no,
            origin=origin,
            ordinal=ordinal,
            state="planned",
            kind=wording.kind,
            lifetime_s=wording.lifetime_s,
            sound=wording.sound,
            text=wording.text,
            question=None if wording.question is None else asdict(wording.question),
            at_ms=at_ms,
            created_ms=now_ms,
        )
    )
    return get_check(conn, of.project_no, of.no, check_id)


def get_check(conn: Connection, project_no: ProjectNo, media_no: MediaNo, check_id: CheckId) -> Check:
    """Return a check that exists."""
    found = find_check(conn, project_no, media_no, check_id)
    assert found is not None
    return found


def find_check(conn: Connection, project_no: ProjectNo, media_no: MediaNo, check_id: str) -> Check | None:
    """Return a check of the media."""
    query = _checks().where(
        checks.c.project_no == project_no, checks.c.media_no == media_no, checks.c.code == check_id
    )
    row = conn.execute(query).first()
    return _check(row) if row else None


def hold_check(conn: Connection, check_no: CheckNo) -> Check:
    """Return a check that exists and let nobody else hold it until the commit."""
    return _check(conn.execute(_checks().where(checks.c.no == check_no).with_for_update(of=checks)).one())


def page_checks(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, after: int, limit: int
) -> list[Check]:
    """Return up to `limit` checks of the media, numbered after `after`."""
    c = checks.c
    query = _checks().where(c.project_no == project_no, c.media_no == media_no, c.no > after)
    return [_check(row) for row in conn.execute(query.order_by(c.no).limit(limit))]


def find_control(
    conn: Connection, project_no: ProjectNo, session_no: SessionNo, ordinal: int
) -> Check | None:
    """Return the check of a plan that is the `ordinal`-th control of a session."""
    c = checks.c
    query = _checks().where(
        c.project_no == project_no, c.session_no == session_no, c.ordinal == ordinal, c.origin == "plan"
    )
    row = conn.execute(query.with_for_update(of=checks)).first()
    return _check(row) if row else None


def list_due(conn: Connection, now_ms: int) -> list[Check]:
    """Return every timed check whose moment has come (of all projects)."""
    c = checks.c
    query = _checks().where(_unfinished(), c.state == "planned", c.at_ms <= now_ms).order_by(c.at_ms, c.no)
    return [_check(row) for row in conn.execute(query)]


def list_running(conn: Connection, now_ms: int, media_no: MediaNo | None = None) -> list[Check]:
    """Return the manual checks whose lifetime and session run: whoever joins now is asked too."""
    c = checks.c
    ends_ms = session_end()
    query = _checks().where(
        _unfinished(),
        c.state == "issued",
        c.origin == "manual",
        c.issued_ms + c.lifetime_s * 1000 > now_ms,
        or_(ends_ms.is_(None), ends_ms > now_ms),
    )
    rows = conn.execute(query if media_no is None else query.where(c.media_no == media_no))
    return [_check(row) for row in rows]


def note_issue(conn: Connection, check: Check, session_no: SessionNo | None, now_ms: int) -> None:
    """Note that prompts of this check are issued now; the first issue decides its session."""
    values: dict[str, Any] = {"state": "issued", "last_issued_ms": now_ms}
    if check.issued_ms is None:
        values |= {"issued_ms": now_ms, "session_no": session_no}
    conn.execute(update(checks).where(checks.c.no == check.no).values(values))


def cancel_check(conn: Connection, check: Check, now_ms: int) -> None:
    """Note that a check was cancelled."""
    values = {"state": "cancelled", "cancelled_ms": now_ms}
    conn.execute(update(checks).where(checks.c.no == check.no).values(values))


def close_finished(conn: Connection, now_ms: int) -> None:
    """Close every issued check whose lifetime is over and which waits for no prompt."""
    c = checks.c
    waits = select(prompts.c.check_no).where(prompts.c.check_no == c.no, prompts.c.state == "issued")
    conn.execute(
        update(checks)
        .where(c.state == "issued", c.last_issued_ms + c.lifetime_s * 1000 <= now_ms, ~waits.exists())
        .values(state="closed")
    )


def has_finished(conn: Connection, now_ms: int) -> bool:
    """Tell whether `close_finished` has something to do."""
    c = checks.c
    waits = select(prompts.c.check_no).where(prompts.c.check_no == c.no, prompts.c.state == "issued")
    query = select(c.no).where(
        _unfinished(),
        c.state == "issued",
        c.last_issued_ms + c.lifetime_s * 1000 <= now_ms,
        ~waits.exists(),
    )
    return conn.execute(query.limit(1)).first() is not None


def assign_sessions(conn: Connection, of: MediaRef, current: Sequence[Session]) -> None:
    """Let each issued check belong to the session of `current` that holds its moment, else to none.

    Where participants watch each at their own time, a plan's check stays in the session in which it was asked.
    """
    c = checks.c
    query = select(c.no, c.session_no, c.issued_ms).where(
        c.project_no == of.project_no, c.media_no == of.no, c.issued_ms.is_not(None)
    )
    rows = conn.execute(query.where(c.origin == "manual") if of.is_by_content else query)
    moved = []
    for no, session_no, issued_ms in rows:
        session = session_at(current, issued_ms)
        belongs = session.no if session is not None else None
        if belongs != session_no:
            moved.append({"moved": no, "belongs": belongs})
    if moved:
        conn.execute(
            update(checks).where(c.no == bindparam("moved")).values(session_no=bindparam("belongs")), moved
        )


def ends_of(conn: Connection, of: MediaRef) -> dict[CheckNo, int | None]:
    """Return for each issued check of a media when the session ends that it belongs to; None = never, or in none."""
    c = checks.c
    query = (
        select(c.no, session_end())
        .outerjoin(sessions, sessions.c.no == c.session_no)
        .where(c.project_no == of.project_no, c.media_no == of.no, c.issued_ms.is_not(None))
    )
    return {CheckNo(no): ends_ms for no, ends_ms in conn.execute(query)}


def session_end() -> Any:
    """Return the expression of when the session of a check ends: as set, or by its removal.

    A plan asks each viewer who may go back when they play the session, so for them it ends by its removal alone.
    """
    s = sessions.c
    first = case((s.ends_ms < s.removed_ms, s.ends_ms), else_=s.removed_ms)
    goes_back = checks.c.media_no.in_(select(media.c.no).where(media.c.dvr_s > 0))
    return case(
        (and_(checks.c.origin == "plan", goes_back), s.removed_ms),
        (s.removed_ms.is_(None), s.ends_ms),
        else_=first,
    )


def question_of(stored: dict[str, Any] | None) -> Question | None:
    """Return a question as it was stored."""
    return None if stored is None else Question(stored["text"], tuple(stored["choices"]), stored["answer"])


def _check(row: Any) -> Check:
    return replace(Check(*row), question=question_of(row.question))


def _unfinished() -> Any:
    """Return a condition written out, without parameters: only so may SQLite use the index of open rows."""
    return checks.c.state.in_((literal_column("'planned'"), literal_column("'issued'")))


def _checks() -> Select[Any]:
    c = checks.c
    return select(
        c.project_no, c.event_no, c.media_no, c.no, c.code, c.session_no, sessions.c.code, c.origin, c.ordinal,
        c.state, c.kind, c.lifetime_s, c.sound, c.text, c.question, c.at_ms, c.issued_ms, c.last_issued_ms,
        c.created_ms, c.cancelled_ms,
    ).outerjoin(sessions, sessions.c.no == c.session_no)  # fmt: skip

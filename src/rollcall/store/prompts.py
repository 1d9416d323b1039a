"""Prompts: a check as asked of one participant, and the marks that answer it. How it ends is decided in the domain.

Rows that are read in order to be changed are held until the commit, in one order, so that the evidence writer and the
jobs never decide the same prompt twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    or_,
    select,
    update,
)

from rollcall.base.crash_points import reach
from rollcall.domain.checks.corrected import ChangedOutage, MovedEnd
from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.checks.outcome import State
from rollcall.domain.checks.windows import DELIVERY_MS, LAST_MS, SILENCE_MS
from rollcall.domain.ids import CheckId, CheckNo, EventNo, MediaNo, ProjectNo, SessionNo, UserId
from rollcall.domain.judging import HiddenMiss
from rollcall.store.checks import Check, CheckKind, Question, question_of, session_end
from rollcall.store.database import chunks
from rollcall.store.open_prompts import is_open
from rollcall.store.tables import checks, events, marks, prompt_arrivals, prompts, sessions, spans
from rollcall.store.upsert import upsert_into


@dataclass(frozen=True, slots=True)
class Asked:
    """One prompt with what decides it; `session_ends_ms` as in `domain.checks.windows.Prompt`."""

    project_no: ProjectNo
    event_no: EventNo
    check_no: CheckNo
    check: CheckId
    media_no: MediaNo
    user_id: UserId
    origin: str
    session_no: SessionNo | None
    ordinal: int
    state: State
    issued_ms: int
    lifetime_ms: int
    received_ms: int | None
    shown_ms: int | None
    unshown: bool
    closed_ms: int | None
    expired_ms: int | None
    withdrawn: bool
    confirmed_ms: int | None
    late: bool
    answer: str | None
    correct: bool | None
    kind: CheckKind
    code: str | None
    question: Question | None
    hidden_miss: HiddenMiss
    session_ends_ms: int | None


@dataclass(frozen=True, slots=True)
class Ended:
    """What a prompt becomes; `closed_ms` None = it stays open."""

    check_no: CheckNo
    user_id: UserId
    state: State
    received_ms: int | None
    shown_ms: int | None
    confirmed_ms: int | None
    closed_ms: int | None
    late: bool
    expired_ms: int | None
    unshown: bool
    answer: str | None
    correct: bool | None
    withdrawn: bool


def add_prompts(
    conn: Connection,
    check: Check,
    users: Iterable[UserId],
    lifetime_ms: int,
    now_ms: int,
    codes: Mapping[UserId, str],
) -> None:
    """Issue a check to these participants at `now_ms`; one that was lost on its way is issued anew, others stay.

    `codes`: the digits drawn for each participant, for a check of kind `code`.
    """
    statement = upsert_into(conn, prompts)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=[prompts.c.check_no, prompts.c.user_id],
        set_={
            "state": "issued",
            "issued_ms": new.issued_ms,
            "lifetime_ms": new.lifetime_ms,
            "code": new.code,
            "issues": prompts.c.issues + 1,
            "withdrawn": False,
            **dict.fromkeys(("received_ms", "shown_ms", "closed_ms", "expired_ms")),
        },
        where=and_(prompts.c.state == "undelivered", prompts.c.unshown.is_(False)),
    )
    common = {
        "check_no": check.no,
        "project_no": check.project_no,
        "event_no": check.event_no,
        "media_no": check.media_no,
        "state": "issued",
        "issued_ms": now_ms,
        "lifetime_ms": lifetime_ms,
        "late": False,
    }
    rows = [{**common, "user_id": user_id, "code": codes.get(user_id)} for user_id in users]
    if rows:
        reach("prompt.before_issue")
        conn.execute(statement, rows)


def asked_users(conn: Connection, check_no: CheckNo) -> set[UserId]:
    """Return everybody with a prompt of this check, open or not."""
    return set(conn.execute(select(prompts.c.user_id).where(prompts.c.check_no == check_no)).scalars())


def hold_answered(conn: Connection, given: Sequence[MarkRow]) -> list[Asked]:
    """Return the prompts that these marks speak of, held until the commit; one cancelled by hand stays so."""
    pairs = {(mark.media_no, mark.check, mark.user_id) for mark in given}
    wanted = {mark.check for mark in given}
    found: list[Asked] = []
    for users in chunks(sorted({mark.user_id for mark in given})):
        query = _asked().where(checks.c.code.in_(wanted), prompts.c.user_id.in_(users), ~_cancelled_by_hand())
        found += _held(conn, query)
    return [asked for asked in found if (asked.media_no, asked.check, asked.user_id) in pairs]


def list_decidable(conn: Connection, now_ms: int) -> list[Asked]:
    """Return the open prompts of all projects that may have come to their end, to look at only."""
    return [_read(row) for row in conn.execute(_asked().where(*_decidable(now_ms)))]


def hold_decidable(conn: Connection, now_ms: int, media_no: MediaNo | None = None) -> list[Asked]:
    """Return the open prompts that may have come to their end, held until the commit."""
    query = _asked().where(*_decidable(now_ms))
    return _held(conn, query if media_no is None else query.where(prompts.c.media_no == media_no))


def hold_open(conn: Connection, check_no: CheckNo) -> list[Asked]:
    """Return the open prompts of one check, held until the commit."""
    return _held(conn, _asked().where(is_open(), prompts.c.check_no == check_no))


def hold_hidden(conn: Connection, event_no: EventNo) -> list[Asked]:
    """Return the prompts of an event that were received in a hidden frame and not answered, held until the commit."""
    c = prompts.c
    ended = c.state.in_(("missed", "undelivered"))
    return _held(conn, _asked().where(c.event_no == event_no, c.received_ms.is_not(None), ended))


def hold_had(conn: Connection, since_ms: Mapping[tuple[MediaNo, UserId], int]) -> list[Asked]:
    """Return the prompts that a player of these participants had and that were offered after their moment.

    Only such as a display has not decided; they are held until the commit.
    """
    c, had = prompts.c, prompt_arrivals.c
    of_issue = had.check_no == c.check_no, had.user_id == c.user_id, had.issued_ms == c.issued_ms
    arrived = select(had.play_no).where(*of_issue).correlate(prompts).exists()
    given_up_ms = c.issued_ms + c.lifetime_ms + DELIVERY_MS
    media_nos = {media_no for media_no, _ in since_ms}
    found: list[Asked] = []
    for users in chunks(sorted({user_id for _, user_id in since_ms})):
        query = _asked().where(
            c.user_id.in_(users),
            c.media_no.in_(media_nos),
            c.state.in_(("issued", "undelivered")),
            given_up_ms > min(since_ms.values()),
            arrived,
        )
        found += _held(conn, query)
    return [
        asked
        for asked in found
        if (at_ms := since_ms.get((asked.media_no, asked.user_id))) is not None
        and asked.issued_ms + asked.lifetime_ms + DELIVERY_MS > at_ms
    ]


def hold_touched(conn: Connection, event_no: EventNo, outage: ChangedOutage) -> list[Asked]:
    """Return the ended prompts of an event that waited while there was an outage, held until the commit.

    What was cancelled by hand stays.
    """
    conditions = [prompts.c.event_no == event_no, *_touched(outage), ~_cancelled_by_hand()]
    return _held(conn, _asked().where(*conditions))


def hold_ended(conn: Connection, check_nos: Iterable[CheckNo], end: MovedEnd, outages_ms: int) -> list[Asked]:
    """Return the ended prompts of these checks that ran at the end of their session, held until the commit.

    That is at either of its ends, or at both; `outages_ms` may have lengthened them. What was cancelled by hand stays.
    """
    c = prompts.c
    conditions = [
        ~is_open(),
        c.issued_ms + 2 * c.lifetime_ms > end.issued_after_ms(outages_ms),
        ~_cancelled_by_hand(),
    ]
    if (before_ms := end.issued_before_ms) is not None:
        conditions.append(c.issued_ms < before_ms)
    found: list[Asked] = []
    for some in chunks(sorted(check_nos)):
        found += _held(conn, _asked().where(c.check_no.in_(some), *conditions))
    return found


def events_touched(conn: Connection, outage: ChangedOutage, project_no: ProjectNo | None) -> list[EventNo]:
    """Return the events (of a project, None = of all) with ended prompts that waited while there was an outage."""
    query = select(prompts.c.event_no).where(*_touched(outage))
    if project_no is not None:
        query = query.where(prompts.c.project_no == project_no)
    return [EventNo(no) for no in conn.execute(query.distinct().order_by(prompts.c.event_no)).scalars()]


def change_prompts(conn: Connection, ended: Sequence[Ended]) -> None:
    """Store what prompts have become."""
    if not ended:
        return
    changes = [field.name for field in fields(Ended) if field.name not in ("check_no", "user_id")]
    statement = (
        update(prompts)
        .where(prompts.c.check_no == bindparam("of_check"), prompts.c.user_id == bindparam("of_user"))
        .values({name: bindparam(f"new_{name}") for name in changes})
    )
    conn.execute(
        statement,
        [
            {"of_check": row.check_no, "of_user": row.user_id}
            | {f"new_{name}": getattr(row, name) for name in changes}
            for row in ended
        ],
    )


def _touched(outage: ChangedOutage) -> list[ColumnElement[bool]]:
    c = prompts.c
    return [
        ~is_open(),
        c.issued_ms < outage.within.end,
        c.issued_ms + c.lifetime_ms > outage.issued_after_ms,
    ]


def _cancelled_by_hand() -> ColumnElement[bool]:
    by_hand = and_(checks.c.state == "cancelled", prompts.c.closed_ms >= checks.c.cancelled_ms)
    return and_(prompts.c.state == "cancelled", by_hand)


def _decidable(now_ms: int) -> list[Any]:
    """Return the conditions without which no open prompt ends by time: most are waiting, and cost nothing so."""
    c, ends_ms = prompts.c, session_end()
    return [
        is_open(),
        or_(
            and_(
                c.shown_ms.is_(None),
                c.received_ms.is_(None),
                c.issued_ms + c.lifetime_ms + DELIVERY_MS <= now_ms,
            ),
            _over(c.shown_ms, now_ms),
            _over(c.received_ms, now_ms),
            c.issued_ms + c.lifetime_ms + LAST_MS <= now_ms,
            ends_ms <= now_ms,
        ),
    ]


def _over(displayed_ms: ColumnElement[int | None], now_ms: int) -> ColumnElement[bool]:
    """Return whether the lifetime since `displayed_ms` is over, and a play has reported since or been silent long."""
    until_ms = displayed_ms + prompts.c.lifetime_ms
    heard = (
        select(spans.c.play_no)
        .join(marks, marks.c.play_no == spans.c.play_no)
        .where(
            marks.c.check_code == checks.c.code,
            marks.c.user_id == prompts.c.user_id,
            spans.c.end_ms > until_ms,
        )
        .correlate(prompts, checks)
    )
    return and_(until_ms <= now_ms, or_(until_ms + SILENCE_MS <= now_ms, heard.exists()))


def _asked() -> Select[Any]:
    c = prompts.c
    return (
        select(
            c.project_no, c.event_no, c.check_no, checks.c.code, c.media_no, c.user_id, checks.c.origin,
            checks.c.session_no, checks.c.ordinal, c.state, c.issued_ms, c.lifetime_ms, c.received_ms, c.shown_ms,
            c.unshown, c.closed_ms, c.expired_ms, c.withdrawn, c.confirmed_ms, c.late, c.answer, c.correct,
            checks.c.kind, c.code, checks.c.question, events.c.hidden_miss, session_end(),
        )
        .join(checks, checks.c.no == c.check_no)
        .join(events, events.c.no == c.event_no)
        .outerjoin(sessions, sessions.c.no == checks.c.session_no)
    )  # fmt: skip


def _held(conn: Connection, query: Select[Any]) -> list[Asked]:
    c = prompts.c
    rows = conn.execute(query.order_by(c.check_no, c.user_id).with_for_update(of=prompts))
    return [_read(row) for row in rows]


def _read(row: Any) -> Asked:
    asked = Asked(*row)
    return replace(asked, question=question_of(row.question))

"""Which players had which prompts, as written down; how that is known is told in `live/arrivals`."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from rollcall.domain.checks.windows import DELIVERY_MS, Arrival
from rollcall.domain.ids import CheckId, CheckNo, PlayNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.store.database import chunks
from rollcall.store.open_prompts import is_open
from rollcall.store.prompts import Asked
from rollcall.store.tables import checks, prompt_arrivals, prompts, spans
from rollcall.store.upsert import upsert_into


class Arrived(NamedTuple):
    """A play had this issue of a prompt at `at_ms`."""

    check: CheckId
    issued_ms: int
    user_id: UserId
    play_no: PlayNo
    at_ms: int


def note_arrivals(conn: Connection, arrivals: Sequence[Arrived]) -> None:
    """Note that prompts have reached plays, each as told first; prompts that have ended and repeats change nothing."""
    numbers = _open_among(conn, arrivals)
    rows = [
        {
            "check_no": no,
            "user_id": row.user_id,
            "play_no": row.play_no,
            "issued_ms": row.issued_ms,
            "at_ms": row.at_ms,
        }
        for row in arrivals
        if (no := numbers.get((row.check, row.user_id, row.issued_ms))) is not None
    ]
    if not rows:
        return
    statement = upsert_into(conn, prompt_arrivals)
    new, c = statement.excluded, prompt_arrivals.c
    statement = statement.on_conflict_do_update(
        index_elements=[c.check_no, c.user_id, c.play_no],
        set_={"issued_ms": new.issued_ms, "at_ms": new.at_ms},
        where=c.issued_ms < new.issued_ms,
    )
    conn.execute(statement, rows)


def _open_among(
    conn: Connection, arrivals: Sequence[Arrived]
) -> Mapping[tuple[CheckId, UserId, int], CheckNo]:
    """Return the checks of those prompts that are open in the issue that arrived."""
    c = prompts.c
    found: dict[tuple[CheckId, UserId, int], CheckNo] = {}
    named = {row.check for row in arrivals}
    for users in chunks(sorted({row.user_id for row in arrivals})):
        query = select(checks.c.code, c.user_id, c.issued_ms, c.check_no).join(
            checks, checks.c.no == c.check_no
        )
        query = query.where(is_open(), checks.c.code.in_(named), c.user_id.in_(users))
        found |= {
            (CheckId(code), UserId(user), ms): CheckNo(no) for code, user, ms, no in conn.execute(query)
        }
    return found


def arrivals_of(
    conn: Connection, asked: Sequence[Asked]
) -> Mapping[tuple[CheckNo, UserId], tuple[Arrival, ...]]:
    """Return the players that had these prompts as issued last, and what they have reported since."""
    issued = {(prompt.check_no, prompt.user_id): prompt.issued_ms for prompt in asked}
    had: list[tuple[tuple[CheckNo, UserId], PlayNo, int]] = []
    c = prompt_arrivals.c
    named = {prompt.check_no for prompt in asked}
    for users in chunks(sorted({prompt.user_id for prompt in asked})):
        query = select(c.check_no, c.user_id, c.play_no, c.issued_ms, c.at_ms)
        for row in conn.execute(query.where(c.check_no.in_(named), c.user_id.in_(users))):
            whose = CheckNo(row.check_no), UserId(row.user_id)
            if issued.get(whose) == row.issued_ms:
                had.append((whose, PlayNo(row.play_no), row.at_ms))
    if not had:
        return {}
    given_up_ms = max(prompt.issued_ms + prompt.lifetime_ms for prompt in asked) + DELIVERY_MS
    within = Interval(min(at_ms for _, _, at_ms in had), given_up_ms)
    ran = _reported(conn, {play_no for _, play_no, _ in had}, within)
    found: dict[tuple[CheckNo, UserId], tuple[Arrival, ...]] = {}
    for whose, play_no, at_ms in had:
        found[whose] = (*found.get(whose, ()), Arrival(play_no, at_ms, ran.get(play_no, ())))
    return found


def _reported(
    conn: Connection, play_nos: Collection[PlayNo], within: Interval
) -> Mapping[PlayNo, tuple[Interval, ...]]:
    """Return the time that plays have reported around a stretch, where it is placed by more than a claim."""
    found: dict[PlayNo, tuple[Interval, ...]] = {}
    c = spans.c
    for some in chunks(sorted(play_nos)):
        query = select(c.play_no, c.start_ms, c.end_ms).where(
            c.play_no.in_(some), c.start_ms < within.end, c.end_ms > within.start, c.unverified.is_(False)
        )
        for play_no, start_ms, end_ms in conn.execute(query):
            found[PlayNo(play_no)] = (*found.get(PlayNo(play_no), ()), Interval(start_ms, end_ms))
    return found

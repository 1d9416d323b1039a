"""How checks were answered, counted: for the organiser who looks on, and for the plan that asks the next control.

The statistics count for themselves, over evidence; these are the figures of prompts as they stand.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from rollcall.domain.checks.windows import DELIVERY_MS
from rollcall.domain.ids import CheckNo, MediaNo, ProjectNo, SessionNo, UserId
from rollcall.store.tables import checks, list_media, lists, participants, prompt_arrivals, prompts, spans


def count_outcomes(
    conn: Connection, project_no: ProjectNo, check_nos: Sequence[CheckNo]
) -> dict[CheckNo, dict[str, int]]:
    """Return how many prompts of each check are in which state; checks without prompts are left out.

    `unshown` counts those of `undelivered` that had arrived.
    """
    c = prompts.c
    query = (
        select(c.check_no, c.state, c.unshown, func.count())
        .where(c.project_no == project_no, c.check_no.in_(check_nos))
        .group_by(c.check_no, c.state, c.unshown)
    )
    counts: dict[CheckNo, dict[str, int]] = {}
    for check_no, state, unshown, count in conn.execute(query):
        of_check = counts.setdefault(CheckNo(check_no), {})
        for name in (state, "unshown") if unshown and state == "undelivered" else (state,):
            of_check[name] = of_check.get(name, 0) + count
    return counts


def count_answers(
    conn: Connection, project_no: ProjectNo, check_nos: Sequence[CheckNo]
) -> dict[CheckNo, dict[str, int]]:
    """Return how often each answer was given to each check, by those who confirmed."""
    c = prompts.c
    query = (
        select(c.check_no, c.answer, func.count())
        .where(c.project_no == project_no, c.check_no.in_(check_nos), c.state == "confirmed")
        .group_by(c.check_no, c.answer)
    )
    counts: dict[CheckNo, dict[str, int]] = {}
    for check_no, answer, count in conn.execute(query):
        counts.setdefault(CheckNo(check_no), {})[answer] = count
    return counts


def count_unasked(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, check_nos: Sequence[CheckNo]
) -> dict[CheckNo, int]:
    """Return how many people on the media's lists have no prompt of each check."""
    p, of_media = participants.c, list_media.c
    listed = (
        select(p.user_id)
        .join(lists, lists.c.no == p.list_no)
        .join(list_media, of_media.list_no == p.list_no)
        .where(
            p.project_no == project_no,
            of_media.media_no == media_no,
            p.removed_ms.is_(None),
            lists.c.removed_ms.is_(None),
        )
        .distinct()
        .cte()
    )
    everybody = conn.execute(select(func.count()).select_from(listed)).scalar_one()
    asked = (
        select(prompts.c.check_no, func.count())
        .join(listed, listed.c.user_id == prompts.c.user_id)
        .where(prompts.c.check_no.in_(check_nos))
        .group_by(prompts.c.check_no)
    )
    counted = {CheckNo(check_no): count for check_no, count in conn.execute(asked)}
    return {check_no: everybody - counted.get(check_no, 0) for check_no in check_nos}


def last_controls(conn: Connection, project_no: ProjectNo, session_no: SessionNo) -> dict[UserId, int]:
    """Return the last control of a plan that each participant had in a session."""
    return _by_user(conn, _controls(project_no, session_no))


def lost_controls(conn: Connection, project_no: ProjectNo, session_no: SessionNo) -> dict[UserId, int]:
    """Return the last control of each participant that was lost on its way, and is to be asked again.

    That is one that was not delivered and that no player kept from view. Where one had it, that is known once it has
    reported up to when the prompt was given up: nobody is asked again because they were away or silent.
    """
    p, had = prompts.c, prompt_arrivals.c
    given_up_ms = p.issued_ms + p.lifetime_ms + DELIVERY_MS
    reported = select(spans.c.play_no).where(spans.c.play_no == had.play_no, spans.c.end_ms >= given_up_ms)
    had_by_silent = select(had.play_no).where(
        had.check_no == p.check_no,
        had.user_id == p.user_id,
        had.issued_ms == p.issued_ms,
        ~reported.correlate(prompts, prompt_arrivals).exists(),
    )
    lost = p.state == "undelivered", p.unshown.is_(False), ~had_by_silent.correlate(prompts).exists()
    return _by_user(conn, _controls(project_no, session_no).where(*lost))


def _controls(project_no: ProjectNo, session_no: SessionNo) -> Select[Any]:
    return (
        select(prompts.c.user_id, func.max(checks.c.ordinal))
        .join(checks, checks.c.no == prompts.c.check_no)
        .where(
            checks.c.project_no == project_no,
            checks.c.session_no == session_no,
            checks.c.origin == "plan",
        )
        .group_by(prompts.c.user_id)
    )


def _by_user(conn: Connection, query: Select[Any]) -> dict[UserId, int]:
    return {UserId(user_id): ordinal for user_id, ordinal in conn.execute(query)}

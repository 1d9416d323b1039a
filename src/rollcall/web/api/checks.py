"""Presence checks of a media: asked now or at a time, looked at, cancelled."""

from collections.abc import Sequence

from litestar import get, post
from litestar.params import FromPath, JSONBody

from rollcall.actions import checks as actions
from rollcall.actions.checks import NewCheck
from rollcall.actions.sessions import require_media
from rollcall.domain.errors import Malformed, Problem
from rollcall.domain.ids import ProjectNo
from rollcall.store import checks
from rollcall.store.check_counts import count_answers, count_outcomes, count_unasked
from rollcall.store.checks import Check, Wording
from rollcall.store.database import Connection
from rollcall.store.sessions import MediaRef
from rollcall.web.auth import Known
from rollcall.web.deps import Deps, Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.wire.api.checks import AnswersOut, CheckBody, CheckOut, Question
from rollcall.wire.api.values import moment_ms, rfc3339, rfc3339_or_none

SCOPE = {"scope": "control"}


@post("/media/{code:str}/checks", opt=SCOPE, summary="Ask for presence")
async def create_check(
    code: FromPath[str], data: JSONBody[CheckBody], deps: Given, caller: Known
) -> CheckOut:
    """Without `at` everybody connected is asked now. The check belongs to the session that holds its moment."""
    new = NewCheck(
        Wording(data.kind, data.lifetime_s, data.sound, data.text, _question(data)),
        None if data.at is None else moment_ms(data.at, "$.at"),
        data.session_id,
    )
    check = await actions.create_check(
        deps.db, deps.hub, caller.project_no, code, new, caller.actor, deps.clock.now_ms()
    )
    return await _answer(deps, caller.project_no, code, check.id)


@get("/media/{code:str}/checks", opt=SCOPE, summary="Checks of a media")
async def list_checks(
    code: FromPath[str], deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[CheckOut]:
    """Return the checks in the order of their making, those of the plan too, with their counts."""
    start = after(cursor)

    def read(conn: Connection) -> list[tuple[Check, CheckOut]]:
        of = require_media(conn, caller.project_no, code)
        rows = checks.page_checks(conn, of.project_no, of.no, start, limit + 1)
        return list(zip(rows, _counted(conn, of, rows), strict=True))

    rows = await deps.db.read(read)
    return page(rows, limit, lambda row: row[0].no, lambda row: row[1])


@get("/media/{code:str}/checks/{check_id:str}", opt=SCOPE, summary="A check and its counts")
async def get_check(code: FromPath[str], check_id: FromPath[str], deps: Given, caller: Known) -> CheckOut:
    """Return how many have confirmed, missed and so on; `pending` may still change."""
    return await _answer(deps, caller.project_no, code, check_id)


@post("/media/{code:str}/checks/{check_id:str}/cancel", opt=SCOPE, summary="Cancel a check", status_code=200)
async def cancel_check(code: FromPath[str], check_id: FromPath[str], deps: Given, caller: Known) -> CheckOut:
    """Take the question back from everybody who has not answered; it counts against nobody."""
    await actions.cancel_check(
        deps.db, deps.hub, caller.project_no, code, check_id, caller.actor, deps.clock.now_ms()
    )
    return await _answer(deps, caller.project_no, code, check_id)


def _question(data: CheckBody) -> checks.Question | None:
    """Return the question of a check that has one. Raises Malformed."""
    asked = data.question
    if data.kind != "question":
        if asked is not None:
            raise Malformed(Problem("$.question", "Only a check of kind 'question' has one."))
        return None
    if asked is None:
        raise Malformed(
            Problem("$.question", "A check of kind 'question' needs one: its text and 2-6 choices.")
        )
    if len(set(asked.choices)) < len(asked.choices):
        raise Malformed(Problem("$.question.choices", "Two choices are the same."))
    if asked.answer is not None and asked.answer >= len(asked.choices):
        last = len(asked.choices) - 1
        raise Malformed(
            Problem("$.question.answer", f"This is the index of the right choice: from 0 to {last} here.")
        )
    return checks.Question(asked.text, tuple(asked.choices), asked.answer)


async def _answer(deps: Deps, project_no: ProjectNo, code: str, check_id: str) -> CheckOut:
    def read(conn: Connection) -> CheckOut:
        of = require_media(conn, project_no, code)
        return _counted(conn, of, [actions.require_check(conn, of, check_id)])[0]

    return await deps.db.read(read)


def _counted(conn: Connection, of: MediaRef, rows: Sequence[Check]) -> list[CheckOut]:
    counts = count_outcomes(conn, of.project_no, [check.no for check in rows])
    issued = [check.no for check in rows if check.issued_ms is not None]
    unasked = count_unasked(conn, of.project_no, of.no, issued)
    answers = count_answers(conn, of.project_no, [check.no for check in rows if check.question is not None])
    return [
        _shown(
            check,
            counts.get(check.no, {}),
            unasked.get(check.no, 0),
            None if check.question is None else _answers(check.question, answers.get(check.no, {})),
        )
        for check in rows
    ]


def _answers(question: checks.Question, counts: dict[str, int]) -> AnswersOut:
    chosen = [counts.get(str(index), 0) for index in range(len(question.choices))]
    return AnswersOut(choices=chosen, correct=None if question.answer is None else chosen[question.answer])


def _shown(check: Check, counts: dict[str, int], unasked: int, answers: AnswersOut | None) -> CheckOut:
    asked = check.question
    return CheckOut(
        id=check.id,
        state=check.state,
        kind=check.kind,
        origin=check.origin,
        ordinal=check.ordinal,
        session_id=check.session_id,
        at=rfc3339_or_none(check.at_ms),
        issued_at=rfc3339_or_none(check.issued_ms),
        last_issued_at=rfc3339_or_none(check.last_issued_ms),
        cancelled_at=rfc3339_or_none(check.cancelled_ms),
        created_at=rfc3339(check.created_ms),
        lifetime_s=check.lifetime_s,
        sound=check.sound,
        text=check.text,
        question=None if asked is None else Question(asked.text, list(asked.choices), asked.answer),
        confirmed=counts.get("confirmed", 0),
        missed=counts.get("missed", 0),
        undelivered=counts.get("undelivered", 0),
        not_present=counts.get("not_present", 0) + unasked,
        cancelled=counts.get("cancelled", 0),
        pending=counts.get("issued", 0),
        unshown=counts.get("unshown", 0),
        answers=answers,
    )


handlers = [create_check, list_checks, get_check, cancel_check]

"""Sessions, presence controls and statistics in the style of the compatible API. These methods are ours.

`live/session/*` cuts a broadcast, `live/control/*` asks for presence, `live/nmo` tells the result by media in terms of
User ID, sessions and controls. Times are Moscow time; durations have their unit in the name.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final

import msgspec
from msgspec import UNSET, Struct, structs

from rollcall.actions import check_plans, checks
from rollcall.actions import sessions as actions
from rollcall.actions.checks import NewCheck
from rollcall.actions.reports import Wanted
from rollcall.actions.statistics import Ask, report_media
from rollcall.base.apart import apart
from rollcall.domain.checks.plan import Plan
from rollcall.domain.ids import SessionId, UserId
from rollcall.domain.sessions import Session, WallWindow, Window
from rollcall.store import checks as check_store
from rollcall.store import sessions as store
from rollcall.store.checks import Check, Wording
from rollcall.store.database import Connection
from rollcall.web.auth import Caller
from rollcall.web.boomstream.call import Call, Refused
from rollcall.web.boomstream.dates import read_end, read_start, written
from rollcall.web.boomstream.envelope import Data, Value
from rollcall.web.boomstream.methods import LongMethod, Method
from rollcall.web.deps import Deps
from rollcall.wire.api.checks import CheckText
from rollcall.wire.api.values import Title
from rollcall.wire.moments import to_ms
from rollcall.wire.statistics import Report

PAGE_ROWS = 1_000
# Lists of the report that become elements of the same meaning.
ITEMS = {"sessions": "Sessions", "checks": "Controls", "participants": "Participants", "per_media": "Medias"}


async def create_session(deps: Deps, caller: Caller, call: Call) -> Data:
    """Begin a session: `code`, `title`, `start` (default now) and `end` (default open)."""
    now_ms = deps.clock.now_ms()
    starts_ms = read_start("start", call.text("start")) if call.has("start") else None
    window = WallWindow(now_ms if starts_ms is None else starts_ms, _end(call))
    session, _ = await actions.create_session(
        deps.db,
        deps.hub,
        caller.project_no,
        call.need("code"),
        _title(call.need("title")),
        window,
        caller.actor,
        now_ms,
    )
    return _session(session)


async def stop_session(deps: Deps, caller: Caller, call: Call) -> Data:
    """End a session now: `code` of the broadcast, `session`."""
    session, _ = await actions.stop_session(
        deps.db, deps.hub, caller.project_no, call.need("code"), call.need("session"), caller.actor,
        deps.clock.now_ms(),
    )  # fmt: skip
    return _session(session)


async def update_session(deps: Deps, caller: Caller, call: Call) -> Data:
    """Correct a session, also after the event: totals are counted anew."""

    def change(session: Session) -> Session:
        window = session.window
        if not isinstance(window, WallWindow):
            raise Refused("This session has positions of content, not times")
        if call.has("start"):
            starts_ms = read_start("start", call.text("start"))
            window = replace(window, starts_ms=window.starts_ms if starts_ms is None else starts_ms)
        if call.has("end"):
            window = replace(window, ends_ms=_end(call))
        title = _title(call.text("title")) if call.has("title") else session.title
        return replace(session, title=title, window=window)

    session, _ = await actions.change_session(
        deps.db, deps.hub, caller.project_no, call.need("code"), call.need("session"), change, caller.actor,
        deps.clock.now_ms(),
    )  # fmt: skip
    return _session(session)


async def list_sessions(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return the sessions of a broadcast."""

    def read(conn: Connection) -> list[Session]:
        of = actions.require_media(conn, caller.project_no, call.need("code"))
        return store.list_sessions(conn, of.project_no, of.no)

    return {"Items": {"Item": [_session(session) for session in await deps.db.read(read)]}}


async def delete_session(deps: Deps, caller: Caller, call: Call) -> Data:
    """Hide a session: its time counts no more."""
    await actions.delete_session(
        deps.db, deps.hub, caller.project_no, call.need("code"), call.need("session"), caller.actor,
        deps.clock.now_ms(),
    )  # fmt: skip
    return {"Message": "Session is successfully deleted"}


async def create_control(deps: Deps, caller: Caller, call: Call) -> Data:
    """Ask for presence: `code`, `lifetime` in seconds, `sound`, `text`, and `start` (default now)."""
    text = _checked(call.text("text"), CheckText, "text") if call.has("text") else None
    wording = Wording("click", call.number("lifetime", 60, 10, 300), call.flag("sound"), text)
    at_ms = read_start("start", call.text("start")) if call.has("start") else None
    check = await checks.create_check(
        deps.db, deps.hub, caller.project_no, call.need("code"), NewCheck(wording, at_ms, None), caller.actor,
        deps.clock.now_ms(),
    )  # fmt: skip
    return _control(check)


async def list_controls(deps: Deps, caller: Caller, call: Call) -> Data:
    """Return the controls of a broadcast in the order of their making."""

    def read(conn: Connection) -> list[Check]:
        of = actions.require_media(conn, caller.project_no, call.need("code"))
        return check_store.page_checks(conn, of.project_no, of.no, 0, PAGE_ROWS)

    return {"Items": {"Item": [_control(check) for check in await deps.db.read(read)]}}


async def cancel_control(deps: Deps, caller: Caller, call: Call) -> Data:
    """Take a control back: `code`, `control`."""
    check = await checks.cancel_check(
        deps.db, deps.hub, caller.project_no, call.need("code"), call.need("control"), caller.actor,
        deps.clock.now_ms(),
    )  # fmt: skip
    return _control(check)


async def plan_controls(deps: Deps, caller: Caller, call: Call) -> Data:
    """Ask by itself at random moments: `from` and `to` in minutes (default 30-45), or `off=1`."""
    code, now_ms = call.need("code"), deps.clock.now_ms()
    if call.flag("off"):
        await check_plans.delete_plan(deps.db, caller.project_no, code, caller.actor, now_ms)
        return {"Message": "Plan is successfully deleted"}
    gap = (call.number("from", 30, 1, 1440), call.number("to", 45, 1, 1440))
    if gap[0] > gap[1]:
        raise Refused("Parameter 'from' must not be above 'to'")
    per_session = call.number("per_session", 0, 0, 100) or None
    lifetime_s = call.number("lifetime", 60, 10, 300)
    plan = Plan(gap, None, lifetime_s, call.flag("sound"), True, per_session)
    stored = await check_plans.put_plan(deps.db, caller.project_no, code, plan, caller.actor, now_ms)
    return {"From": gap[0], "To": gap[1], "Lifetime": lifetime_s, "Paused": int(stored.paused)}


async def statistics(deps: Deps, caller: Caller, call: Call, still: Wanted) -> Data:
    """Return the result of a media, a page of 1,000 participants at a time; `ip=1`, `useragent=1` on request."""
    page = call.number("page", 1, 1, 1_000_000)
    user_id = call.exact("hash")
    ask = Ask(
        user_id=UserId(user_id) if user_id else None,
        session_id=SessionId(call.text("session")) if call.has("session") else None,
        ip=call.flag("ip"),
        user_agent=call.flag("useragent"),
        skip=(page - 1) * PAGE_ROWS,
    )
    if ask.ip or ask.user_agent:
        caller.need("personal")
    report = await report_media(
        deps.db, caller.project_no, call.need("code"), ask, deps.clock.now_ms(), deps.settings.rules
    )
    return await apart(partial(_page_of, still.follow(report), page))


def _page_of(report: Report, page: int) -> Data:
    """Return one page of a report; its rows are made here, which takes a while."""
    rows = list(islice(report.participants, PAGE_ROWS + 1))
    head: dict[str, Value] = {
        "Media": _values(report.head),
        "GeneratedAt": _moment(report.generated_at),
        "Page": page,
        "PageLimit": PAGE_ROWS,
        "HasNextPage": int(len(rows) > PAGE_ROWS),
        "Sessions": _all(report.sessions),
        "Controls": _all(report.checks),
        "Quizzes": _all(report.quizzes),
        "Polls": _all(report.polls),
    }
    return {**head, "Participants": _all(rows[:PAGE_ROWS])}


def _all(values: Iterable[Struct]) -> Value:
    return {"Item": [_values(value) for value in values]}


def _values(value: Struct) -> dict[str, Value]:
    """Return a part of the report, with names in this API's style and times in its zone."""
    told: dict[str, Value] = {}
    for name, content in structs.asdict(value).items():
        if content is UNSET:
            continue
        if isinstance(content, list):
            items = [_values(item) if isinstance(item, Struct) else str(item) for item in content]
            told[ITEMS.get(name, _styled(name))] = {"Item": items}
        elif isinstance(content, bool):
            told[_styled(name)] = int(content)
        elif name.endswith("_at"):
            told[_styled(name)] = _moment(content)
        else:
            told[_styled(name)] = content
    return told


def _styled(name: str) -> str:
    renamed = {"user_id": "Hash", "ip": "ip", "check_id": "Control", "session_id": "Session"}
    return renamed.get(name) or "".join(part.capitalize() for part in name.split("_"))


def _moment(text: str | None) -> str:
    return written(None if text is None else to_ms(datetime.fromisoformat(text)))


def _session(session: Session) -> dict[str, Value]:
    return {
        "Code": session.id,
        "Title": session.title,
        **_window(session.window),
        "Revision": session.revision,
    }


def _window(window: Window) -> dict[str, Value]:
    """Return when a session is; one of a recording lies in the content, not in time."""
    if isinstance(window, WallWindow):
        return {"Start": written(window.starts_ms), "End": written(window.ends_ms)}
    return {"FromMs": window.from_ms, "ToMs": window.to_ms}


def _control(check: Check) -> dict[str, Value]:
    return {
        "Code": check.id,
        "Session": check.session_id,
        "State": check.state,
        "Lifetime": check.lifetime_s,
        "Sound": int(check.sound),
        "Start": written(check.issued_ms if check.issued_ms is not None else check.at_ms),
    }


def _end(call: Call) -> int | None:
    return read_end("end", call.text("end")) if call.has("end") else None


def _title(text: str) -> str:
    return _checked(text, Title, "title")


def _checked(text: str, kind: object, name: str) -> str:
    try:
        return str(msgspec.convert(text, kind))
    except msgspec.ValidationError as error:
        raise Refused(f"Parameter '{name}' is too long or has control characters") from error


METHODS: Final[dict[str, Method | LongMethod]] = {
    "live/session/create": Method("control", create_session),
    "live/session/stop": Method("control", stop_session),
    "live/session/update": Method("control", update_session),
    "live/session/list": Method("control", list_sessions),
    "live/session/delete": Method("control", delete_session),
    "live/control/create": Method("control", create_control),
    "live/control/list": Method("control", list_controls),
    "live/control/cancel": Method("control", cancel_control),
    "live/control/plan": Method("control", plan_controls),
    "live/nmo": LongMethod("statistics", statistics),
}

"""Incidents that the organiser declares, and every outage that touched an event."""

from litestar import get, post
from litestar.params import FromPath, JSONBody

from rollcall.actions import events as event_actions
from rollcall.actions import incidents as actions
from rollcall.domain.ids import EventNo, ProjectNo
from rollcall.store import outages
from rollcall.store.database import Connection
from rollcall.store.outages import Outage
from rollcall.web.auth import Known
from rollcall.web.deps import Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.wire.api.incidents import IncidentOut, NewIncident, OutageOut, Withdrawal
from rollcall.wire.api.values import past_window_ms, rfc3339, rfc3339_or_none

SCOPE = {"scope": "control"}
PATH = "/events/{code:str}/incidents"


@post(PATH, opt=SCOPE, summary="Declare an incident")
async def declare_incident(
    code: FromPath[str], data: JSONBody[NewIncident], deps: Given, caller: Known
) -> IncidentOut:
    """Say that the event was disturbed: time that reached us late for it counts without a cap.

    Only what has evidence ever counts. The report lists the incident with its reason.
    """
    now_ms = deps.clock.now_ms()
    start_ms, end_ms = past_window_ms(data.start, data.end, now_ms)
    said = actions.Declared(start_ms, end_ms, data.reason, data.media)
    return _shown(await actions.declare(deps.db, caller.project_no, code, said, caller.actor, now_ms))


@get(PATH, opt=SCOPE, summary="Incidents of an event")
async def list_incidents(
    code: FromPath[str], deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[IncidentOut]:
    """Return incidents in the order of their declaring, withdrawn ones too."""
    start = after(cursor)

    def read(conn: Connection) -> list[Outage]:
        of = _event_no(conn, caller.project_no, code)
        return outages.incidents_after(conn, caller.project_no, of, start, limit + 1)

    return page(await deps.db.read(read), limit, lambda row: row.no, _shown)


@post(PATH + "/{incident:str}/withdraw", opt=SCOPE, summary="Withdraw an incident", status_code=200)
async def withdraw_incident(
    code: FromPath[str], incident: FromPath[str], data: JSONBody[Withdrawal], deps: Given, caller: Known
) -> IncidentOut:
    """Let an incident count no more; it stays readable with both reasons."""
    return _shown(
        await actions.withdraw(
            deps.db, caller.project_no, code, incident, data.reason, caller.actor, deps.clock.now_ms()
        )
    )


@get("/events/{code:str}/outages", opt={"scope": "statistics"}, summary="Outages that touched an event")
async def list_outages(
    code: FromPath[str], deps: Given, caller: Known, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[OutageOut]:
    """Return outages of the server and declared incidents that overlap the event's sessions."""
    start = after(cursor)

    def read(conn: Connection) -> list[Outage]:
        of = _event_no(conn, caller.project_no, code)
        return outages.touching_after(conn, caller.project_no, of, start, limit + 1)

    return page(await deps.db.read(read), limit, lambda row: row.no, _shown_to_all)


def _event_no(conn: Connection, project_no: ProjectNo, code: str) -> EventNo:
    return event_actions.find(conn, project_no, code).no


def _shown(row: Outage) -> IncidentOut:
    return IncidentOut(
        id=row.code,
        start=rfc3339(row.from_ms),
        end=rfc3339(row.to_ms),
        reason=row.reason or "",
        media=row.media,
        actor=row.actor or "",
        created_at=rfc3339(row.created_ms),
        withdrawn_at=rfc3339_or_none(row.withdrawn_ms),
        withdrawn_by=row.withdrawn_actor,
        withdrawn_reason=row.withdrawn_reason,
    )


def _shown_to_all(row: Outage) -> OutageOut:
    return OutageOut(
        id=row.code,
        source=row.source,
        start=rfc3339(row.from_ms),
        end=rfc3339(row.to_ms),
        media=row.media,
        reason=row.reason,
    )


handlers = [declare_incident, list_incidents, withdraw_incident, list_outages]

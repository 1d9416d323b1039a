"""Incidents: an organiser declares that an event was disturbed, and may take that back. Both stay readable.

Inside an incident, time that came late counts without a cap; nothing is credited that has no evidence. It lengthens the
lifetime of a check: who answered in that has confirmed it, and nobody else missed it. Players hear of that when they
connect again.
"""

from dataclasses import dataclass
from typing import Final

from rollcall.actions import events as event_actions
from rollcall.actions import prompts
from rollcall.base.secrets import new_code
from rollcall.domain.errors import Conflict, Malformed, NotFound, Problem
from rollcall.domain.ids import MediaNo, ProjectNo
from rollcall.domain.intervals import Interval
from rollcall.store import audit, media, outages
from rollcall.store.database import Connection, Database
from rollcall.store.events import Event
from rollcall.store.outages import NewIncident, Outage

LONGEST_MS: Final = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Declared:
    """What is said of an incident; `media` None = every media of the event."""

    from_ms: int
    to_ms: int
    reason: str
    media: str | None


async def declare(
    db: Database, project_no: ProjectNo, event: str, said: Declared, actor: str, now_ms: int
) -> Outage:
    """Declare an incident of an event. Raises NotFound, Malformed, Conflict (`not_in_event`, `already_declared`)."""
    if said.to_ms - said.from_ms > LONGEST_MS:
        raise Malformed(Problem("$.to", "An incident is at most 24 hours long; declare the days one by one."))

    def store(conn: Connection) -> Outage:
        of = event_actions.find(conn, project_no, event)
        new = NewIncident(
            new_code(), project_no, of.no, _media(conn, project_no, of, said.media), said.from_ms, said.to_ms,
            said.reason, actor,
        )  # fmt: skip
        if outages.is_declared(conn, new):
            raise Conflict("The same incident has been declared already.", code="already_declared")
        outages.add_incident(conn, new, now_ms)
        prompts.reconsider(conn, of.no, Interval(said.from_ms, said.to_ms), now_ms)
        detail = {"from_ms": said.from_ms, "to_ms": said.to_ms, "reason": said.reason, "media": said.media}
        audit.record(conn, project_no, actor, "incident.declare", new.code, now_ms, event=of.code, **detail)
        return _require(conn, project_no, of, new.code)

    return await db.write(store)


async def withdraw(
    db: Database, project_no: ProjectNo, event: str, code: str, reason: str, actor: str, now_ms: int
) -> Outage:
    """Let an incident count no more. Raises NotFound, Conflict (`already_withdrawn`)."""

    def store(conn: Connection) -> Outage:
        of = event_actions.find(conn, project_no, event)
        found = _require(conn, project_no, of, code)
        if found.withdrawn_ms is not None:
            raise Conflict("The incident has been withdrawn already.", code="already_withdrawn")
        outages.withdraw(conn, found.no, reason, actor, now_ms)
        prompts.reconsider(conn, of.no, Interval(found.from_ms, found.to_ms), now_ms)
        audit.record(conn, project_no, actor, "incident.withdraw", code, now_ms, event=of.code, reason=reason)
        return _require(conn, project_no, of, code)

    return await db.write(store)


def _require(conn: Connection, project_no: ProjectNo, of: Event, code: str) -> Outage:
    found = outages.find_incident(conn, project_no, of.no, code)
    if found is None:
        raise NotFound("This event has no such incident.")
    return found


def _media(conn: Connection, project_no: ProjectNo, of: Event, code: str | None) -> MediaNo | None:
    if code is None:
        return None
    found = media.find_media(conn, project_no, code)
    if found is None:
        raise NotFound("$.media: there is no such media.")
    if found.event_no != of.no:
        raise Conflict(f"Media {code} belongs to another event.", code="not_in_event")
    return found.no

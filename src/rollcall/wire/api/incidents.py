"""Bodies and answers of incidents, and of outages as an organiser sees them."""

from typing import Literal

import msgspec

from rollcall.wire.api.values import Code, In, Moment, MomentOut, Reason


class NewIncident(In, frozen=True):
    """A disturbance that is over, at most 24 h long. Without `media` it concerns every media of the event."""

    start: Moment = msgspec.field(name="from")
    end: Moment = msgspec.field(name="to")
    reason: Reason
    media: Code | None = None


class Withdrawal(In, frozen=True):
    """Why an incident should not have been declared."""

    reason: Reason


class IncidentOut(msgspec.Struct, frozen=True):
    """A declared incident. A withdrawn one counts no more and stays readable."""

    id: str
    start: MomentOut = msgspec.field(name="from")
    end: MomentOut = msgspec.field(name="to")
    reason: str
    media: str | None
    actor: str
    created_at: MomentOut
    withdrawn_at: MomentOut | None
    withdrawn_by: str | None
    withdrawn_reason: str | None


class OutageOut(msgspec.Struct, frozen=True):
    """`down`: the server did not run. `silence`: many players fell silent at once. `incident`: declared by hand.

    `media` null = every media; `reason` comes with an incident.
    """

    id: str
    source: Literal["down", "silence", "incident"]
    start: MomentOut = msgspec.field(name="from")
    end: MomentOut = msgspec.field(name="to")
    media: str | None
    reason: str | None

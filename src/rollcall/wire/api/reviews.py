"""Bodies and answers of reviews, and the evidence that a reviewer judges."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from rollcall.wire.api.values import In, Moment, MomentOut, Reason


class NewReview(In, frozen=True):
    """A reviewer's word on unverified time: it counts, or it does not. The latest word on a moment holds."""

    start: Moment = msgspec.field(name="from")
    end: Moment = msgspec.field(name="to")
    counts: bool
    reason: Reason


class ReviewOut(msgspec.Struct, frozen=True):
    """One review. Reviews are only ever added."""

    id: str
    start: MomentOut = msgspec.field(name="from")
    end: MomentOut = msgspec.field(name="to")
    counts: bool
    reason: str
    actor: str
    created_at: MomentOut


class SpanOut(msgspec.Struct, frozen=True):
    """A proven stretch of server time in one state, and between which moments it reached us.

    `grade`, of playing alone and before any review: `live`, `late` (it counts within the caps, or inside an outage) or
    `unverified`. `late`: it first arrived more than 30 s after its end. `unverified`: it could not be placed by a tick.
    `content_*`: position in a recording, programme time of a broadcast. `bound_ms`: how sure its place is.
    """

    start: MomentOut = msgspec.field(name="from")
    end: MomentOut = msgspec.field(name="to")
    state: str
    visible: bool
    muted: bool
    rate: float
    late: bool
    unverified: bool
    grade: Literal["live", "late", "unverified"] | None
    content_from_ms: int
    content_to_ms: int
    first_arrival_at: MomentOut
    last_arrival_at: MomentOut
    bound_ms: int


class MarkOut(msgspec.Struct, frozen=True):
    """A moment of one check in this player; `bound_ms`: how far its clock's place on ours is uncertain."""

    mark: str
    check_id: str
    at: MomentOut
    arrival_at: MomentOut
    visible: bool
    trusted: bool
    pointer: bool
    answer: str | None
    bound_ms: int


class PlayOut(msgspec.Struct, frozen=True, kw_only=True):
    """One opened player with all it proves.

    `rows` were applied, of which `rejected` could not be true and `lost` are gone for ever. `ip` and `user_agent` come
    when asked for.
    """

    play: str
    identity: Literal["signed", "plain"]
    opened_at: MomentOut
    last_arrival_at: MomentOut
    rows: int
    rejected: int
    lost: int
    spans: list[SpanOut]
    marks: list[MarkOut]
    ip: str | UnsetType = UNSET
    user_agent: str | UnsetType = UNSET

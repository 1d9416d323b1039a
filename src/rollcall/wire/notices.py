"""What a notice carries, as receivers of the format v1 get it. Fields are only ever added."""

from typing import Generic, Literal, TypeVar

import msgspec

from rollcall.domain.webhooks.kinds import Kind, Ping
from rollcall.wire.api.values import MomentOut

Data = TypeVar("Data")


class Notice(msgspec.Struct, Generic[Data], frozen=True):
    """The body of every notice. `id` stays the same over all attempts; `timestamp` is when it happened."""

    id: str
    type: str
    timestamp: MomentOut
    data: Data


class Media(msgspec.Struct, frozen=True):
    """Which media, and the event that it belongs to."""

    code: str
    title: str
    event: str


class MediaTold(msgspec.Struct, frozen=True):
    """A media went on the air or ended; one that was reopened is live once more."""

    media: Media
    state: Literal["live", "ended"]


class SignalTold(msgspec.Struct, frozen=True):
    """The encoder came or went."""

    media: Media
    signal: Literal["on", "off"]


class Session(msgspec.Struct, frozen=True):
    """A session as it is now; `removed`: it was deleted while it ran."""

    id: str
    title: str
    starts_at: MomentOut
    ends_at: MomentOut | None
    revision: int
    removed: bool


class SessionTold(msgspec.Struct, frozen=True):
    """A session began or ended; one that was reopened begins once more, one moved to the future has ended."""

    media: Media
    session: Session


class Counts(msgspec.Struct, frozen=True):
    """How many prompts of a check ended how. A late answer may still turn a miss into a confirmation."""

    confirmed: int
    missed: int
    undelivered: int
    cancelled: int


class Check(msgspec.Struct, frozen=True):
    """A check; `counts` once it is closed."""

    id: str
    session_id: str | None
    origin: Literal["manual", "plan"]
    ordinal: int
    kind: str
    lifetime_s: int
    state: Literal["issued", "closed", "cancelled"]
    issued_at: MomentOut
    counts: Counts | None


class CheckTold(msgspec.Struct, frozen=True):
    """Somebody was asked for the first time, or nobody is asked any more."""

    media: Media
    check: Check


class Answer(msgspec.Struct, frozen=True):
    """A confirmed presence. `late`: it was given in time and reached us after the prompt's end."""

    check_id: str
    user_id: str
    confirmed_at: MomentOut
    late: bool
    answer: str | None
    correct: bool | None


class AnswersTold(msgspec.Struct, frozen=True):
    """Presences confirmed since the last such notice, up to 500 at once."""

    media: Media
    answers: list[Answer]


class RefusalTold(msgspec.Struct, frozen=True):
    """A player was opened for somebody who may not watch; `code` is the reason."""

    media: Media
    user_id: str
    identity: Literal["signed", "plain"]
    code: str


class PingTold(msgspec.Struct, frozen=True):
    """A test, sent when it was asked for."""


SHAPES: dict[Kind | Ping, type[msgspec.Struct]] = {
    "media.live": MediaTold,
    "media.ended": MediaTold,
    "signal.on": SignalTold,
    "signal.off": SignalTold,
    "session.started": SessionTold,
    "session.stopped": SessionTold,
    "check.issued": CheckTold,
    "check.answered": AnswersTold,
    "check.closed": CheckTold,
    "participant.refused": RefusalTold,
    "ping": PingTold,
}

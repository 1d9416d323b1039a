"""The kinds of notice, what each format calls them, and which of them speak of people."""

from typing import Final, Literal, get_args

Format = Literal["v1", "boomstream"]
Kind = Literal[
    "media.live",
    "media.ended",
    "signal.on",
    "signal.off",
    "session.started",
    "session.stopped",
    "check.issued",
    "check.answered",
    "check.closed",
    "participant.refused",
]
Ping = Literal["ping"]
PING: Final = "ping"
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
PERSONAL: Final[frozenset[str]] = frozenset({"check.answered", "participant.refused"})
# In Boomstream's words a broadcast is live while its encoder is on: `OnlineStatus` there is our signal.
_BOOMSTREAM: Final[dict[str, str]] = {
    "signal.on": "live.started",
    "signal.off": "live.stopped",
    PING: PING,
}


def told_as(format_: Format, kind: str) -> str | None:
    """Return what this format calls a kind (or `ping`), None when it does not tell it."""
    return _BOOMSTREAM.get(kind) if format_ == "boomstream" else kind


def types_of(format_: Format) -> tuple[str, ...]:
    """Return every type that a webhook of this format may ask for, in a fixed order."""
    return tuple(name for kind in KINDS if (name := told_as(format_, kind)) is not None)

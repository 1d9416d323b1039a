"""Rules of the chat: what a message may be, when the next one may follow, and what is quoted of one.

Every change in a room raises its version by one. A message has the version at which it took its place, and the one at
which it changed last: whoever knows everything up to a version lacks exactly what has changed since.
"""

from dataclasses import dataclass
from typing import Final, Literal

from rollcall.domain.ids import EventNo, MediaNo, ProjectNo

Kind = Literal["message", "question"]
# `waiting` for a moderator, who lets it be `shown` or has it `rejected`; `removed` is what is shown no more.
State = Literal["waiting", "shown", "rejected", "removed"]
Mode = Literal["open", "closed"]
Authors = Literal["names", "pseudonyms"]

ORGANISER: Final = 0  # as the number of an author: participants begin at 1
LEAST_PAUSE_MS: Final = 700  # nobody types faster; a script does
MOST_QUOTED: Final = 140
MOST_MENTIONS: Final = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Which chat."""

    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo


def pause_ms(slow_s: int) -> int:
    """Return how long a participant waits from one message to the next."""
    return max(slow_s * 1000, LEAST_PAUSE_MS)


def wait_ms(last_ms: int | None, slow_s: int, now_ms: int) -> int:
    """Return how long somebody who wrote at `last_ms` has to wait still; 0 = not at all."""
    return 0 if last_ms is None else max(0, last_ms + pause_ms(slow_s) - now_ms)


def quotation(text: str) -> str:
    """Return the beginning of a text as one line, cut between words where it is long."""
    line = " ".join(text.split())
    if len(line) <= MOST_QUOTED:
        return line
    cut = line[: MOST_QUOTED - 1]
    whole, _, broken = cut.rpartition(" ")
    return f"{(whole if whole and len(broken) < 30 else cut).rstrip()}…"

"""What the step receives: rows of a play with every tick and prompt they cite already proven genuine by the border.

A beat covers `[from_ms, to_ms)` of the player's clock in one state; a mark is a moment. Both share one dense
sequence. `tick_at_ms` is when the cited tick was sent (server time), None when the row cites one it did not prove.
"""

from dataclasses import dataclass
from typing import Literal

State = Literal["playing", "paused", "stalled", "seeking", "ended"]
MarkKind = Literal["received", "shown", "answered", "sound_blocked", "resume"]
OF_A_PROMPT: frozenset[MarkKind] = frozenset(
    ("received", "shown", "answered")
)  # what decides how a prompt ends


@dataclass(frozen=True, slots=True)
class Beat:
    """A stretch of the player's own time. `content_*`: programme time (Unix ms) or position in the file (ms)."""

    seq: int
    epoch: int
    tick_at_ms: int | None
    from_ms: int
    to_ms: int
    content_from_ms: int
    content_to_ms: int
    state: State
    visible: bool
    muted: bool
    rate: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of one check's prompt in this player.

    `issued_ms`: the issue of the prompt that this play was sent, None when the row does not prove any.
    """

    seq: int
    epoch: int
    tick_at_ms: int | None
    at_ms: int
    kind: MarkKind
    check: str
    visible: bool
    trusted: bool
    answer: str | None
    pointer: bool = False
    issued_ms: int | None = None

    @property
    def is_unasked(self) -> bool:
        """Tell whether it speaks of a prompt that it does not prove to have been sent."""
        return self.issued_ms is None and self.kind in OF_A_PROMPT


Row = Beat | Mark

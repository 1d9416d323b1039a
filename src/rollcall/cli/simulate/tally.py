"""What is counted and noted while a simulation runs: acknowledgements, connections, and what people really did."""

from dataclasses import dataclass, field

from rollcall.domain.intervals import Interval


@dataclass(slots=True)
class Asked:
    """How one person met one check: when it was displayed or received, until when it ran, when it was answered."""

    shown_ms: int
    until_ms: int
    answered_ms: int | None = None


@dataclass(slots=True)
class Truth:
    """What one person really did, in server time; `gone_ms` is when the first tab closed.

    `connected` are the moments at which a play of theirs was open, whatever it did: no cheat can earn more.
    Both by the code of the media.
    """

    played: dict[str, list[Interval]] = field(default_factory=dict)
    connected: dict[str, list[Interval]] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    gone_ms: int = 0


@dataclass(slots=True)
class Tally:
    """Counts of a whole simulation. `ack_ms`: from sending a row to the acknowledgement that it is on disk.

    `back_ms`: from losing a connection unasked to having the play again.
    """

    acks: int = 0
    rows: int = 0
    connections: int = 0
    lost_connections: int = 0
    gaps: int = 0
    slow_downs: int = 0
    unacknowledged_rows: int = 0
    never_opened: int = 0
    refusals: dict[str, int] = field(default_factory=dict)
    ack_ms: list[int] = field(default_factory=list)
    back_ms: list[int] = field(default_factory=list)
    prompt_ms: list[int] = field(default_factory=list)

    def refused(self, reason: str) -> None:
        """Count one player that the server turned away for good."""
        self.refusals[reason] = self.refusals.get(reason, 0) + 1

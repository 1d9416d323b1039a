"""The reference of one play: what a player sent, in what order it was taken, and what of it must be on disk.

It knows the rule of dense sequences and of generations, and what each play was sent; clocks are ideal, so a row lies
exactly where it happened.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from rollcall.actions.intake import Answer
from rollcall.live.arrivals import Offers
from rollcall.live.plays import LivePlay
from rollcall.wire import viewer_in
from rollcall.wire.exchange import Upload
from tests.audience import Cited, MarkKind, Node, Seat, Viewer

LATE_MS = 30_000
AHEAD_MS = 500


@dataclass
class Holder:
    """Who holds a play: a generation of it on a node, with rows taken that no commit contains yet."""

    node: Node
    generation: int
    applied: int
    connected_ms: (
        int  # when the newest tick was sent that was answered over its connection, as far as it knows
    )
    offers: Offers | None = None  # of the page's connection
    sent: dict[int, int] = field(
        default_factory=dict
    )  # the ticks of the page's connection, and when they were sent
    play: LivePlay | None = None  # as the page's connection has it; None: held for an upload alone
    waiting: dict[int, tuple[int, int]] = field(default_factory=dict)  # arrival and connected_ms by seq
    has_work: bool = False


class Watched(Viewer):
    """A viewer whose every delivery is followed by the reference."""

    generation = 0
    durable = 0
    seat: Seat | None = None

    def begin_model(self) -> None:
        """Remember nothing yet."""
        self.arrivals: dict[int, tuple[int, int]] = {}  # of durable rows, by seq: arrival and last connection
        self.connected_ms = 0  # as it is on disk
        self.holders: dict[Node, Holder] = {}
        self.sent: list[bytes] = []
        self.gone: list[tuple[int, int]] = []  # rows this page has lost, first and last
        self.speaks_of: dict[
            int, int
        ] = {}  # by seq: the issue of the prompt, sent to this play, that a mark is about
        self.claims: set[int] = set()  # rows about prompts that this play was not sent

    def claim(self, kind: MarkKind, check: str, cited: Cited) -> None:
        """Say something of a prompt that this play was not sent, citing what does not belong to it."""
        self.mark(kind, check, cited)
        self.claims.add(self._next_seq - 1)
        del self.speaks_of[self._next_seq - 1]

    def mark(self, kind: MarkKind, check: str, cited: Cited | None = None) -> None:
        known_ms, _ = self.asked.get(check, (None, None))
        self.cut()
        self.speaks_of[self._next_seq] = known_ms or 0
        super().mark(kind, check, cited)

    def tick(self) -> None:
        if self.online and self.holder is not None:
            self.holder.offers = self.offers
            self.holder.sent[self.play.next_tick] = self.clock.at_ms
        super().tick()

    @property
    def holder(self) -> Holder | None:
        """Return who holds the play for this page."""
        return self.holders.get(self._node)

    def taken_by(self, node: Node) -> Holder:
        """Somebody holds the play anew: whoever held it before can write no more, and may not know it yet."""
        self.generation += 1
        self.holders[node] = Holder(node, self.generation, self.durable, self.connected_ms)
        return self.holders[node]

    def ghosts(self) -> list[Holder]:
        """Return connections that still think they hold the play, on other processes than the page's."""
        return [
            holder
            for holder in self.holders.values()
            if holder.node is not self._node and holder.play is not None
        ]

    def deliver(self, payload: bytes) -> list[Answer]:
        assert self.holder is not None
        self.sent.append(payload)
        self.follow(payload, self.holder)
        return super().deliver(payload)

    def haunt(self, ghost: Holder, payload: bytes) -> None:
        """Let an envelope arrive at a process that no longer holds the play."""
        assert ghost.play is not None
        self.follow(payload, ghost)
        assert ghost.offers is not None
        ghost.node.take(ghost.play, payload, ghost.offers)

    def follow(self, payload: bytes, holder: Holder, *, connected: bool = True) -> None:
        """Apply the rule of dense sequences to what just arrives at a holder, over a connection or by an upload."""
        message = msgspec.json.decode(payload)
        answered = message["echo"]["tick"]
        if connected and answered in holder.sent:
            holder.connected_ms = max(holder.connected_ms, holder.sent[answered])
        for row in message["rows"]:
            if row["seq"] > holder.applied + 1:
                return
            if row["seq"] == holder.applied + 1:
                holder.applied = row["seq"]
                holder.waiting[row["seq"]] = self.clock.at_ms, holder.connected_ms
                holder.has_work = True

    def lose(self, count: int) -> None:
        """Lose the rows that wait longest, and say so."""
        lost, self.rows = self.rows[:count], self.rows[count:]
        self.gone.append((lost[0].seq, lost[-1].seq))
        self.send()

    def send(self) -> None:
        """Say what is lost, as long as that is not known to be on disk, then send what waits."""
        if self.online:
            assert self.holder is not None
            for message in self.losses():
                self.follow_loss(message, self.holder)
                self._node.intake.take(self.play, message, self.offers)
        super().send()

    def losses(self) -> list[viewer_in.Lost]:
        """Return what has to be said of lost rows."""
        acknowledged = max(self.told, default=0)
        return [
            viewer_in.Lost(self.play.code, first, last) for first, last in self.gone if last > acknowledged
        ]

    def follow_loss(self, lost: viewer_in.Lost, holder: Holder) -> None:
        """Pass over lost rows."""
        if lost.first <= holder.applied + 1 and lost.last > holder.applied:
            holder.applied, holder.has_work = lost.last, True

    def skips(self, holder: Holder) -> bool:
        """Tell whether the rows that wait do not follow what this holder has, which waits for no commit."""
        first = min([self.rows[0].seq, *(lost.first for lost in self.losses())])
        return not holder.has_work and first > holder.applied + 1

    def committed(self, node: Node) -> None:
        """Follow a commit of a process: rows of whoever holds the play are on disk, a ghost's are not."""
        holder = self.holders.get(node)
        if holder is None or not holder.has_work:
            return
        if holder.generation != self.generation:
            self.cast_off(node)
            return
        self.arrivals |= holder.waiting
        self.durable, self.connected_ms = holder.applied, holder.connected_ms
        holder.waiting, holder.has_work = {}, False
        if holder.play is not None and node is self._node:
            assert self.told[-1] == self.durable

    def cast_off(self, node: Node) -> None:
        """A process holds the play no more; if that was the page's, the page has to connect again."""
        self.holders.pop(node, None)
        if node is self._node:
            self.online = False

    def upload(self, rows: list[viewer_in.Beat | viewer_in.Mark]) -> Upload:
        """Return a POST of these rows under the upload key."""
        message = viewer_in.decode(self.envelope(rows))
        assert isinstance(message, viewer_in.Rows)
        losses = self.losses() if rows else []
        return Upload(viewer_in.PlayRef(self.play.code, self.upload_key), [*losses, message])

    def heard(self, tick: Any) -> None:
        """Answer this tick from now on; it came as the answer of a POST."""
        self._ticks[tick.n] = viewer_in.TickProof(tick.n, tick.at_ms, tick.mac)
        self._echo = viewer_in.Echo(tick.n, self.reads())

    def expected(self) -> dict[tuple[str, bool, bool, bool], list[tuple[int, int]]]:
        """Return what must be on disk, by (state, visible, muted, late), as stretches that do not touch."""
        by_kind: dict[tuple[str, bool, bool, bool], list[tuple[int, int]]] = {}
        unproven = self.unproven()
        for s in self.truth:
            if s.state != "mark" and s.seq in self.arrivals:
                arrival_ms, connected_ms = self.arrivals[s.seq]
                late = arrival_ms - s.end_ms > LATE_MS or s.end_ms - connected_ms > LATE_MS
                kind = "stalled" if s.seq in unproven else s.state, s.visible, s.muted, late
                by_kind.setdefault(kind, []).append((s.start_ms, s.end_ms))
        return {kind: joined(stretches) for kind, stretches in by_kind.items()}

    def unproven(self) -> set[int]:
        """Return the rows that claim to play a picture that stood still.

        With each, some run of believed rows that ends with it would be longer than twice what its picture moved, by
        more than half a second.
        """
        total_ms = lowest_ms = 0
        found = set()
        for s in self.truth:
            if s.state == "playing" and s.seq in self.arrivals:
                would_ms = total_ms + (s.end_ms - s.start_ms) - 2 * s.moved_ms
                if would_ms - lowest_ms > AHEAD_MS:
                    found.add(s.seq)
                else:
                    total_ms, lowest_ms = would_ms, min(lowest_ms, would_ms)
        return found

    def expected_marks(self) -> set[tuple[int, int]]:
        """Return seq and moment of each mark that must be on disk."""
        marks = [s for s in self.truth if s.state == "mark" and s.seq not in self.claims]
        return {(s.seq, s.start_ms) for s in marks if s.seq in self.arrivals}

    def expected_rejected(self) -> int:
        """Return how many rows must be on disk as rejected: every claim that has arrived, and nothing else."""
        return len(self.claims & set(self.arrivals))


def joined(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return stretches in order, those that touch made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found

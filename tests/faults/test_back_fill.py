"""Claims of time for which there is no live evidence, exact to the millisecond on a clock that is set (F30).

An honest viewer without a network and a cheat who says so are the same to the server: what arrives late counts up to
15 minutes of each gap and a quarter of all sessions together, only between two live reports and never before the play.
Every row takes the real way, from its envelope to the disk, and is counted from there.
"""

from itertools import pairwise

import pytest
from sqlalchemy import select

from rollcall.cli.simulate.tricks import claim_before
from rollcall.domain.credit import Share, Watching, credit
from rollcall.domain.ids import MediaNo
from rollcall.domain.sessions import WallWindow
from rollcall.store import tables
from rollcall.store.database import Connection, Database
from rollcall.wire.viewer_in import Beat
from tests.audience import Node, Place, Viewer, add_place, pass_time
from tests.hall import T0, SetClock

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
TICK_MS = 10_000
LIVE_MS = 40_000  # of a claim: of rows that are cut each tick, the youngest four end no more than 30 s before they come
GAP_MS = 15 * MINUTE
QUARTER = 4


class Event:
    """One session of `length_ms` that begins at T0, its server, and one viewer who is there from the beginning."""

    def __init__(self, node: Node, place: Place, length_ms: int) -> None:
        self.node, self.place, self.length_ms = node, place, length_ms

    @classmethod
    async def begin(cls, database: Database, length_ms: int) -> "Event":
        place = await database.write(lambda conn: add_place(conn, "anna"))
        node = Node(database, SetClock(T0))
        return cls(node, place, length_ms)

    async def join(self) -> Viewer:
        clock = self.node.clock
        skew_ms = 10 * HOUR  # so that its clock can name hours before it came
        return await Viewer(self.place, "anna", clock, skew_ms=skew_ms).open(self.node)

    async def without_network(self, viewer: Viewer, for_ms: int) -> None:
        """Let time pass in which the player says nothing; afterwards it claims to have played."""
        viewer.online = False
        await pass_time(self.node, [viewer], self.node.clock.at_ms + for_ms, tick_ms=TICK_MS)
        await viewer.resume(self.node)
        await self.node.commit()

    async def watch(self, viewer: Viewer, for_ms: int) -> None:
        await pass_time(self.node, [viewer], self.node.clock.at_ms + for_ms, tick_ms=TICK_MS)
        await self.node.commit()

    async def credited(self, sessions: int = 1) -> Share:
        """Return what the rule makes of the spans that are stored, the time being cut into so many sessions."""
        c, columns = tables.spans.c, ("start_ms", "end_ms", "state", "unverified", "late", "visible", "rate")
        wanted = select(
            *(c[name] for name in columns), c.content_from_ms, c.content_to_ms, c.play_no.label("play")
        )

        def read(conn: Connection) -> list[Watching]:
            return [Watching(MediaNo(1), signed=True, **row._asdict()) for row in conn.execute(wanted)]

        cuts = [T0 + self.length_ms * number // sessions for number in range(sessions + 1)]
        cut = [(MediaNo(1), WallWindow(*bounds)) for bounds in pairwise(cuts)]
        return credit(await self.node.db.read(read), cut, self.node.clock.at_ms).total


def share(watched_ms: int, *, recovered_ms: int = 0, unverified_ms: int = 0) -> Share:
    return Share(watched_ms, recovered_ms, unverified_ms)


def late_ms(gap_ms: int) -> int:
    """Return how much of a gap's claim arrives late."""
    return max(0, gap_ms - LIVE_MS)


@pytest.mark.parametrize("gap_ms", [MINUTE, 10 * MINUTE, GAP_MS + LIVE_MS, 16 * MINUTE, HOUR, 8 * HOUR])
async def test_a_gap_is_believed_for_a_quarter_of_an_hour(database: Database, gap_ms: int) -> None:
    event = await Event.begin(database, 9 * HOUR)
    viewer = await event.join()
    await event.watch(viewer, MINUTE)
    await event.without_network(viewer, gap_ms)
    await event.watch(viewer, MINUTE)
    recovered_ms = min(late_ms(gap_ms), GAP_MS)
    unverified_ms = late_ms(gap_ms) - recovered_ms
    watched_ms = 2 * MINUTE + gap_ms - unverified_ms
    assert await event.credited() == share(watched_ms, recovered_ms=recovered_ms, unverified_ms=unverified_ms)


async def test_all_gaps_together_are_believed_for_a_quarter_of_the_sessions(database: Database) -> None:
    event = await Event.begin(database, HOUR)
    viewer = await event.join()
    for _ in range(5):
        await event.watch(viewer, MINUTE)
        await event.without_network(viewer, 10 * MINUTE)
    await event.watch(viewer, MINUTE)
    recovered_ms = HOUR // QUARTER
    unverified_ms = 5 * late_ms(10 * MINUTE) - recovered_ms
    watched_ms = 56 * MINUTE - unverified_ms
    for sessions in (1, 2, 7):
        told = await event.credited(sessions)
        assert told == share(watched_ms, recovered_ms=recovered_ms, unverified_ms=unverified_ms)


@pytest.mark.parametrize("claimed_ms", [MINUTE, HOUR, 8 * HOUR])
async def test_time_before_the_play_was_opened_is_worth_nothing(database: Database, claimed_ms: int) -> None:
    event = await Event.begin(database, 9 * HOUR)
    event.node.clock.at_ms = T0 + 8 * HOUR + MINUTE
    viewer = await event.join()
    viewer.online = False
    await event.watch(viewer, 20 * SECOND)
    first = viewer.rows[0]
    assert isinstance(first, Beat)
    claims = claim_before(first, claimed_ms)
    moved = [_moved_up(row, len(claims)) for row in viewer.rows]
    viewer.rows = [*claims, *moved]
    await viewer.resume(event.node)
    await event.node.commit()
    assert await event.credited() == share(20 * SECOND)


def _moved_up(row: object, by: int) -> Beat:
    assert isinstance(row, Beat)
    return Beat(
        row.seq + by,
        row.epoch,
        row.tick,
        row.from_ms,
        row.to_ms,
        row.media_from_ms,
        row.media_to_ms,
        "playing",
    )


async def test_a_gap_without_a_live_report_after_it_counts_as_one(database: Database) -> None:
    event = await Event.begin(database, 4 * HOUR)
    viewer = await event.join()
    await event.watch(viewer, MINUTE)
    viewer.online = False
    await event.watch(viewer, HOUR)
    viewer.close()
    await event.watch(viewer, HOUR)
    await viewer.resume(event.node)
    await event.node.commit()
    assert await event.credited() == share(MINUTE + GAP_MS, recovered_ms=GAP_MS, unverified_ms=45 * MINUTE)


async def test_late_rows_whose_content_did_not_advance_in_step_are_worth_nothing(database: Database) -> None:
    event = await Event.begin(database, 4 * HOUR)
    viewer = await event.join()
    await event.watch(viewer, MINUTE)
    viewer.online = False
    await pass_time(event.node, [viewer], event.node.clock.at_ms + 10 * MINUTE, tick_ms=TICK_MS)
    viewer.rows = [
        replace_content(row, number) if isinstance(row, Beat) else row
        for number, row in enumerate(viewer.rows)
    ]
    await viewer.resume(event.node)
    await event.node.commit()
    assert await event.credited() == share(MINUTE + LIVE_MS, unverified_ms=late_ms(10 * MINUTE))


def replace_content(beat: Beat, number: int) -> Beat:
    """Return the beat at a position drawn from its number, twice as far as it can have played."""
    begin = number * 1_000_003 % 7_919_000
    return Beat(
        beat.seq,
        beat.epoch,
        beat.tick,
        beat.from_ms,
        beat.to_ms,
        begin,
        begin + 2 * TICK_MS + 5_000,
        beat.state,
    )

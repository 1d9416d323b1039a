"""The group commit on both engines: nothing is acknowledged before it is stored, nobody writes another's play."""

import asyncio

from sqlalchemy import select

from rollcall.actions.evidence import EvidenceWriter
from rollcall.actions.plays import Arrival, let_in
from rollcall.base.clock import Clock
from rollcall.domain.ids import UserId
from rollcall.live.hub import Hub
from rollcall.live.playing import Playing
from rollcall.live.plays import LivePlay, ProofKeys, receive, receive_lost
from rollcall.store import tables
from rollcall.store.broadcasts import last_commit_ms
from rollcall.store.database import Database
from rollcall.store.plays import Client
from rollcall.wire import viewer_in
from tests.hall import SetClock
from tests.records import Watched, add_watched, beat_message

KEY = b"k" * 32
KEYS = ProofKeys(KEY, b"p" * 32)
CLIENT = Client("127.0.0.1", "test")


async def opened(
    database: Database, watched: Watched, told: list[int], play: viewer_in.PlayRef | None = None
) -> LivePlay:
    """Let the participant in and hold the play, as the socket does."""
    hello = viewer_in.Hello(watched.grant, play)
    (entry,) = await database.write(
        lambda conn: let_in(conn, [Arrival(watched.media_code, hello, CLIENT)], Clock().now_ms())
    )
    assert not isinstance(entry, Exception), entry
    grant, held = entry.grant, entry.held
    live = LivePlay(
        no=held.no,
        code=held.code,
        project_no=grant.project_no,
        event_no=grant.event_no,
        media_no=grant.media_no,
        media_code=grant.media_code,
        user_id=UserId(grant.user_id),
        generation=held.generation,
        rejected=held.rejected,
        lost=held.lost,
        state=held.state,
        durable=held.state.applied,
        tell_durable=told.append,
        give_up=lambda _: told.append(-1),
    )
    watched.upload_keys[live.code] = entry.upload_key
    return live


async def committed(writer: EvidenceWriter) -> None:
    """Run the writer for as long as something waits: what waits when it is cancelled is committed first."""
    task = asyncio.create_task(writer.run())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def spans_of(database: Database) -> list[tuple[int, str, int, int]]:
    t = tables.spans.c
    query = select(t.ordinal, t.state, t.start_ms, t.end_ms).order_by(t.play_no, t.ordinal)
    return database.read_now(lambda conn: [tuple(row) for row in conn.execute(query)])


async def test_rows_are_acknowledged_after_they_are_stored(database: Database) -> None:
    told: list[int] = []
    watched = await add_watched(database)
    play = await opened(database, watched, told)
    writer = EvidenceWriter(database, Clock(), Hub(), Playing())
    begin = play.state.opened_ms
    for seq in (1, 2, 3):
        arrival = begin + seq * 10_000
        done = receive(play, beat_message(play, KEY, seq, begin), KEYS, arrival, None)
        writer.add(play, done.applied_rows)
    assert told == []
    await committed(writer)
    assert told == [3]
    assert spans_of(database) == [(1, "playing", begin, begin + 30_000)]


async def test_each_commit_keeps_its_time_so_that_no_later_start_may_be_before_it(database: Database) -> None:
    watched = await add_watched(database)
    play = await opened(database, watched, [])
    begin = play.state.opened_ms
    clock = SetClock(begin + 10_000)
    writer = EvidenceWriter(database, clock, Hub(), Playing())
    assert await database.write(lambda conn: last_commit_ms(conn, begin)) <= begin
    for seq, at_ms, kept_ms in ((1, begin + 10_000, begin + 10_000), (2, begin + 9_000, begin + 10_000)):
        clock.at_ms = at_ms
        done = receive(play, beat_message(play, KEY, seq, begin), KEYS, begin + seq * 10_000, None)
        writer.add(play, done.applied_rows)
        await committed(writer)
        assert await database.write(lambda conn: last_commit_ms(conn, 0)) == kept_ms


async def test_a_play_taken_over_is_not_written_by_its_former_holder(database: Database) -> None:
    told: list[int] = []
    watched = await add_watched(database)
    old = await opened(database, watched, told)
    begin = old.state.opened_ms
    writer = EvidenceWriter(database, Clock(), Hub(), Playing())
    new = await opened(database, watched, told, viewer_in.PlayRef(old.code, watched.upload_keys[old.code]))
    assert (new.no, new.generation) == (old.no, 2)
    receive(old, beat_message(old, KEY, 1, begin), KEYS, begin + 10_000, None)
    writer.add(old, 1)
    await committed(writer)
    assert told == [-1]
    assert spans_of(database) == []
    receive(new, beat_message(new, KEY, 1, begin), KEYS, begin + 10_000, None)
    writer.add(new, 1)
    await committed(writer)
    assert told == [-1, 1]
    assert spans_of(database) == [(1, "playing", begin, begin + 10_000)]


async def test_a_group_that_cannot_be_stored_acknowledges_nothing(database: Database) -> None:
    told: list[int] = []
    watched = await add_watched(database)
    play = await opened(database, watched, told)
    begin = play.state.opened_ms
    writer = EvidenceWriter(database, Clock(), Hub(), Playing())
    receive(play, beat_message(play, KEY, 1, begin), KEYS, begin + 10_000, None)
    writer.add(play, 1)
    await database.write(lambda conn: conn.exec_driver_sql("ALTER TABLE spans RENAME TO spans_away"))
    await committed(writer)
    await database.write(lambda conn: conn.exec_driver_sql("ALTER TABLE spans_away RENAME TO spans"))
    assert told == [-1]
    assert spans_of(database) == []


async def test_rows_applied_after_a_failed_group_are_not_stored_without_it(database: Database) -> None:
    told: list[int] = []
    watched = await add_watched(database)
    play = await opened(database, watched, told)
    begin = play.state.opened_ms
    writer = EvidenceWriter(database, Clock(), Hub(), Playing())
    for seq, state in enumerate(("playing", "paused"), start=1):
        receive(play, beat_message(play, KEY, seq, begin, state), KEYS, begin + seq * 10_000, None)  # type: ignore[arg-type]
    writer.add(play, 2)
    await database.write(lambda conn: conn.exec_driver_sql("ALTER TABLE spans RENAME TO spans_away"))
    await committed(writer)
    await database.write(lambda conn: conn.exec_driver_sql("ALTER TABLE spans_away RENAME TO spans"))
    receive(play, beat_message(play, KEY, 3, begin), KEYS, begin + 30_000, None)
    writer.add(play, 1)
    await committed(writer)
    assert told == [-1]
    assert spans_of(database) == []
    reference = viewer_in.PlayRef(play.code, watched.upload_keys[play.code])
    assert (await opened(database, watched, told, reference)).durable == 0


async def test_a_commit_that_fails_while_we_end_leaves_nothing_behind_it(sqlite_database: Database) -> None:
    """Rows that came while it was under way are not stored without the ones that it lost."""
    told: list[int] = []
    watched = await add_watched(sqlite_database)
    play = await opened(sqlite_database, watched, told)
    begin = play.state.opened_ms
    refuse = """CREATE TRIGGER refuse BEFORE INSERT ON spans WHEN NEW.first_seq = 1
        BEGIN SELECT RAISE(ABORT, 'no room'); END"""
    await sqlite_database.write(lambda conn: conn.exec_driver_sql(refuse))
    writer = EvidenceWriter(sqlite_database, Clock(), Hub(), Playing())
    receive(play, beat_message(play, KEY, 1, begin), KEYS, begin + 10_000, None)
    writer.add(play, 1)
    running = asyncio.create_task(writer.run())
    while play.waiting_rows:  # until its group is on the way to the disk
        await asyncio.sleep(0)
    if play.dropped is None:
        receive(play, beat_message(play, KEY, 2, begin, "paused"), KEYS, begin + 20_000, None)
        writer.add(play, 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert told == [-1]
    assert spans_of(sqlite_database) == []


async def test_the_most_extreme_rows_are_stored_and_hold_nobody_up(database: Database) -> None:
    told: list[int] = []
    watched = await add_watched(database)
    play = await opened(database, watched, told)
    begin = play.state.opened_ms
    writer = EvidenceWriter(database, Clock(), Hub(), Playing())
    ticks = beat_message(play, KEY, 1, begin).ticks
    beat = viewer_in.Beat(1, 0, 0, 0, 1, 2**52, 0, "playing", rate=16.0)
    mark = viewer_in.Mark(2, 0, 0, 2**52, "answered", "AAAAAAAA", answer="\U0001f600" * 200)
    epochs = [viewer_in.Epoch(0, 2**52, 0)]
    for sent, received in ((0, 2**52), (2**52, 0)):
        echo = viewer_in.Echo(0, received)
        done = receive(
            play,
            viewer_in.Rows(play.code, sent, 0, echo, ticks, epochs, [beat, mark]),
            KEYS,
            begin + 10_000,
            None,
        )
        writer.add(play, done.applied_rows)
    writer.add(play, receive_lost(play, viewer_in.Lost(play.code, 3, 2**31 - 1), begin + 10_000).applied_rows)
    await committed(writer)
    assert told == [2**31 - 1]
    assert len(spans_of(database)) == 1


async def test_the_state_of_a_play_survives_its_holder(database: Database) -> None:
    told: list[int] = []
    watched = await add_watched(database)
    play = await opened(database, watched, told)
    begin = play.state.opened_ms
    writer = EvidenceWriter(database, Clock(), Hub(), Playing())
    receive(play, beat_message(play, KEY, 1, begin), KEYS, begin + 10_000, None)
    writer.add(play, 1)
    await committed(writer)
    again = await opened(
        database, watched, told, viewer_in.PlayRef(play.code, watched.upload_keys[play.code])
    )
    assert (again.state, again.durable) == (play.state, 1)
    receive(again, beat_message(again, KEY, 2, begin), KEYS, begin + 20_000, None)
    writer.add(again, 1)
    await committed(writer)
    assert spans_of(database) == [(1, "playing", begin, begin + 20_000)]


async def test_a_full_disk_stops_acknowledgements_and_nothing_else(sqlite_database: Database) -> None:
    told: list[int] = []
    watched = await add_watched(sqlite_database)
    play = await opened(sqlite_database, watched, told)
    begin = play.state.opened_ms
    writer = EvidenceWriter(sqlite_database, Clock(), Hub(), Playing())
    pages = await sqlite_database.write(lambda conn: conn.exec_driver_sql("PRAGMA page_count").scalar_one())
    await sqlite_database.write(lambda conn: conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}").all())
    seq = 0
    while -1 not in told:  # until no page is left
        seq += 1
        receive(
            play,
            beat_message(play, KEY, seq, begin, state="playing" if seq % 2 else "paused"),
            KEYS,
            begin + seq * 10_000,
            None,
        )
        writer.add(play, 1)
        await committed(writer)
    acknowledged = max([0, *told])
    assert len(spans_of(sqlite_database)) == acknowledged
    await sqlite_database.write(lambda conn: conn.exec_driver_sql("PRAGMA max_page_count = 1000000").all())

    reference = viewer_in.PlayRef(play.code, watched.upload_keys[play.code])
    again = await opened(sqlite_database, watched, told, reference)
    assert again.durable == acknowledged
    receive(again, beat_message(again, KEY, acknowledged + 1, begin), KEYS, begin + seq * 10_000, None)
    writer.add(again, 1)
    await committed(writer)
    assert told[-1] == acknowledged + 1

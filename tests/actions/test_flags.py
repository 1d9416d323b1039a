"""Flags raised by rows of evidence: stored with them, once, whatever is sent again; and no total depends on them."""

from typing import Any

import msgspec
from sqlalchemy import delete, select, update

from rollcall.actions.evidence import EvidenceWriter
from rollcall.actions.statistics import Ask, report_media
from rollcall.base.clock import Clock
from rollcall.domain.checks.proof import prompt_mac
from rollcall.domain.evidence.tick import Tick, tick_mac
from rollcall.domain.ids import CheckId, ProjectNo
from rollcall.live.hub import Hub
from rollcall.live.playing import Playing
from rollcall.live.plays import LivePlay, receive, receive_lost
from rollcall.render.statistics_json import json_chunks
from rollcall.store import tables
from rollcall.store.database import Database
from rollcall.wire import viewer_in
from tests.actions.test_evidence import KEY, KEYS, committed, opened
from tests.records import Watched, add_watched

BEAT_MS = 10_000
ON_AIR_MS = 1_800_000_000_000


def envelope(play: LivePlay, *rows: dict[str, Any], sent_ms: int | None = None) -> viewer_in.Rows:
    """Return an envelope of these rows, each with its tick proven; the player's clock began with the play."""
    begin, ticks = play.state.opened_ms, sorted({row["tick"] for row in rows})
    proofs = [
        viewer_in.TickProof(n, begin + n * BEAT_MS, tick_mac(KEY, play.code, Tick(n, begin + n * BEAT_MS)))
        for n in ticks
    ]
    end = max(row.get("to_ms", row.get("at_ms", 0)) for row in rows) if sent_ms is None else sent_ms
    return viewer_in.Rows(
        play=play.code,
        sent_ms=end,
        epoch=0,
        echo=viewer_in.Echo(ticks[-1], ticks[-1] * BEAT_MS),
        ticks=proofs,
        epochs=[viewer_in.Epoch(0, 0, begin)],
        rows=msgspec.convert(list(rows), list[viewer_in.Beat | viewer_in.Mark]),
    )


def beat(seq: int, *, on_air_ms: int = ON_AIR_MS, **other: Any) -> dict[str, Any]:
    """Return beat `seq` of 10 s of a live picture that plays on; `media_*` are counted from `on_air_ms`."""
    start, end = (seq - 1) * BEAT_MS, seq * BEAT_MS
    row: dict[str, Any] = {
        "row": "beat",
        "seq": seq,
        "epoch": 0,
        "tick": seq - 1,
        "from_ms": start,
        "to_ms": end,
    }
    row |= {"media_from_ms": start, "media_to_ms": end, "state": "playing"} | other
    return row | {name: row[name] + on_air_ms for name in ("media_from_ms", "media_to_ms")}


def flags_of(database: Database) -> dict[str, tuple[str, int, dict[str, int]]]:
    f = tables.flags.c
    rows = database.read_now(
        lambda conn: conn.execute(select(f.kind, f.key, f.count, f.detail).order_by(f.no)).all()
    )
    return {kind: (key, count, detail) for kind, key, count, detail in rows}


class Stage:
    """One participant's play, and a writer that commits what it is sent."""

    def __init__(self, database: Database, watched: Watched, play: LivePlay) -> None:
        self.database = database
        self.watched = watched
        self.play = play
        self.writer = EvidenceWriter(database, Clock(), Hub(), Playing())

    async def send(self, *rows: dict[str, Any]) -> None:
        """Send rows that arrive as soon as they end, each in an envelope of its own, and commit them together."""
        for row in rows:
            end_ms = self.play.state.opened_ms + row.get("to_ms", row.get("at_ms", 0))
            done = receive(self.play, envelope(self.play, row), KEYS, end_ms, None)
            self.writer.add(self.play, done.applied_rows)
        await committed(self.writer)

    async def come_back(self) -> None:
        """Open the same play on a new connection, as after a crash of the server."""
        reference = viewer_in.PlayRef(self.play.code, self.watched.upload_keys[self.play.code])
        self.play = await opened(self.database, self.watched, [], reference)


async def staged(database: Database) -> Stage:
    watched = await add_watched(database)
    return Stage(database, watched, await opened(database, watched, []))


async def test_a_clean_play_has_no_flag(database: Database) -> None:
    stage = await staged(database)
    await stage.send(*(beat(seq) for seq in range(1, 20)))
    await stage.send(beat(20, state="paused", media_to_ms=190_000), beat(21, rate=1.1, media_to_ms=211_000))
    assert flags_of(database) == {}


async def test_rows_that_cannot_be_true_are_flagged_with_their_reasons(database: Database) -> None:
    stage = await staged(database)
    await stage.send(
        beat(1), beat(2, from_ms=30_000), beat(3, from_ms=0, to_ms=90_000), beat(4, from_ms=60_000)
    )
    done = receive_lost(
        stage.play, viewer_in.Lost(stage.play.code, 5, 9), stage.play.state.opened_ms + 100_000
    )
    stage.writer.add(stage.play, done.applied_rows)
    await committed(stage.writer)
    assert flags_of(database) == {
        "rejected_rows": (stage.play.code, 3, {"backwards": 2, "too_long": 1}),
        "lost_rows": (stage.play.code, 5, {}),
    }


async def test_sending_again_after_a_crash_changes_no_flag(database: Database) -> None:
    stage = await staged(database)
    rows = [beat(1), beat(2, from_ms=30_000), beat(3, rate=2.0, media_to_ms=40_000), beat(4, from_ms=50_000)]
    await stage.send(*rows)
    before = flags_of(database)
    assert set(before) == {"rejected_rows", "playback_rate"}
    await stage.come_back()
    await stage.send(*rows, *rows)
    assert flags_of(database) == before
    await stage.send(beat(5, from_ms=60_000))
    assert flags_of(database)["rejected_rows"] == (stage.play.code, 3, {"backwards": 3})


async def test_a_group_that_is_not_stored_raises_nothing_until_its_rows_come_again(
    database: Database,
) -> None:
    stage = await staged(database)
    await database.write(lambda conn: conn.exec_driver_sql("ALTER TABLE marks RENAME TO marks_away"))
    answered = {"row": "mark", "seq": 2, "epoch": 0, "tick": 1, "at_ms": 10_000, "check": "check001"}
    mac = prompt_mac(KEYS.prompts, stage.play.code, CheckId("check001"), 7)
    answered |= {"mark": "answered", "trusted": False, "issued_at_ms": 7, "mac": mac}
    rows = [beat(1, from_ms=20_000), answered]
    await stage.send(*rows)
    await database.write(lambda conn: conn.exec_driver_sql("ALTER TABLE marks_away RENAME TO marks"))
    assert flags_of(database) == {}
    await stage.come_back()
    await stage.send(*rows)
    assert flags_of(database) == {
        "rejected_rows": (stage.play.code, 1, {"backwards": 1}),
        "untrusted_answer": ("check001", 1, {}),
    }


async def test_speed_is_flagged_on_a_broadcast_and_not_on_a_recording(database: Database) -> None:
    stage = await staged(database)
    await stage.send(beat(1, rate=1.2, media_to_ms=12_000))
    assert flags_of(database) == {}
    await stage.send(beat(2, rate=1.5, media_from_ms=12_000, media_to_ms=27_000))
    assert flags_of(database) == {"playback_rate": (stage.play.code, 1, {"rate_percent": 150})}
    await database.write(lambda conn: conn.execute(delete(tables.flags)))
    await database.write(lambda conn: conn.execute(update(tables.media).values(kind="recording")))
    await stage.send(beat(3, rate=2.0, media_from_ms=27_000, media_to_ms=47_000))
    assert flags_of(database) == {}


async def test_positions_that_stand_or_jump_are_flagged(database: Database) -> None:
    stage = await staged(database)
    await stage.send(*(beat(seq, media_from_ms=5_000, media_to_ms=5_000) for seq in range(1, 5)))
    assert flags_of(database) == {"position_frozen": (stage.play.code, 2, {"frozen_ms": 40_000})}
    await stage.send(
        *(beat(seq, media_from_ms=seq * 99_000, media_to_ms=seq * 99_000 + 10_000) for seq in range(5, 11))
    )
    assert flags_of(database)["position_random"] == (stage.play.code, 2, {"jumps": 6})


async def test_a_broadcast_that_never_says_when_it_was_on_air_is_flagged(database: Database) -> None:
    stage = await staged(database)
    await stage.send(beat(1, on_air_ms=0), *(beat(seq) for seq in range(2, 12)))
    assert flags_of(database) == {}  # the first picture's time may not be known yet
    await stage.send(*(beat(seq, on_air_ms=0) for seq in range(12, 16)))
    assert flags_of(database) == {}
    await stage.send(beat(16, on_air_ms=0, state="paused"), beat(17, on_air_ms=0), beat(18, on_air_ms=0))
    assert flags_of(database) == {"position_unknown": (stage.play.code, 1, {"unknown_ms": 60_000})}
    await database.write(lambda conn: conn.execute(delete(tables.flags)))
    await database.write(lambda conn: conn.execute(update(tables.media).values(kind="recording")))
    await stage.send(*(beat(seq, on_air_ms=0) for seq in range(19, 31)))
    assert flags_of(database) == {}


async def test_short_stretches_whose_picture_stands_are_flagged(database: Database) -> None:
    stage = await staged(database)
    stands = [
        beat(n, tick=0, from_ms=n * 900, to_ms=n * 900 + 900, media_from_ms=0, media_to_ms=0)
        for n in range(1, 36)
    ]
    await stage.send(*stands)
    assert flags_of(database) == {"position_frozen": (stage.play.code, 2, {"frozen_ms": 31_500})}


async def test_a_clock_that_runs_faster_or_steps_is_flagged(database: Database) -> None:
    stage = await staged(database)
    begin = stage.play.state.opened_ms
    for n in range(1, 25):
        row = beat(n, from_ms=round((n - 1) * 10_500), to_ms=n * 10_500)
        message = msgspec.structs.replace(
            envelope(stage.play, row), echo=viewer_in.Echo(n - 1, round((n - 1) * 10_500)), sent_ms=n * 10_500
        )
        done = receive(stage.play, message, KEYS, begin + n * BEAT_MS, None)
        stage.writer.add(stage.play, done.applied_rows)
    await committed(stage.writer)
    found = flags_of(database)
    assert set(found) == {"clock_rate", "clock_stepped"}
    assert 45_000 < found["clock_rate"][2]["ppm"] < 55_000


async def test_deleting_all_flags_changes_no_total(database: Database) -> None:
    """I19: everything else of the statistics is the same with flags and without."""
    stage = await staged(database)
    rows = [beat(1), beat(2, rate=2.0, media_to_ms=30_000), beat(3, from_ms=90_000), beat(4)]
    await stage.send(*rows)

    async def told() -> tuple[list[Any], Any]:
        project = ProjectNo(stage.play.project_no)
        ask = Ask(ip=True, user_agent=True)
        report = await report_media(
            database, project, stage.watched.media_code, ask, stage.play.state.opened_ms + 100_000
        )
        answer = msgspec.json.decode(b"".join(json_chunks(report)))
        return [row.pop("flags") for row in answer["participants"]], answer

    flags, before = await told()
    assert {flag["kind"] for flag in flags[0]} == {"playback_rate", "rejected_rows"}
    assert before["participants"][0]["first_seen_at"] is not None
    await database.write(lambda conn: conn.execute(delete(tables.flags)))
    flags, after = await told()
    assert flags == [[]]
    assert after == before

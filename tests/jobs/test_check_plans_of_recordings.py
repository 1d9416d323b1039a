"""Check plans of recordings: everybody by their own playing time, whatever they do with speed, place and tabs."""

from dataclasses import replace

import msgspec
from sqlalchemy import Connection, select, update

from rollcall.actions import sessions
from rollcall.actions.statistics import Ask, report_media
from rollcall.domain.credit.spans import Slice
from rollcall.domain.ids import UserId
from rollcall.domain.intervals import Interval
from rollcall.domain.sessions import ContentWindow, Session, WallWindow
from rollcall.jobs import check_plans as plan_job
from rollcall.jobs import prompts as prompt_job
from rollcall.render.statistics_json import json_chunks
from rollcall.store import check_plans, tables
from rollcall.store.database import Database
from tests.hall import T0, open_hall
from tests.history import Records
from tests.planned import PLAN, SECOND, Event


class Lecture(Event):
    """A recording whose participants play, each where and as fast as they like."""

    async def cut(self, title: str, from_s: int, to_s: int) -> Session:
        """Make a session of the content."""
        of, window = self.hall, ContentWindow(from_s * SECOND, to_s * SECOND)
        made, _ = await sessions.create_session(
            of.db, of.hub, of.project_no, of.code, title, window, "test", of.now_ms
        )
        return made

    async def play(self, seconds: int, **places: tuple[float, float]) -> None:
        """Let seconds pass in which each of these plays from a second of the content on, so many times as fast.

        A name that ends in `_2` is the same participant in a second tab.
        """
        hall = self.hall
        for second in range(seconds):
            for name, (from_s, speed) in places.items():
                at_ms = round((from_s + second * speed) * SECOND)
                content = Interval(at_ms, at_ms + round(speed * SECOND))
                self.playing.note(
                    hall.media_no,
                    UserId(name.removesuffix("_2")),
                    hall.now_ms,
                    hall.now_ms + SECOND,
                    hall.now_ms + SECOND,
                    content,
                )
            hall.wait(SECOND)
            await plan_job.run_once(hall.db, hall.hub, self.playing, hall.clock, self.source.randint)
            await prompt_job.run_once(hall.db, hall.hub, hall.clock, hall.arrivals)
            for user_id, screen in self.screens.items():
                for message in screen.got:
                    if message["type"] == "prompt":
                        self.asked.setdefault(user_id, []).append((hall.now_ms - T0) // SECOND)
                        await hall.mark(user_id, message["check"], "shown", "answered")
                screen.got.clear()


async def lecture(database: Database, *users: str, seed: int = 1) -> Lecture:
    made = Lecture(await open_hall(database, *users, kind="recording"), seed)
    made.arrive(*users)
    return made


async def test_each_is_asked_by_their_own_playing_time_and_in_the_session_that_they_play(
    database: Database,
) -> None:
    event = await lecture(database, "anna", "boris")
    first, second = await event.cut("A", 0, 300), await event.cut("B", 400, 700)
    await event.put(PLAN)
    await event.play(130, anna=(0, 1), boris=(400, 1))
    for moments in (event.asked["anna"], event.asked["boris"]):
        gaps = [later - sooner for sooner, later in zip([1, *moments], moments, strict=False)]
        assert all(40 <= gap <= 62 for gap in gaps), gaps
    of_sessions = {(no, ordinal) for no, ordinal, _, _ in await event.checks()}
    assert {(first.no, 1), (first.no, 2), (second.no, 1), (second.no, 2)} <= of_sessions


async def test_a_break_a_loop_and_a_pause_ask_nobody(database: Database) -> None:
    event = await lecture(database, "anna", "boris", "clara")
    await event.cut("A", 0, 30)
    await event.put(PLAN)
    await event.play(100, anna=(1000, 1))
    for _ in range(10):
        await event.play(20, boris=(0, 1))
    await event.play(20, clara=(0, 1))
    await event.play(100)
    assert event.asked == {}


async def test_twice_the_speed_is_asked_by_the_clock_and_two_tabs_as_one(database: Database) -> None:
    event = await lecture(database, "anna", "boris")
    await event.cut("A", 0, 2_000)
    await event.put(PLAN)
    await event.play(300, anna=(0, 2), boris=(0, 1), boris_2=(1_000, 1))
    assert 300 // 62 <= len(event.asked["anna"]) <= 300 // 40
    assert 300 // 62 <= len(event.asked["boris"]) <= 300 // 40


async def test_whoever_hops_between_sessions_or_leaves_before_each_report_is_asked_all_the_same(
    database: Database,
) -> None:
    event = await lecture(database, "anna", "boris")
    await event.cut("A", 0, 1_000)
    await event.cut("B", 2_000, 3_000)
    await event.put(PLAN)
    for turn in range(75):
        await event.play(1, anna=(turn, 1), boris=(turn * 3, 1))
        await event.play(1, anna=(2_000 + turn, 1), boris=(turn * 3 + 1, 1))
        await event.play(1, anna=(2_000 + turn, 1), boris=(5_000, 1))
    assert len(event.asked["anna"]) >= 150 // 62
    assert len(event.asked["boris"]) >= 150 // 62


async def test_parts_ask_everybody_exactly_m_times_however_they_play(database: Database) -> None:
    event = await lecture(database, "anna", "boris", "clara", seed=3)
    session = await event.cut("A", 0, 300)
    await event.put(replace(PLAN, per_session=2))
    await event.play(150, anna=(0, 2), boris=(150, 1), clara=(0, 1))
    await event.play(150, anna=(0, 1), boris=(0, 1), clara=(0, 1))
    await event.play(150, clara=(150, 1))
    assert {user: len(moments) for user, moments in event.asked.items()} == {
        "anna": 2, "boris": 2, "clara": 2
    }  # fmt: skip
    assert {(no, ordinal) for no, ordinal, _, _ in await event.checks()} == {(session.no, 1), (session.no, 2)}


async def test_a_restart_goes_on_where_it_was(database: Database) -> None:
    first = await lecture(database, "anna")
    await first.cut("A", 0, 1_000)
    await first.put(PLAN)
    await first.play(30, anna=(0, 1))
    again = Lecture(first.hall)
    again.screens = first.screens
    stored = Slice(Interval(T0, T0 + 30 * SECOND), Interval(0, 30 * SECOND))
    again.playing.set_baseline(first.hall.media_no, UserId("anna"), [stored.wall], [stored])
    await again.play(45, anna=(30, 1))
    assert len(again.asked["anna"]) == 1
    assert 40 <= again.asked["anna"][0] <= 62


async def test_who_played_a_broadcast_before_its_session_was_drawn_is_asked_as_if_it_had_been_there(
    database: Database,
) -> None:
    event = Lecture(await open_hall(database, "anna", "boris"))
    event.arrive("anna", "boris")
    hall, start_s = event.hall, T0 // SECOND
    of_hall = update(tables.media).where(tables.media.c.no == hall.media_no)
    await database.write(lambda conn: conn.execute(of_hall.values(dvr_s=3_600)))
    await event.put(replace(PLAN, per_session=2))
    await event.play(90, anna=(start_s, 1), boris=(start_s, 1))
    window = WallWindow(T0, T0 + 200 * SECOND)
    of = (hall.db, hall.hub, hall.project_no, hall.code)
    await sessions.create_session(*of, "Drawn later", window, "test", hall.now_ms)
    await event.play(110, anna=(start_s + 90, 1), boris=(start_s + 90, 1))
    assert {user: len(moments) for user, moments in event.asked.items()} == {"anna": 2, "boris": 2}


async def test_who_comes_back_before_the_plan_is_looked_at_again_goes_on_where_they_were(
    database: Database,
) -> None:
    event = Lecture(await open_hall(database, "anna"))
    event.arrive("anna")
    hall = event.hall
    of_hall = update(tables.media).where(tables.media.c.no == hall.media_no)
    await database.write(lambda conn: conn.execute(of_hall.values(dvr_s=3_600)))
    await event.put(PLAN)
    await event.begin(300)
    await event.play(35, anna=(7, 1))  # of whom nobody knows the programme time
    again = Lecture(hall)
    again.screens = event.screens
    stored = Slice(Interval(T0, T0 + 35 * SECOND), Interval(7 * SECOND, 42 * SECOND))
    again.playing.set_baseline(hall.media_no, UserId("anna"), [stored.wall], [stored])
    await again.play(35, anna=(42, 1))
    assert len([*event.asked.get("anna", []), *again.asked["anna"]]) == 1


async def test_the_checks_are_told_by_user_media_and_session_and_absent_is_who_never_played_in_it(
    database: Database,
) -> None:
    event = await lecture(database, "anna", "boris", "clara")
    session = await event.cut("A", 0, 300)
    await event.cut("B", 300, 600)
    await event.put(PLAN)
    await event.play(70, anna=(0, 1))
    hall, day_ms = event.hall, 86_400_000
    (check,) = await event.checks()
    assert check[:2] == (session.no, 1)

    def store(conn: Connection) -> None:
        records = Records(conn)
        records.project_no, records.event_no = hall.project_no, hall.event_no
        for user, at_ms, from_ms, long_ms in (
            ("anna", T0, 0, 70_000),
            ("boris", T0 + day_ms, 0, 10_000),  # the day after, and not for long enough to be asked
            ("clara", T0, 310_000, 70_000),  # at the same time, in the other session
        ):
            play, to_ms = records.play(hall.media_no, user), from_ms + long_ms
            records.span(
                hall.media_no, play, 1, at_ms, at_ms + long_ms, content_from_ms=from_ms, content_to_ms=to_ms
            )

    await database.write(store)
    at_ms = hall.now_ms + 2 * day_ms
    made = await report_media(database, hall.project_no, hall.code, Ask(), at_ms)
    report = msgspec.json.decode(b"".join(json_chunks(made)))
    told = {row["user_id"]: row for row in report["participants"]}
    (of_anna,) = told["anna"]["checks"]
    assert (of_anna["outcome"], of_anna["session_id"]) == ("confirmed", session.id)
    assert [s["checks_confirmed"] for s in told["anna"]["sessions"]] == [1, 0]
    assert told["boris"]["checks"] == []
    assert [c["outcome"] for c in told["clara"]["checks"]] == ["not_present"]
    assert [c["session_id"] for c in report["checks"]] == [session.id]
    query = select(tables.prompts.c.user_id, tables.prompts.c.media_no)
    rows = await database.read(lambda conn: conn.execute(query).all())
    assert [tuple(row) for row in rows] == [("anna", hall.media_no)]


async def test_who_has_gone_back_in_a_broadcast_is_asked_in_the_session_that_they_play(
    database: Database,
) -> None:
    event = Lecture(await open_hall(database, "anna", "boris", "clara"))
    event.arrive("anna", "boris", "clara")
    hall, start_s = event.hall, T0 // SECOND
    of_hall = update(tables.media).where(tables.media.c.no == hall.media_no)
    await database.write(lambda conn: conn.execute(of_hall.values(dvr_s=3_600)))
    await event.put(PLAN)
    session = await event.begin(100)
    # anna is at the broadcast, boris does not tell where, clara comes for the past when the session is over
    await event.play(100, anna=(start_s, 1), boris=(7, 1))
    asked = {user: len(moments) for user, moments in event.asked.items()}
    assert {"anna", "boris"} == asked.keys()
    event.asked.clear()
    await event.play(100, anna=(start_s + 100, 1), boris=(107, 1), clara=(start_s, 1))
    assert event.asked.keys() == {"clara"}
    assert {(no, ordinal) for no, ordinal, _, _ in await event.checks()} <= {(session.no, 1), (session.no, 2)}
    p = tables.prompts.c
    states = await database.read(lambda conn: conn.execute(select(p.user_id, p.state)).all())
    assert {tuple(row) for row in states} == {(user, "confirmed") for user in ("anna", "boris", "clara")}


async def test_a_gap_left_by_a_session_with_an_open_end_keeps_nobody_from_the_parts_of_the_next(
    database: Database,
) -> None:
    event = Lecture(await open_hall(database, "anna", "boris"))
    event.arrive("anna", "boris")
    hall, start_s = event.hall, T0 // SECOND
    of_hall = update(tables.media).where(tables.media.c.no == hall.media_no)
    await database.write(lambda conn: conn.execute(of_hall.values(dvr_s=3_600)))
    await event.put(replace(PLAN, per_session=1, every_s=(60, 90)))
    first = await event.begin()
    await event.play(3, anna=(start_s, 1), boris=(start_s, 1))
    await sessions.stop_session(hall.db, hall.hub, hall.project_no, hall.code, first.id, "test", hall.now_ms)
    second = await event.begin(60)
    now_s = hall.now_ms // SECOND
    await event.play(60, anna=(now_s, 1), boris=(now_s, 1))
    assert {user: len(moments) for user, moments in event.asked.items()} == {"anna": 1, "boris": 1}
    assert {(no, ordinal) for no, ordinal, _, _ in await event.checks()} == {(second.no, 1)}


async def test_who_watches_after_the_end_of_the_media_is_asked_as_before(database: Database) -> None:
    event = await lecture(database, "anna")
    hall = event.hall
    session = await event.cut("A", 0, 1_000)
    await event.put(PLAN)
    ended = update(tables.media).where(tables.media.c.no == hall.media_no).values(ended_ms=hall.now_ms)
    await database.write(lambda conn: conn.execute(ended))
    await event.play(130, anna=(0, 1))
    assert len(event.asked["anna"]) == 2
    assert {no for no, _, _, _ in await event.checks()} == {session.no}
    for screen in event.screens.values():
        hall.hub.room(hall.media_no).discard(screen)
    hall.hub.room(hall.media_no).lately()
    assert await database.read(lambda conn: check_plans.list_running(conn, [])) == []


async def test_what_nobody_could_have_seen_of_a_broadcast_is_no_playing_time(database: Database) -> None:
    event = Lecture(await open_hall(database, "anna", "boris", "clara"))
    event.arrive("anna", "boris", "clara")
    hall, start_s = event.hall, T0 // SECOND
    of_hall = update(tables.media).where(tables.media.c.no == hall.media_no)
    await database.write(lambda conn: conn.execute(of_hall.values(dvr_s=60)))
    await event.put(PLAN)
    await event.begin(1_000)
    # anna is at the broadcast; boris says that he sees what is to come, then clara what is long over
    await event.play(70, anna=(start_s, 1), boris=(start_s + 100, 1))
    hall.wait(200 * SECOND)
    await event.play(70, clara=(start_s, 1))
    assert event.asked.keys() == {"anna"}
    assert event.playing.expected_ms(hall.media_no, UserId("boris"), hall.now_ms) == 0
    await database.write(lambda conn: conn.execute(of_hall.values(dvr_before_s=600)))
    await event.play(70, clara=(start_s + 70, 1))
    assert event.asked.keys() == {"anna", "clara"}

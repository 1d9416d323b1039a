"""What looks across plays and prompts raise on both engines; looking again, and after a restart, changes nothing."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, insert, select, update

from rollcall.base.secrets import new_code
from rollcall.domain.ids import MediaNo
from rollcall.jobs.flags import FlagSweep
from rollcall.live.hub import Hub
from rollcall.store import tables
from rollcall.store.database import Connection, Database
from tests.hall import T0, Screen, SetClock
from tests.history import Records

S = 1_000
Found = dict[tuple[str, str], tuple[int, dict[str, int]]]


class Scene:
    """A media with a picture, whose rows a test writes, and a job that looks at them."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.hub, self.clock = Hub(), SetClock()
        self.records: Records
        self.media = 0
        self._seqs: dict[int, int] = {}
        self.clock.at_ms = T0 - 600 * S
        self.sweep = FlagSweep(db, self.hub, self.clock)

    async def write(self, *acts: Callable[[], object]) -> None:
        def store(conn: Connection) -> None:
            self.records.connection = conn
            for act in acts:
                act()

        await self.db.write(store)

    def play(self, user_id: str, ip: str = "192.0.2.1", **other: Any) -> int:
        if not self.hub.room(MediaNo(self.media)).of_user(user_id):  # type: ignore[arg-type]
            self.hub.room(MediaNo(self.media)).add(Screen(user_id))  # type: ignore[arg-type]
        values = {"opened_ms": T0 - 600 * S, "last_arrival_ms": T0} | other
        return self.records.play(self.media, user_id, ip=ip, **values)

    def span(self, play: int, start_s: float, end_s: float, **other: Any) -> None:
        ordinal = self._seqs[-play] = self._seqs.get(-play, 0) + 1
        self.records.span(self.media, play, ordinal, T0 + round(start_s * S), T0 + round(end_s * S), **other)

    def check(self, at_s: float) -> str:
        no = self.records.check(self.media, T0 + round(at_s * S))
        return self.records.check_code(no)

    def answer(
        self, play: int, user_id: str, check: str, shown_s: float, after_ms: int, **other: Any
    ) -> None:
        """Show a prompt in this play and answer it."""
        shown_ms = T0 + round(shown_s * S)
        for mark, at_ms in (("shown", shown_ms), ("answered", shown_ms + after_ms)):
            seq = self._seqs[play] = self._seqs.get(play, 0) + 1
            values = {
                "play_no": play, "seq": seq, "project_no": self.records.project_no, "media_no": self.media,
                "event_no": self.records.event_no, "user_id": user_id, "mark": mark, "check_code": check,
                "at_ms": at_ms, "arrival_ms": at_ms, "bound_ms": 0, "visible": True, "trusted": True, "pointer": True,
            }  # fmt: skip
            self.records.connection.execute(insert(tables.marks).values(**values | other))

    async def look(self, at_s: float) -> Found:
        """Look at this moment and return every flag that there is."""
        self.clock.at_ms = T0 + round(at_s * S)
        await self.sweep.run_once()
        return await self.flags()

    async def is_stable(self, found: Found) -> None:
        """Looking again, and again after a restart that forgot everything, finds the same; so does a lost flag."""
        await self.sweep.run_once()
        assert await self.flags() == found
        self.sweep = FlagSweep(self.db, self.hub, self.clock)
        self.sweep._started_ms = T0 - 600 * S
        await self.sweep.run_once()
        assert await self.flags() == found
        await self.db.write(lambda conn: conn.execute(delete(tables.flags)))
        self.sweep._looked_back = False
        await self.sweep.run_once()
        assert await self.flags() == found

    async def flags(self) -> Found:
        f = tables.flags.c
        query = select(f.user_id, f.kind, f.count, f.detail).order_by(f.no)
        rows = await self.db.read(lambda conn: conn.execute(query).all())
        return {(user_id, kind): (count, detail) for user_id, kind, count, detail in rows}


async def scene(db: Database) -> Scene:
    made = Scene(db)

    def store(conn: Connection) -> None:
        made.records = Records(conn)
        made.media = made.records.media()
        conn.execute(update(tables.media).values(signal_ms=T0 - 600 * S))

    await db.write(store)
    return made


async def test_answers_of_programs_and_of_people(database: Database) -> None:
    hall = await scene(database)

    def answers() -> None:
        users = ("fast", "even", "doctor", "silent")
        plays = {user: hall.play(user, ip=f"192.0.2.{n}") for n, user in enumerate(users)}
        for n, human_ms in enumerate((900, 2_400, 1_300, 4_100)):
            check = hall.check(n)
            hall.answer(plays["fast"], "fast", check, n, 140 + 200 * n)
            hall.answer(plays["even"], "even", check, n, 1_000 + n)
            hall.answer(plays["doctor"], "doctor", check, n, human_ms)
            hall.answer(plays["silent"], "silent", check, n, human_ms + 500, pointer=False)
        check = hall.check(5)
        hall.answer(plays["fast"], "fast", check, 5, 30)

    await hall.write(answers)
    found = await hall.look(20)
    assert found == {
        ("fast", "instant_answers"): (2, {"answers": 5, "fastest_ms": 30}),
        ("even", "constant_reactions"): (4, {"answers": 4, "reaction_ms": 1_002, "spread_ms": 3}),
        ("silent", "no_pointer"): (4, {"answers": 4}),
    }
    await hall.is_stable(found)


async def test_the_media_of_an_event_are_judged_as_one(database: Database) -> None:
    hall = await scene(database)

    def answers() -> None:
        second = hall.records.media()
        for day, media in enumerate((hall.media, second)):
            hall.media = media
            play = hall.play("even")
            for n in range(day * 600, day * 600 + 2):
                hall.answer(play, "even", hall.check(n), n, 1_000)
        hall.media = second

    await hall.write(answers)
    found = await hall.look(700)
    rows = await database.read(lambda conn: conn.execute(select(tables.flags.c.media_no)).scalars().all())
    assert len(rows) == 1
    assert found == {
        ("even", "constant_reactions"): (4, {"answers": 4, "reaction_ms": 1_000, "spread_ms": 0})
    }
    await hall.is_stable(found)


async def test_accounts_that_answer_as_one_from_one_address(database: Database) -> None:
    hall = await scene(database)

    def answers() -> None:
        places = {"a": "192.0.2.1", "b": "192.0.2.1", "colleague": "192.0.2.1", "elsewhere": "192.0.2.2"}
        plays = {user: hall.play(user, ip=ip) for user, ip in places.items()}
        for n in range(5):
            check = hall.check(n * 60)
            for user, after_ms in (("a", 0), ("b", 40), ("colleague", 300 * n), ("elsewhere", 0)):
                hall.answer(plays[user], user, check, n * 60, 900 + 333 * n + after_ms)

    await hall.write(answers)
    found = await hall.look(300)
    as_one = (5, {"accounts": 2})
    assert found == {("a", "answers_as_one"): as_one, ("b", "answers_as_one"): as_one}
    await hall.is_stable(found)


async def test_two_devices_at_once(database: Database) -> None:
    hall = await scene(database)

    def devices() -> None:
        hall.span(hall.play("home"), 0, 300)
        hall.span(hall.play("home", ip="198.51.100.9"), 100, 400)
        hall.span(hall.play("moved"), 0, 300)
        hall.span(hall.play("moved", ip="198.51.100.9"), 290, 600)
        hall.span(hall.play("tabs"), 0, 300)
        hall.span(hall.play("tabs"), 0, 300)

    await hall.write(devices)
    found = await hall.look(400)
    detail = {"addresses": 2, "overlap_ms": 200 * S}
    assert found == {("home", "overlapping_devices"): (1, detail)}
    await hall.is_stable(found)


async def test_prompts_that_are_kept_from_view_or_dodged(database: Database) -> None:
    hall = await scene(database)

    def prompts() -> None:
        for issued_s in (100, 700):
            no = hall.records.check(hall.media, T0 + issued_s * S)
            for user in ("blocker", "dodger", "unlucky"):
                hall.records.prompt(hall.media, no, user, "issued", T0 + issued_s * S)
            hall.records.prompt(
                hall.media, no, "doctor", "issued", T0 + issued_s * S, shown_ms=T0 + issued_s * S
            )
        hall.span(hall.play("blocker"), 0, 740)
        hall.span(hall.play("doctor"), 0, 740)
        play = hall.play("dodger")
        for stretch in ((0, 98), (300, 700), (730, 741)):
            hall.span(play, *stretch)
        play = hall.play("unlucky")
        for stretch in ((0, 98), (300, 600), (730, 741)):
            hall.span(play, *stretch)

    await hall.write(prompts)
    found = await hall.look(742)
    dodged: tuple[int, dict[str, int]] = (2, {})
    assert found == {
        ("blocker", "unshown_prompts"): (1, {}),
        ("dodger", "dodged_prompts"): dodged,
    }
    await hall.is_stable(found)


async def test_an_outage_of_ours_is_nobodys_dodge(database: Database) -> None:
    hall = await scene(database)
    await hall.write(lambda: dodged(hall))
    outage = {"code": new_code(), "source": "down", "from_ms": T0 + 99 * S, "to_ms": T0 + 110 * S}
    await hall.write(
        lambda: hall.records.connection.execute(insert(tables.outages).values(**outage, created_ms=T0))
    )
    assert await hall.look(742) == {}


async def test_a_silence_of_another_project_excuses_no_dodge(database: Database) -> None:
    hall = await scene(database)
    await hall.write(lambda: dodged(hall))
    await hall.write(
        lambda: Records(hall.records.connection).outage(T0 + 99 * S, T0 + 110 * S, source="silence")
    )
    assert {kind for _, kind in await hall.look(742)} == {"dodged_prompts"}


def dodged(hall: Scene) -> None:
    """Let a connection break around two prompts, the first time from 99 to 110 s."""
    for issued_s in (100, 700):
        no = hall.records.check(hall.media, T0 + issued_s * S)
        hall.records.prompt(hall.media, no, "doctor", "undelivered", T0 + issued_s * S)
    play = hall.play("doctor")
    for stretch in ((0, 98), (300, 700), (730, 741)):
        hall.span(play, *stretch)


async def test_who_claims_what_nobody_could_have_seen_of_a_broadcast(database: Database) -> None:
    hall = await scene(database)

    def positions() -> None:
        hall.records.connection.execute(update(tables.media).values(dvr_s=60, dvr_before_s=300))
        for n, (user, old_s, length_s) in enumerate((
            ("live", 3, 500), ("catching up", 430, 500), ("ahead", -16, 40), ("old", 440, 40),
            ("woken", 7_200, 20), ("undated", 0, 500), ("paused", 7_200, 40),
        )):  # fmt: skip
            play = hall.play(user, ip=f"192.0.2.{n}")
            since_ms = 7 if user == "undated" else T0 - old_s * S
            until_ms = since_ms if user == "paused" else since_ms + length_s * S
            state = "paused" if user == "paused" else "playing"
            hall.span(play, 0, length_s, content_from_ms=since_ms, content_to_ms=until_ms, state=state)
            hall.records.connection.execute(update(tables.plays).values(fetched_ms=T0 + 500 * S))

    await hall.write(positions)
    found = await hall.look(500)
    assert found == {
        ("ahead", "position_unreachable"): (1, {"unreachable_ms": 40_000}),
        ("old", "position_unreachable"): (1, {"unreachable_ms": 40_000}),
    }
    await hall.is_stable(found)
    await hall.write(lambda: hall.records.connection.execute(update(tables.media).values(dvr_s=0)))
    await hall.write(lambda: hall.records.connection.execute(delete(tables.flags)))
    assert await hall.look(520) == {}

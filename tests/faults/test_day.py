"""A whole day on a clock that is set: a broadcast from 10:00 to 17:00, three blocks, two breaks, and eight people.

Every row takes the real way from the envelope to the disk; nothing sleeps. Clocks are ideal (one runs too fast), so
every total is known to the millisecond beforehand, and breaks earn nothing although players run through them (F15).
"""

from datetime import UTC, datetime, timedelta

from rollcall.actions import sessions
from rollcall.domain.sessions import Session, WallWindow
from rollcall.store.database import Database
from tests.audience import Node, Place, Viewer, add_place, pass_time
from tests.hall import SetClock
from tests.reports import read_report

MIDNIGHT = datetime(2026, 3, 14, tzinfo=UTC) - timedelta(hours=3)  # in Moscow
MINUTE, HOUR = 60_000, 3_600_000
USERS = ("anna", "boris", "dmitri", "elena", "fedor", "galina", "gleb", "vera")
BLOCK = 2 * HOUR


def at(hour: int, minute: int = 0, second: int = 0, ms: int = 0) -> int:
    moment = MIDNIGHT + timedelta(hours=hour, minutes=minute, seconds=second, milliseconds=ms)
    return round(moment.timestamp() * 1000)


class Day:
    """The broadcast, its server and who watches it now."""

    def __init__(self, node: Node, place: Place) -> None:
        self.node, self.place = node, place
        self.viewers: list[Viewer] = []

    async def until(self, hour: int, minute: int = 0, second: int = 0, ms: int = 0) -> None:
        await pass_time(self.node, self.viewers, at(hour, minute, second, ms))

    async def join(self, user_id: str, *, drift_ppm: int = 0) -> Viewer:
        skew_ms = 1_000_000 * (len(self.viewers) + 1)
        viewer = Viewer(self.place, user_id, self.node.clock, skew_ms=skew_ms, drift_ppm=drift_ppm)
        self.viewers.append(await viewer.open(self.node))
        return viewer

    async def begin(self, title: str) -> Session:
        place, now_ms = self.place, self.node.clock.at_ms
        made, _ = await sessions.create_session(
            self.node.db, self.node.hub, place.project_no, place.code, title, WallWindow(now_ms, None), "test", now_ms  # type: ignore[arg-type]
        )  # fmt: skip
        return made

    async def stop(self, session: Session) -> None:
        node, place = self.node, self.place
        await sessions.stop_session(
            node.db, node.hub, place.project_no, place.code, session.id, "test", node.clock.at_ms  # type: ignore[arg-type]
        )  # fmt: skip


async def live_through(day: Day) -> None:
    """Play the day as it happens."""
    anna = await day.join("anna")  # comes early, leaves her player running through everything
    elena = await day.join("elena", drift_ppm=300)  # the same, with a clock that gains a second an hour
    galina = [await day.join("galina")]
    await day.until(10)
    first = await day.begin("Block 1")
    gleb = await day.join("gleb")
    vera = await day.join("vera")
    dmitri = await day.join("dmitri")
    await day.until(10, 20, 30, 123)
    await day.join("boris")  # late
    await day.until(10, 30, 0, 500)
    gleb.change(state="paused")
    await day.until(10, 45, 0, 250)
    gleb.change(state="playing")
    await day.until(11, 30)
    galina.append(await day.join("galina"))
    await day.until(11, 50)
    gleb.change(visible=False)  # in the background he still hears it
    await day.until(12)
    await day.stop(first)
    await day.until(12, 10)
    galina[0].close()
    gleb.change(visible=True)
    await day.until(12, 30)
    second = await day.begin("Block 2")
    await day.until(13)
    dmitri.online = False  # twelve minutes without a network, while the picture comes from the cache
    await day.until(13, 12)
    await dmitri.resume(day.node)
    await day.until(14, 10)
    galina[1].close()
    await day.until(14, 15, 0, 1)
    galina.append(await day.join("galina"))  # a minute under five without any tab
    await day.until(14, 30)
    await day.stop(second)
    await day.until(15)
    third = await day.begin("Block 3")
    await day.until(16, 11, 11, 111)
    vera.close()  # leaves early
    await day.until(17)
    await day.stop(third)
    await day.until(17, 5)
    for viewer in (anna, elena, galina[2]):
        viewer.close()
    await day.node.commit()


WATCHED = {
    "anna": [BLOCK, BLOCK, BLOCK],
    "boris": [BLOCK - 20 * MINUTE - 30_123, BLOCK, BLOCK],
    "dmitri": [BLOCK, BLOCK, BLOCK],
    "elena": [BLOCK, BLOCK, BLOCK],
    "fedor": [0, 0, 0],
    "galina": [BLOCK, BLOCK - 5 * MINUTE - 1, BLOCK],
    "gleb": [BLOCK - 15 * MINUTE + 250, BLOCK, BLOCK],
    "vera": [BLOCK, BLOCK, HOUR + 11 * MINUTE + 11_111],
}


async def test_a_day_is_counted_to_the_millisecond_and_its_breaks_not_at_all(database: Database) -> None:
    clock = SetClock(at(9, 55))
    place = await database.write(lambda conn: add_place(conn, *USERS))
    day = Day(Node(database, clock), place)
    await live_through(day)
    clock.at_ms = at(18)
    report = read_report(database, place.code, clock.at_ms)
    assert [session["duration_ms"] for session in report["sessions"]] == [BLOCK] * 3
    watched = {
        row["user_id"]: [session["watched_ms"] for session in row["sessions"]]
        for row in report["participants"]
    }
    assert watched == WATCHED
    assert {row["user_id"]: row["watched_ms"] for row in report["participants"]} == {
        user_id: sum(parts) for user_id, parts in WATCHED.items()
    }
    recovered = {row["user_id"]: row["recovered_ms"] for row in report["participants"] if row["recovered_ms"]}
    assert list(recovered) == ["dmitri"]
    assert 11 * MINUTE < recovered["dmitri"] <= 12 * MINUTE
    await count_the_breaks(day)


async def count_the_breaks(day: Day) -> None:
    """Drawing the breaks as sessions afterwards shows that people played in them: it had not counted."""
    for title, begins, ends in (("Break 1", at(12), at(12, 30)), ("Break 2", at(14, 30), at(15))):
        await sessions.create_session(
            day.node.db, day.node.hub, day.place.project_no, day.place.code, title, WallWindow(begins, ends),  # type: ignore[arg-type]
            "test", at(18),
        )  # fmt: skip
    report = read_report(day.node.db, day.place.code, at(18))
    total = {row["user_id"]: row["watched_ms"] for row in report["participants"]}
    assert total == {
        user_id: sum(parts) + (HOUR if user_id != "fedor" else 0) for user_id, parts in WATCHED.items()
    }

"""Withdrawn and expired access closes the open player, on both engines."""

from dataclasses import dataclass, field

from sqlalchemy import insert, select

from rollcall.actions import lists, media, participants
from rollcall.actions.access import Gate
from rollcall.actions.projects import create_project
from rollcall.base.clock import Clock
from rollcall.domain.ids import MediaNo, ProjectNo, UserId
from rollcall.jobs.access import run_once
from rollcall.live.arrivals import Offer
from rollcall.live.hub import Hub
from rollcall.store import tables
from rollcall.store.database import Connection, Database
from rollcall.store.participants import Entry
from rollcall.wire.close import Close
from tests.noted import Noted


@dataclass(eq=False)
class Viewer:
    """A connection that notes how it was closed."""

    user_id: UserId
    closed: list[Close] = field(default_factory=list)

    def send(self, payload: bytes) -> None: ...

    def offer(self, _offer: Offer, payload: bytes) -> None:
        self.send(payload)

    def close(self, code: Close) -> None:
        self.closed.append(code)


class Hall:
    """A media with two lists and connected viewers who hold grants and plays."""

    def __init__(self, db: Database) -> None:
        self.db, self.clock, self.hub, self.noted = db, Clock(), Hub(), Noted()
        self.gate = Gate(db, self.hub, self.noted, self.clock)
        self.viewers: dict[str, Viewer] = {}

    async def fill(self) -> "Hall":
        now_ms = self.clock.now_ms()
        made = await self.db.write(lambda conn: create_project(conn, "P", [], now_ms))
        self.no: ProjectNo = made.project.no
        new = media.NewMedia("M", "live", "signed", None, None, None, None)
        self.media = await media.create_media(self.db, self.no, new, "test", now_ms)
        self.lists = [
            await lists.create_list(self.db, self.no, n, [self.media], "test", now_ms) for n in "ab"
        ]
        self.media_no = MediaNo(1)
        return self

    async def put(self, user: str, which: int = 0, until_ms: int | None = None) -> None:
        entry = Entry(UserId(user), None, None, None, until_ms, {})
        await participants.put_participant(self.db, self.no, self.lists[which], entry, "test", 0)

    async def enter(self, user: str) -> None:
        viewer = self.viewers[user] = Viewer(UserId(user))
        self.hub.room(self.media_no).add(viewer)
        await self.db.write(lambda conn: self._add_play(conn, user))

    def _add_play(self, conn: Connection, user: str) -> None:
        t, now_ms = tables, self.clock.now_ms()
        of = {"project_no": self.no, "media_no": self.media_no, "user_id": user, "identity": "signed"}
        hashed = user.encode()
        grant = insert(t.grants).values(**of, hash=hashed, created_ms=now_ms).returning(t.grants.c.no)
        play = {
            "code": f"play-{user}", "event_no": 1, "grant_no": conn.execute(grant).scalar_one(), "ip": "::1",
            "upload_key_hash": hashed, "user_agent": "", "opened_ms": now_ms, "last_arrival_ms": now_ms, "state": b"",
        }  # fmt: skip
        conn.execute(insert(t.plays).values(**of, **play))

    async def shut(self) -> list[str]:
        """Return who is shut out: closed, play refused, grant revoked, all three alike."""
        closed = sorted(user for user, viewer in self.viewers.items() if viewer.closed)
        assert sorted(set(self.noted.revoked)) == [f"play-{user}" for user in closed]
        g = tables.grants.c
        query = select(g.user_id).where(g.revoked_ms.is_not(None)).order_by(g.user_id)
        assert await self.db.read(lambda conn: list(conn.execute(query).scalars())) == closed
        assert {code for viewer in self.viewers.values() for code in viewer.closed} <= {Close.NO_ACCESS}
        return closed


async def test_taking_a_participant_off_shuts_out_them_alone_and_at_once(database: Database) -> None:
    hall = await Hall(database).fill()
    for user in ("a", "b", "A"):
        await hall.put(user)
        await hall.enter(user)
    await participants.remove_participant(hall.gate, hall.no, hall.lists[0], UserId("a"), "test")
    assert await hall.shut() == ["a"]


async def test_another_open_row_keeps_the_player_open(database: Database) -> None:
    hall = await Hall(database).fill()
    await hall.put("a", 0)
    await hall.put("a", 1)
    await hall.enter("a")
    await participants.remove_participant(hall.gate, hall.no, hall.lists[0], UserId("a"), "test")
    assert await hall.shut() == []
    await participants.remove_participant(hall.gate, hall.no, hall.lists[1], UserId("a"), "test")
    assert await hall.shut() == ["a"]


async def test_expired_access_is_swept_and_other_rooms_are_left_alone(database: Database) -> None:
    hall = await Hall(database).fill()
    now_ms = hall.clock.now_ms()
    await hall.put("over", until_ms=now_ms - 1)
    await hall.put("open", until_ms=now_ms + 3_600_000)
    for user in ("over", "open", "stranger"):
        await hall.enter(user)
    hall.hub.room(MediaNo(999))
    await run_once(database, hall.hub, hall.noted, hall.clock)
    assert await hall.shut() == ["over", "stranger"]
    await run_once(database, hall.hub, hall.noted, hall.clock)
    assert await hall.shut() == ["over", "stranger"]


async def test_a_removed_list_and_a_closed_media_withdraw_what_they_gave(database: Database) -> None:
    hall = await Hall(database).fill()
    for number, user in enumerate("ab"):
        await hall.put(user, number)
        await hall.enter(user)
    await lists.remove_list(hall.gate, hall.no, hall.lists[0], "test")
    assert await hall.shut() == ["a"]
    await lists.close_media(hall.gate, hall.no, hall.lists[1], hall.media, "test")
    assert await hall.shut() == ["a", "b"]


async def test_a_list_that_no_longer_names_the_media_closes_it(database: Database) -> None:
    hall = await Hall(database).fill()
    await hall.put("a")
    await hall.enter("a")
    await lists.change_list(hall.gate, hall.no, hall.lists[0], None, [hall.media], "test")
    assert await hall.shut() == []
    await lists.change_list(hall.gate, hall.no, hall.lists[0], None, [], "test")
    assert await hall.shut() == ["a"]


async def test_archiving_a_media_shuts_everybody_out(database: Database) -> None:
    hall = await Hall(database).fill()
    for user in ("a", "b"):
        await hall.put(user)
        await hall.enter(user)
    hall.hub.room(hall.media_no).discard(hall.viewers["b"])
    await media.archive_media(hall.gate, hall.no, hall.media, "test")
    hall.viewers["b"].closed.append(Close.NO_ACCESS)  # was not connected, and is shut out all the same
    assert await hall.shut() == ["a", "b"]

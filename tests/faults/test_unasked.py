"""F38: a play that was never sent a prompt is credited nothing for it, whatever it says and however soon it says it.

Two players of one participant are connected when a check is asked; only one of them is sent it. The other learns of the
check from it and claims to have displayed and answered, over its connection or by its key, citing all that it can.
"""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from sqlalchemy import select

from rollcall.actions.checks import NewCheck, create_check
from rollcall.domain.ids import MediaNo, ProjectNo
from rollcall.jobs import prompts as job
from rollcall.store import tables
from rollcall.store.checks import Wording
from rollcall.store.database import Database
from rollcall.wire import viewer_in
from rollcall.wire.exchange import Upload
from tests.audience import Cited, Node, Seat, Viewer, add_place
from tests.hall import T0, SetClock

LIFETIME = 60_000
Cites = Callable[[int, str], Cited]
CITED: dict[str, Cites] = {
    "nothing": lambda _issued_ms, _mac: (None, None),
    "no mac": lambda issued_ms, _mac: (issued_ms, None),
    "a guess": lambda issued_ms, _mac: (issued_ms, "0123456789abcdef"),
    "what the other was sent": lambda issued_ms, mac: (issued_ms, mac),
    "what is no number": lambda issued_ms, _mac: (issued_ms, "я" * 16),
}


class Claim:
    """A node, a participant with two players, and a check that only the first one is sent."""

    def __init__(self, node: Node, asked: Viewer, unasked: Viewer) -> None:
        self.node, self.asked, self.unasked = node, asked, unasked
        self.check = ""

    async def ask(self) -> None:
        """Ask; nobody displays it."""
        place, clock = self.asked.place, self.node.clock
        new = NewCheck(Wording("click", LIFETIME // 1000, False, None), None, None)
        project = ProjectNo(place.project_no)
        made = await create_check(self.node.db, self.node.hub, project, place.code, new, "test", clock.at_ms)
        self.check = made.id

    async def claim(self, cites: Cites, way: Literal["connected", "by its key"]) -> None:
        """Let the other player say that it displayed and answered the check."""
        issued_ms, mac = self.asked.asked[self.check]
        assert issued_ms is not None
        assert mac is not None
        self.unasked.online = way == "connected"
        for kind in ("shown", "answered"):
            self.node.clock.at_ms += 1_500
            self.unasked.mark(kind, self.check, cites(issued_ms, mac))
        if way == "by its key":
            await self.upload()
        await self.node.commit()

    async def upload(self) -> None:
        viewer = self.unasked
        said = viewer_in.decode(viewer.envelope())
        assert isinstance(said, viewer_in.Rows)
        reference = viewer_in.PlayRef(viewer.play.code, viewer.upload_key)
        work = self.node.uploads.append(viewer.place.code, Upload(reference, [said]))
        await self.node.finish(work)

    async def tick(self) -> None:
        """Let time pass until both have reported on."""
        for _ in range(9):
            self.node.clock.at_ms += 10_000
            self.asked.tick()
            await self.node.commit()
        await job.run_once(self.node.db, self.node.hub, self.node.clock, self.node.arrivals)

    async def prompt(self) -> Any:
        return await self.node.db.read(lambda conn: conn.execute(select(tables.prompts)).one())

    async def rejected(self) -> int:
        query = select(tables.plays.c.rejected).where(tables.plays.c.code == self.unasked.play.code)
        return await self.node.db.read(lambda conn: conn.execute(query).scalar_one())


async def asked_one_of_two(database: Database) -> Claim:
    clock = SetClock(T0)
    place = await database.write(lambda conn: add_place(conn, "ann"))
    node = Node(database, clock)
    viewers = [await Viewer(place, "ann", clock, skew_ms=skew_ms).open(node) for skew_ms in (0, 5_000)]
    node.hub.room(MediaNo(place.media_no)).add(Seat(viewers[0], node))
    clock.at_ms += 9_000
    for viewer in viewers:
        viewer.tick()
    await node.commit()
    scene = Claim(node, *viewers)
    await scene.ask()
    return scene


@pytest.mark.parametrize("way", ["connected", "by its key"])
@pytest.mark.parametrize("cites", CITED.values(), ids=CITED.keys())
async def test_its_claim_is_rejected_and_what_the_check_becomes_is_as_without_it(
    database: Database, cites: Cites, way: Literal["connected", "by its key"]
) -> None:
    scene = await asked_one_of_two(database)
    await scene.claim(cites, way)
    assert await scene.rejected() == 2
    row = await scene.prompt()
    assert (row.state, row.shown_ms, row.received_ms) == ("issued", None, None)
    marks = await database.read(lambda conn: conn.execute(select(tables.marks)).all())
    assert marks == []
    flags = await database.read(lambda conn: conn.execute(select(tables.flags)).all())
    assert [(flag.kind, flag.detail) for flag in flags] == [("rejected_rows", {"unknown_prompt": 2})]


async def test_it_does_not_save_the_other_from_a_miss(database: Database) -> None:
    scene = await asked_one_of_two(database)
    scene.asked.mark("shown", scene.check)
    await scene.claim(CITED["what the other was sent"], "connected")
    await scene.tick()
    row = await scene.prompt()
    assert (row.state, row.shown_ms, row.confirmed_ms) == ("missed", T0 + 9_000, None)


async def test_who_was_sent_it_may_say_so_by_its_key_as_well(database: Database) -> None:
    """The page closed after the answer: what it cites proves that it was asked, whatever carries it."""
    scene = await asked_one_of_two(database)
    scene.asked, scene.unasked = scene.unasked, scene.asked
    scene.asked.asked = scene.unasked.asked
    await scene.claim(lambda issued_ms, mac: (issued_ms, mac), "by its key")
    row = await scene.prompt()
    assert (row.state, row.confirmed_ms, await scene.rejected()) == ("confirmed", T0 + 12_000, 0)

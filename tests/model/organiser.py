"""The organiser of one hall: draws and corrects sessions by the program's actions, beside a reference of their windows.

Splitting, merging and moving a border between neighbours change no total (I6); what would overlap is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rollcall.actions import sessions
from rollcall.actions.checks import NewCheck, create_check
from rollcall.domain.errors import Conflict
from rollcall.domain.ids import ProjectNo
from rollcall.domain.sessions import WallWindow
from rollcall.jobs import prompts as prompt_job
from rollcall.store.checks import Wording
from rollcall.store.database import Database
from tests.audience import Node, Place
from tests.hall import T0

GRID_MS = 15_000
Totals = Callable[[], dict[str, int]]


@dataclass(frozen=True)
class Known:
    """A session as it must be."""

    starts_ms: int
    ends_ms: int | None


class Organiser:
    """Who cuts the sessions of one hall and asks for presence in it."""

    def __init__(self, db: Database, node: Node, hall: Place) -> None:
        self.db, self.node, self.hall = db, node, hall
        self.project_no = ProjectNo(hall.project_no)
        self.sessions: dict[str, Known] = {}

    @property
    def now_ms(self) -> int:
        return self.node.clock.at_ms

    async def edit(self, how: int, a: int, b: int, totals: Totals) -> None:
        """Do one of six things to the sessions."""
        if how == 0 or not self.sessions:
            await self.create(T0 + a * GRID_MS, None if b == 0 else T0 + (a + b) * GRID_MS)
            return
        chosen = sorted(self.sessions)[a % len(self.sessions)]
        session = self.sessions[chosen]
        if how == 1:
            await self.change(chosen, Known(T0 + b * GRID_MS + a, T0 + (b + a + 1) * GRID_MS))
        elif how == 2:
            await self.split(chosen, session, session.starts_ms + (b + 1) * GRID_MS // 3, totals)
        elif how == 3:
            await self.merge(chosen, session, totals)
        elif how == 4:
            await self.delete(chosen)
        else:
            await self.stop(chosen, session)

    async def create(self, starts_ms: int, ends_ms: int | None) -> None:
        if starts_ms == ends_ms:
            return
        try:
            made, _ = await sessions.create_session(
                self.db, self.node.hub, self.project_no, self.hall.code, "Block", WallWindow(starts_ms, ends_ms),
                "test", self.now_ms,
            )  # fmt: skip
        except Conflict:
            assert self.overlaps(starts_ms, ends_ms)
            return
        assert not self.overlaps(starts_ms, ends_ms)
        self.sessions[str(made.id)] = Known(starts_ms, ends_ms)

    async def change(self, code: str, to: Known) -> None:
        window = WallWindow(to.starts_ms, to.ends_ms)
        try:
            await sessions.change_session(
                self.db, self.node.hub, self.project_no, self.hall.code, code,
                lambda before: replace(before, window=window), "test", self.now_ms,
            )  # fmt: skip
        except Conflict:
            assert self.overlaps(to.starts_ms, to.ends_ms, besides=code)
            return
        assert not self.overlaps(to.starts_ms, to.ends_ms, besides=code)
        self.sessions[code] = to

    async def split(self, code: str, session: Known, at_ms: int, totals: Totals) -> None:
        if at_ms <= session.starts_ms or (session.ends_ms is not None and at_ms >= session.ends_ms):
            return
        if session.ends_ms is None and at_ms > self.now_ms:
            return
        before = totals()
        await self.change(code, Known(session.starts_ms, at_ms))
        await self.create(at_ms, session.ends_ms)
        assert totals() == before

    async def merge(self, code: str, session: Known, totals: Totals) -> None:
        """Join a session with the one that begins where it ends."""
        for other, follows in self.sessions.items():
            if follows.starts_ms == session.ends_ms:
                before = totals()
                await self.delete(other)
                await self.change(code, Known(session.starts_ms, follows.ends_ms))
                assert totals() == before
                return

    async def delete(self, code: str) -> None:
        await sessions.delete_session(
            self.db, self.node.hub, self.project_no, self.hall.code, code, "test", self.now_ms
        )
        del self.sessions[code]

    async def stop(self, code: str, session: Known) -> None:
        if session.starts_ms >= self.now_ms or (
            session.ends_ms is not None and session.ends_ms <= self.now_ms
        ):
            return
        await sessions.stop_session(
            self.db, self.node.hub, self.project_no, self.hall.code, code, "test", self.now_ms
        )
        self.sessions[code] = Known(session.starts_ms, self.now_ms)

    async def ask(self, lifetime_s: int) -> None:
        new = NewCheck(Wording("click", lifetime_s, False, None), None, None)
        await create_check(self.db, self.node.hub, self.project_no, self.hall.code, new, "test", self.now_ms)

    async def do_jobs(self, node: Node) -> None:
        await prompt_job.run_once(self.db, node.hub, node.clock, node.arrivals)

    def overlaps(self, starts_ms: int, ends_ms: int | None, besides: str = "") -> bool:
        far = 2**60
        return any(
            starts_ms < (far if other.ends_ms is None else other.ends_ms)
            and other.starts_ms < (far if ends_ms is None else ends_ms)
            for code, other in self.sessions.items()
            if code != besides
        )

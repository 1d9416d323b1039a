"""A hall with a check plan, whose participants play in real seconds."""

import random

from sqlalchemy import select

from rollcall.actions import check_plans as actions
from rollcall.actions import sessions
from rollcall.domain.checks.plan import Plan
from rollcall.domain.ids import UserId
from rollcall.domain.sessions import Session, WallWindow
from rollcall.jobs import check_plans as plan_job
from rollcall.jobs import prompts as prompt_job
from rollcall.live.playing import Playing
from rollcall.store import tables
from rollcall.store.check_plans import StoredPlan
from tests.hall import T0, Hall, Screen

SECOND = 1000
PLAN = Plan(None, (40, 60), lifetime_s=20, sound=True, per_participant=True, per_session=None)


class Event:
    """A hall whose participants play in real seconds, with a seeded plan."""

    def __init__(self, hall: Hall, seed: int = 1) -> None:
        self.hall, self.playing = hall, Playing()
        self.source = random.Random(seed)
        self.asked: dict[str, list[int]] = {}
        self.screens: dict[str, Screen] = {}

    def arrive(self, *users: str) -> None:
        for user_id in users:
            self.screens[user_id] = self.hall.join(user_id)
            self.playing.set_baseline(self.hall.media_no, UserId(user_id), [])

    async def begin(self, length_s: int | None = None) -> Session:
        now_ms = self.hall.now_ms
        window = WallWindow(now_ms, None if length_s is None else now_ms + length_s * SECOND)
        made, _ = await sessions.create_session(
            self.hall.db, self.hall.hub, self.hall.project_no, self.hall.code, "Block", window, "test", now_ms
        )
        return made

    async def put(self, plan: Plan) -> StoredPlan:
        return await actions.put_plan(
            self.hall.db, self.hall.project_no, self.hall.code, plan, "test", self.hall.now_ms
        )

    async def live(self, seconds: int, *, answers: bool = True, away: tuple[str, ...] = ()) -> None:
        """Let seconds pass; who is not away plays on and answers at once."""
        hall = self.hall
        for _ in range(seconds):
            for user_id in self.screens:
                if user_id not in away:
                    self.playing.note(
                        hall.media_no,
                        UserId(user_id),
                        hall.now_ms,
                        hall.now_ms + SECOND,
                        hall.now_ms + SECOND,
                    )
            hall.wait(SECOND)
            await plan_job.run_once(hall.db, hall.hub, self.playing, hall.clock, self.source.randint)
            await prompt_job.run_once(hall.db, hall.hub, hall.clock, hall.arrivals)
            for user_id, screen in self.screens.items():
                for message in screen.got:
                    if message["type"] == "prompt":
                        self.asked.setdefault(user_id, []).append((hall.now_ms - T0) // SECOND)
                        if answers:
                            await hall.mark(user_id, message["check"], "shown", "answered")
                screen.got.clear()

    async def checks(self) -> list[tuple[int | None, int, int, int]]:
        """Return session, ordinal, first and last second of every check."""
        c = tables.checks.c
        query = select(c.session_no, c.ordinal, c.issued_ms, c.last_issued_ms, c.origin).order_by(c.no)
        rows = await self.hall.db.read(lambda conn: conn.execute(query).all())
        assert all(row.origin == "plan" for row in rows)
        return [
            (row.session_no, row.ordinal, (row.issued_ms - T0) // SECOND, (row.last_issued_ms - T0) // SECOND)
            for row in rows
        ]

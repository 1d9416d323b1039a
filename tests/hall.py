"""A live media with connected participants, for tests of sessions and checks: time is set, screens note all."""

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from sqlalchemy import Row, insert, select, update

from rollcall.actions import prompts
from rollcall.base.clock import Clock
from rollcall.domain.checks.marks import MarkKind, MarkRow
from rollcall.domain.checks.outcome import Told
from rollcall.domain.evidence.rows import OF_A_PROMPT
from rollcall.domain.ids import CheckId, EventNo, MediaNo, PlayNo, ProjectNo, UserId
from rollcall.live.arrivals import Arrival, Arrivals, Offer
from rollcall.live.hub import Hub
from rollcall.store import tables
from rollcall.store.database import Connection, Database
from rollcall.wire.close import Close
from tests.history import Records, code

T0 = 1_795_392_000_000


class SetClock(Clock):
    """A clock that shows what it is told."""

    def __init__(self, now_ms: int = T0) -> None:
        super().__init__()
        self.at_ms = now_ms

    def now_ms(self) -> int:
        return self.at_ms


@dataclass(eq=False)
class Screen:
    """One open player of a participant: every message it has got, as `(type, fields)`."""

    user_id: UserId
    got: list[dict[str, Any]] = field(default_factory=list)

    def send(self, payload: bytes) -> None:
        self.got.append(msgspec.json.decode(payload))

    def offer(self, _offer: Offer, payload: bytes) -> None:
        self.send(payload)

    def close(self, code: Close) -> None:
        raise AssertionError(code)

    def types(self) -> list[str]:
        """Return the kinds of what has come."""
        return [message["type"] for message in self.got]


@dataclass
class Hall:
    """A live media, its project, and what a server keeps in memory."""

    db: Database
    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo
    code: str
    list_no: int
    hub: Hub = field(default_factory=Hub)
    clock: SetClock = field(default_factory=SetClock)
    arrivals: Arrivals = field(default_factory=Arrivals)
    plays: dict[str, int] = field(default_factory=dict)
    seqs: dict[int, int] = field(default_factory=dict)

    @property
    def now_ms(self) -> int:
        return self.clock.at_ms

    def wait(self, ms: int) -> None:
        """Let time pass."""
        self.clock.at_ms += ms

    def join(self, user_id: str) -> Screen:
        """Connect one more player of a participant."""
        screen = Screen(UserId(user_id))
        self.hub.room(self.media_no).add(screen)
        return screen

    async def mark(
        self,
        user_id: str,
        check: str,
        *kinds: MarkKind,
        play: str = "",
        late_ms: int = 0,
        answer: str | None = None,
        bound_ms: int = 40,
    ) -> list[Told]:
        """Report marks of now that arrive `late_ms` later, and tell what is told of them.

        The play was sent the prompt as it was issued last.
        """
        play_no, asked_ms = await self.play_of(user_id, play), await self.issued_ms(user_id, check)
        rows = []
        for kind in kinds:
            seq = self.seqs[play_no] = self.seqs.get(play_no, 0) + 1
            rows.append(
                MarkRow(
                    play_no=PlayNo(play_no),
                    seq=seq,
                    project_no=self.project_no,
                    event_no=self.event_no,
                    media_no=self.media_no,
                    user_id=UserId(user_id),
                    mark=kind,
                    check=CheckId(check),
                    at_ms=self.now_ms,
                    arrival_ms=self.now_ms + late_ms,
                    bound_ms=bound_ms,
                    visible=True,
                    trusted=True,
                    answer=answer if kind == "answered" else None,
                    issued_ms=asked_ms if kind in OF_A_PROMPT else None,
                )
            )
        return await self.apply(rows, self.now_ms + late_ms)

    async def apply(self, rows: list[MarkRow], now_ms: int) -> list[Told]:
        """Store marks and decide their prompts in one transaction, as the evidence writer does."""

        def store(conn: Connection) -> list[Told]:
            known = {tuple(row) for row in conn.execute(select(tables.marks.c.play_no, tables.marks.c.seq))}
            fresh = [row for row in rows if (row.play_no, row.seq) not in known]
            for row in fresh:
                values = {name: getattr(row, name) for name in row.__slots__ if name != "check"}
                conn.execute(insert(tables.marks).values(**values, check_code=row.check))
            return prompts.apply_marks(conn, rows, now_ms)

        outcomes = await self.db.write(store)
        prompts.publish(self.hub, outcomes)
        return outcomes

    async def hear(self, user_id: str, *, play: str = "", since_ms: int = T0) -> None:
        """Prove that a play has reported up to now, from the beginning or from a moment on."""
        play_no = await self.play_of(user_id, play)
        ordinal = self.seqs[-play_no] = self.seqs.get(-play_no, 0) + 1

        def store(conn: Connection) -> None:
            records = Records(conn)
            records.project_no, records.event_no = self.project_no, self.event_no
            records.span(self.media_no, play_no, ordinal, since_ms, self.now_ms, state="paused")

        await self.db.write(store)

    async def arrive(self, user_id: str, check: str, *, play: str = "") -> None:
        """Prove that the prompt has reached a play by now; durable with the next run of the job."""
        issued = await self.prompt(user_id, check)
        offer = Offer(CheckId(check), issued.issued_ms)
        play_no = PlayNo(await self.play_of(user_id, play))
        self.arrivals.note(Arrival(offer, UserId(user_id), play_no, self.now_ms))

    async def arrived(self, check: str) -> dict[str, int]:
        """Return when the prompt is known to have reached a player, by user."""
        t, c = tables.prompt_arrivals.c, tables.checks.c
        query = select(t.user_id, t.at_ms).join(tables.checks, c.no == t.check_no).where(c.code == check)
        rows = await self.db.read(lambda conn: conn.execute(query).all())
        return {row.user_id: row.at_ms for row in rows}

    async def prompt(self, user_id: str, check: str) -> Row[Any]:
        """Return the row of a prompt."""
        c = tables.checks.c
        query = select(tables.prompts).join(tables.checks, c.no == tables.prompts.c.check_no)
        query = query.where(c.code == check, tables.prompts.c.user_id == user_id)
        return await self.db.read(lambda conn: conn.execute(query).one())

    async def issued_ms(self, user_id: str, check: str) -> int | None:
        """Return when a participant was asked last, None if they were not."""
        p, c = tables.prompts.c, tables.checks.c
        query = select(p.issued_ms).join(tables.checks, c.no == p.check_no)
        query = query.where(c.code == check, p.user_id == user_id)
        return await self.db.read(lambda conn: conn.execute(query).scalar_one_or_none())

    async def outage(self, from_ms: int, to_ms: int, *, incident: bool = False) -> None:
        """Note an outage of the installation, or an incident of this event."""
        of = {"project_no": self.project_no, "event_no": self.event_no} if incident else {}
        source = "incident" if incident else "down"
        row = {
            "code": code(),
            "source": source,
            "from_ms": from_ms,
            "to_ms": to_ms,
            "created_ms": to_ms,
            **of,
        }
        await self.db.write(lambda conn: conn.execute(insert(tables.outages).values(row)))

    async def another_media(self) -> "Hall":
        """Return another hall of the same event, which shares the hub and the clock."""

        def store(conn: Connection) -> tuple[int, str]:
            records = Records(conn)
            records.project_no, records.event_no = self.project_no, self.event_no
            media_no = records.media()
            return media_no, records.codes[media_no]

        media_no, media_code = await self.db.write(store)
        return replace(self, media_no=MediaNo(media_no), code=media_code, plays={}, seqs={})

    async def judge(self, **settings: Any) -> None:
        """Set how the event is judged."""
        of_event = update(tables.events).where(tables.events.c.no == self.event_no)
        await self.db.write(lambda conn: conn.execute(of_event.values(settings)))

    async def states(self, check: str) -> dict[str, str]:
        """Return the state of each prompt of a check."""
        p, c = tables.prompts.c, tables.checks.c
        query = select(p.user_id, p.state).join(tables.checks, c.no == p.check_no).where(c.code == check)
        rows = await self.db.read(lambda conn: conn.execute(query).all())
        return {row.user_id: row.state for row in rows}

    async def play_of(self, user_id: str, play: str) -> int:
        key = f"{user_id} {play}"
        if key not in self.plays:

            def store(conn: Connection) -> int:
                records = Records(conn)
                records.project_no, records.event_no = self.project_no, self.event_no
                return records.play(self.media_no, user_id)

            self.plays[key] = await self.db.write(store)
        return self.plays[key]


async def open_hall(db: Database, *users: str, kind: str = "live") -> Hall:
    """Store a media with these participants on its list; nobody is connected yet."""

    def store(conn: Connection) -> Hall:
        records = Records(conn)
        media = records.media(kind=kind)
        of_list = records.list_of(media)
        for user_id in users:
            records.participant(of_list, user_id)
        return Hall(
            db,
            ProjectNo(records.project_no),
            EventNo(records.event_no),
            MediaNo(media),
            records.codes[media],
            of_list,
        )

    return await db.write(store)

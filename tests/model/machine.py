"""The life of evidence as a machine that tries everything in any order, beside a reference of our own (F25).

Two processes above one database, two halls of one event, two doctors with up to five players between them. Players
are opened, cut, paused, hidden, lose their network, come back to either process, upload by key, send again, out of
order and in part, and lose rows, or claim to have answered what they were never sent; processes commit and crash; the
organiser draws, splits, merges, moves and deletes sessions and asks for presence. After whatever can change the
record it must be what the reference says, row by row, and the report must equal the second count. Time is set, clocks
are ideal, so everything is exact.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import select, text

from rollcall.actions.progress import read_progress
from rollcall.domain.ids import MediaNo, UserId
from rollcall.store.database import Database
from rollcall.store.tables import prompts
from rollcall.wire import viewer_out
from tests.audience import Cited, Node, Place, Seat, Viewer, add_grant, add_place
from tests.hall import T0, SetClock
from tests.model.organiser import Organiser
from tests.model.prompts import check_prompts
from tests.model.viewer import Watched, joined
from tests.recount.count import live_ms, recount, told
from tests.recount.stored import read_evidence, read_stored
from tests.reports import read_json, read_report

T = TypeVar("T")
USERS = ("ann", "bob")
WAITS_MS = (1, 250, 400, 900, 3_000, 9_999, 10_000, 21_000, 31_000, 240_000, 1_000_000)
CHANGES: tuple[dict[str, Any], ...] = (
    {"state": "paused"},
    {"state": "playing"},
    {"state": "stalled"},
    {"visible": False},
    {"visible": True},
    {"muted": True},
    {"muted": False, "state": "playing"},
    {"frozen": True},
    {"frozen": False},
)
APART_MS = 200  # two connections of one play are never closer: ticks of both would have the same number
some = st.integers(0, 7)


class Inline(Executor):
    """Does in the calling thread what the database would hand to its threads: thousands of runs wait for none."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 (whoever asked is told)
            done.set_exception(error)
        return done


@dataclass
class World:
    """What all runs of one process share: the database, a loop, and how many steps each run had.

    A run is shorter than it may be where Hypothesis gives it up: it tries small ones first, and has a budget for each.
    """

    db: Database
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    lengths: list[int] = field(default_factory=list)
    bystander: Any = None

    def __post_init__(self) -> None:
        for threads in ("_write_threads", "_read_threads", "_report_threads"):
            getattr(self.db, threads).shutdown()
            setattr(self.db, threads, Inline())

    @property
    def steps(self) -> int:
        """How many steps all runs had."""
        return sum(self.lengths)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for asynchronous work."""
        return self.loop.run_until_complete(work)

    def snapshot(self, place: Place) -> list[Any]:
        """Return every row of evidence of a project."""
        values = {"project": place.project_no}
        tables = ("plays", "spans", "marks", "prompts", "checks", "sessions", "grants")
        query = "SELECT * FROM {} WHERE project_no = :project"
        return self.db.read_now(
            lambda conn: [
                sorted(map(repr, conn.execute(text(query.format(name)), values).all())) for name in tables
            ]
        )


def somebody_is_online(machine: "Evidence") -> bool:
    """Tell whether anything can be sent."""
    return bool(machine.online())


def step(**strategies: Any) -> Callable[[Callable[..., None]], Any]:
    """Declare a rule whose steps are counted."""

    def declare(act: Callable[..., None]) -> Any:
        @wraps(act)
        def counted(machine: "Evidence", **given: Any) -> None:
            machine.world.lengths[-1] += 1
            act(machine, **given)

        return rule(**strategies)(counted)  # type: ignore[no-untyped-call]

    return declare


class Evidence(RuleBasedStateMachine):
    """One run. Bind it to a world by `machine_in`."""

    world: World

    @initialize()
    def begin(self) -> None:
        world = self.world
        world.lengths.append(0)
        self.clock = SetClock(T0)
        self.nodes = [Node(world.db, self.clock), Node(world.db, self.clock)]
        self.viewers: list[Watched] = []
        self.seen: dict[Any, int] = {}
        self.routes: dict[tuple[str, int], set[int]] = {}

        def write(conn: Any) -> list[Place]:
            first = add_place(conn, *USERS)
            second = add_place(conn, "ann", of=first)
            add_grant(conn, second, "bob")  # not on that list: access is refused, see `open`
            return [first, second]

        self.halls = world.run(world.db.write(write))
        self.organisers = [Organiser(world.db, self.nodes[0], hall) for hall in self.halls]
        if world.bystander is None:
            world.bystander = self.stand_by()
        self.new_viewer(self.halls[0], "ann", 0)
        world.run(self.organisers[0].create(T0 + 5_000, None))

    def stand_by(self) -> tuple[Place, list[Any]]:
        """Leave the evidence of another project in the database: nothing of it may ever change (I17)."""
        world, node = self.world, self.nodes[0]
        place = world.run(world.db.write(lambda conn: add_place(conn, "ann")))
        viewer = world.run(Viewer(place, "ann", self.clock).open(node))
        self.clock.at_ms += 7_000
        viewer.tick()
        world.run(node.commit())
        node.begin()
        return place, world.snapshot(place)

    # Players.

    @step(ms=st.sampled_from(WAITS_MS))
    def wait(self, ms: int) -> None:
        """Let time pass without a word from anybody: every page cuts its own time."""
        until_ms = self.clock.at_ms + ms
        while self.clock.at_ms < until_ms:
            self.clock.at_ms = min(until_ms, self.clock.at_ms + 10_000)
            for viewer in self.viewers:
                viewer.cut()

    @precondition(lambda self: len(self.viewers) < 5)
    @step(user=st.sampled_from(USERS), hall=st.integers(0, 1), node=st.integers(0, 1))
    def open(self, user: str, hall: int, node: int) -> None:
        place = self.halls[hall if user == "ann" else 0]
        self.new_viewer(place, user, node)

    def new_viewer(self, place: Place, user: str, node: int) -> Watched:
        viewer = Watched(place, user, self.clock, skew_ms=1_000_003 * (len(self.viewers) + 1))
        viewer.begin_model()
        self.viewers.append(viewer)
        self.connect(viewer, node, resumes=False)
        return viewer

    def connect(self, viewer: Watched, number: int, *, resumes: bool) -> None:
        node = self.nodes[number]
        if resumes:
            self.clock.at_ms += APART_MS
        self.leave_room(viewer)
        if not resumes and not self.is_asked(viewer):
            viewer.connected_ms = self.clock.at_ms
        holder = viewer.taken_by(node)
        self.world.run(viewer.resume(node) if resumes else viewer.open(node))
        holder.play = viewer.play
        viewer.seat = Seat(viewer, node)
        node.hub.room(MediaNo(viewer.place.media_no)).add(viewer.seat)
        self.routes.setdefault((viewer.user_id, viewer.place.media_no), set()).add(number)
        self.compare_evidence()

    def is_asked(self, viewer: Watched) -> bool:
        """Tell whether a participant who has been here before has a prompt that is open."""
        c = prompts.c
        is_open = (
            (c.state == "issued") & (c.user_id == viewer.user_id) & (c.media_no == viewer.place.media_no)
        )
        query = select(c.check_no).where(is_open)
        waits = self.world.db.read_now(lambda conn: conn.execute(query).first()) is not None
        return waits and any(
            other is not viewer and (other.user_id, other.place) == (viewer.user_id, viewer.place)
            for other in self.viewers
        )

    def leave_room(self, viewer: Watched) -> None:
        for node in self.nodes:
            if viewer.seat is not None:
                node.hub.room(MediaNo(viewer.place.media_no)).discard(viewer.seat)

    def online(self) -> list[Watched]:
        """Return the players that are connected."""
        return [viewer for viewer in self.viewers if viewer.online]

    def viewer(self, which: int) -> Watched:
        """Return one of the players that are connected."""
        online = self.online()
        return online[which % len(online)]

    @precondition(somebody_is_online)
    @step(which=some)
    def tick(self, which: int) -> None:
        self.viewer(which).tick()

    @step()
    def tick_all(self) -> None:
        self.clock.at_ms += 10_000
        for viewer in self.viewers:
            viewer.tick()

    @step(which=some, change=st.sampled_from(CHANGES))
    def change(self, which: int, change: dict[str, Any]) -> None:
        self.viewers[which % len(self.viewers)].change(**change)

    @precondition(somebody_is_online)
    @step(which=some)
    def lose_network(self, which: int) -> None:
        """Nothing reaches the page any more, and nothing of it the server, which may not know that yet."""
        viewer = self.viewer(which)
        viewer.online = False
        self.leave_room(viewer)

    @step(which=some, node=st.integers(0, 1))
    def resume(self, which: int, node: int) -> None:
        """Connect again, perhaps to the other process, perhaps while the old connection still lives (I20)."""
        self.connect(self.viewers[which % len(self.viewers)], node, resumes=True)

    @step(which=some, node=st.integers(0, 1))
    def upload(self, which: int, node: int) -> None:
        """Bring every waiting row by POST under the upload key, to either process."""
        viewer = self.viewers[which % len(self.viewers)]
        self.clock.at_ms += APART_MS
        viewer.cut()
        at = self.nodes[node]
        answer = self.finish(at, at.uploads.append(viewer.place.code, viewer.upload([])))
        ticks = [message for message in answer.messages if isinstance(message, viewer_out.TickOut)]
        if not ticks:
            return
        viewer.heard(ticks[-1])
        self.bring(viewer, at)

    def bring(self, viewer: Watched, at: Node) -> None:
        if not viewer.rows:
            return
        rows = viewer.rows[:200]
        before, payload = viewer.holders.get(at), viewer.envelope(rows)
        held = before is not None and before.generation == viewer.generation
        if before is not None and not held and viewer.skips(before):
            # It knows less of the play than it thinks, and asks for rows that another process has stored.
            answer = self.finish(at, at.uploads.append(viewer.place.code, viewer.upload(rows)))
            assert any(isinstance(message, viewer_out.Gap) for message in answer.messages)
            return
        holder = before if before is not None and held else viewer.taken_by(at)
        for message in viewer.losses():
            viewer.follow_loss(message, holder)
        viewer.follow(payload, holder, connected=False)
        answer = self.finish(at, at.uploads.append(viewer.place.code, viewer.upload(rows)))
        if not held:
            viewer.cast_off(at)
        self.routes.setdefault((viewer.user_id, viewer.place.media_no), set()).add(self.nodes.index(at))
        (acknowledged,) = [m.durable for m in answer.messages if isinstance(m, viewer_out.Ack)]
        assert acknowledged == viewer.durable == rows[-1].seq
        viewer._hear_of(acknowledged)
        self.compare_evidence()

    def finish(self, node: Node, work: Coroutine[Any, Any, T]) -> T:
        """Let work finish that waits for commits of this process."""
        found = self.world.run(node.finish(work))
        self.follow_commit(node)
        return found

    @precondition(somebody_is_online)
    @step(which=some, nth=st.integers(0, 30))
    def duplicate(self, which: int, nth: int) -> None:
        """Something sent before arrives again (I2, I3)."""
        viewer = self.viewer(which)
        viewer.deliver(viewer.sent[nth % len(viewer.sent)])

    @precondition(lambda self: any(viewer.ghosts() for viewer in self.viewers))
    @step(which=some, nth=st.integers(0, 30))
    def haunt(self, which: int, nth: int) -> None:
        """A connection that the page has left still brings something to a process that holds the play no more."""
        haunted = [viewer for viewer in self.viewers if viewer.ghosts()]
        viewer = haunted[which % len(haunted)]
        ghosts = viewer.ghosts()
        viewer.haunt(ghosts[nth % len(ghosts)], viewer.sent[nth % len(viewer.sent)])

    @precondition(lambda self: any(len(viewer.rows) > 1 for viewer in self.online()))
    @step(which=some)
    def reorder(self, which: int) -> None:
        viewer = self.viewer(which)
        if len(viewer.rows) > 1:
            viewer.deliver(viewer.envelope(viewer.rows[1:][:200]))
            viewer.deliver(viewer.envelope(viewer.rows[:1]))

    @precondition(lambda self: any(viewer.rows for viewer in self.online()))
    @step(which=some, count=st.integers(1, 3))
    def lose_rows(self, which: int, count: int) -> None:
        viewer = self.viewer(which)
        if viewer.rows:
            viewer.lose(count)

    # Processes.

    @step(node=st.integers(0, 1))
    def commit(self, node: int) -> None:
        self.world.run(self.nodes[node].commit())
        self.follow_commit(self.nodes[node])
        self.compare_evidence()
        self.compare_figures()

    def follow_commit(self, node: Node) -> None:
        for viewer in self.viewers:
            viewer.committed(node)

    @step(node=st.integers(0, 1))
    def crash(self, node: int) -> None:
        """A process loses its memory; its players notice and keep what was not acknowledged (I1)."""
        self.nodes[node].begin()
        for viewer in self.viewers:
            viewer.cast_off(self.nodes[node])
        self.compare_evidence()

    # The organiser.

    @step(hall=st.integers(0, 1), a=some, b=some, how=st.integers(0, 5))
    def edit_sessions(self, hall: int, a: int, b: int, how: int) -> None:
        organiser = self.organisers[hall]
        self.seen = {}
        self.world.run(organiser.edit(how, a, b, self.totals(hall)))

    def totals(self, hall: int) -> Any:
        """Return a reader of everybody's watched time in a hall, for edits that must not change it (I6)."""

        def read() -> dict[str, int]:
            report = read_json(self.world.db, self.halls[hall].code, self.clock.at_ms)
            return {row["user_id"]: row["watched_ms"] for row in report["participants"]}

        return read

    @step(hall=st.integers(0, 1), lifetime_s=st.sampled_from([10, 60]))
    def ask(self, hall: int, lifetime_s: int) -> None:
        self.world.run(self.organisers[hall].ask(lifetime_s))

    @precondition(lambda self: any(viewer.asked for viewer in self.viewers))
    @step(which=some, check=some, answers=st.booleans(), shows=st.booleans())
    def answer(self, which: int, check: int, answers: bool, shows: bool) -> None:
        """A player displays a check that reached it, or answers it, or both."""
        viewer = self.viewers[which % len(self.viewers)]
        asked = sorted(viewer.asked)
        if asked:
            code = asked[check % len(asked)]
            if shows:
                viewer.mark("shown", code)
            if answers:
                viewer.mark("answered", code)

    @precondition(lambda self: any(viewer.asked for viewer in self.viewers))
    @step(which=some, check=some, how=st.integers(0, 3), answers=st.booleans())
    def claim(self, which: int, check: int, how: int, answers: bool) -> None:
        """A player claims to have displayed and answered a check, and cites for it nothing that was sent to it."""
        viewer = self.viewers[which % len(self.viewers)]
        sent = [(code, cited) for other in self.viewers for code, cited in sorted(other.asked.items())]
        code, (issued_ms, mac) = sent[check % len(sent)]
        own = viewer.asked.get(code)
        cited: Cited = (
            (None, None),
            (issued_ms, "0123456789abcdef"),
            (issued_ms, mac),
            (self.clock.at_ms + 1, mac),
        )[how]
        if cited == own:
            return
        viewer.claim("shown", code, cited)
        if answers:
            viewer.claim("answered", code, cited)

    @step(node=st.integers(0, 1))
    def do_jobs(self, node: int) -> None:
        self.world.run(self.organisers[0].do_jobs(self.nodes[node]))
        self.compare_prompts()

    @step(which=st.integers(0, 2))
    def look(self, which: int) -> None:
        codes = [self.halls[0].event, *(hall.code for hall in self.halls)]
        self.read([codes[which]], read_json)

    def read(self, codes: list[str], read_as: Callable[..., Any]) -> None:
        """Read reports: they equal the second count, and more evidence has never lowered a figure (I9)."""
        for code in codes:
            report = read_as(self.world.db, code, self.clock.at_ms)
            stored = self.world.db.read_now(lambda conn, code=code: read_stored(conn, code))  # type: ignore[misc]
            assert told(report) == recount(stored, self.clock.at_ms)
            for row in report["participants"]:
                key = code, row["user_id"]
                assert row["watched_ms"] >= self.seen.get(key, 0)
                self.seen[key] = row["watched_ms"]

    def teardown(self) -> None:
        if not hasattr(self, "halls"):
            return
        for node in self.nodes:
            self.world.run(node.commit())
            self.follow_commit(node)
        self.compare_evidence()
        self.world.run(self.organisers[0].do_jobs(self.nodes[0]))
        self.compare_prompts()
        self.read([self.halls[0].event, *(hall.code for hall in self.halls)], read_report)
        place, before = self.world.bystander
        assert self.world.snapshot(place) == before

    # What must hold.

    def compare_evidence(self) -> None:
        """Nothing acknowledged is missing, nothing else is there, and all lies where it happened (I1-I5, I20)."""
        of_event = {"event": self.halls[0].event_no}
        rows = self.world.db.read_now(lambda conn: conn.execute(text(PLAYS), of_event).mappings().all())
        spans_of, marks_of = self.world.db.read_now(lambda conn: read_evidence(conn, self.halls[0].event_no))
        plays = {row["code"]: row for row in rows}
        assert len(plays) == len(self.viewers)
        for viewer in self.viewers:
            play = plays[viewer.play.code]
            assert (play["applied"], play["generation"]) == (viewer.durable, viewer.generation)
            assert play["rejected"] == viewer.expected_rejected()
            spans = spans_of.get(play["no"], [])
            kinds: dict[Any, list[tuple[int, int]]] = {}
            for span in spans:
                assert play["opened_ms"] <= span.start_ms <= span.end_ms <= play["last_arrival_ms"]
                assert not span.unverified
                kind = span.state, span.visible, span.muted, span.late
                kinds.setdefault(kind, []).append((span.start_ms, span.end_ms))
            found = {kind: joined(stretches) for kind, stretches in kinds.items()}
            assert found == viewer.expected()
            lengths = sum(span.end_ms - span.start_ms for span in spans)
            assert lengths == sum(end - start for s in found.values() for start, end in s)
            assert marks_of.get(play["no"], set()) == viewer.expected_marks()
            acknowledged = max((seq for seq in viewer.told if seq > 0), default=0)
            assert acknowledged <= viewer.durable

    def compare_figures(self) -> None:
        """What is shown live equals the second count at each commit (I12)."""
        for user, media_no in {(viewer.user_id, viewer.place.media_no) for viewer in self.viewers}:
            hall = next(hall for hall in self.halls if hall.media_no == media_no)
            stored = self.world.db.read_now(lambda conn, code=hall.code: read_stored(conn, code))  # type: ignore[misc]
            mine = recount(stored, self.clock.at_ms)[user]
            shown = self.world.run(
                read_progress(self.world.db, MediaNo(media_no), UserId(user), self.clock.at_ms)
            )
            assert shown.watched_ms == mine["watched_ms"]
            assert {s.id: s.watched_ms for s in shown.sessions} == {
                code: session["watched_ms"] for code, session in mine["sessions"].items()
            }
            self.compare_live(user, hall, live_ms(stored, user, self.clock.at_ms))

    def compare_live(self, user: str, hall: Place, counted_ms: int) -> None:
        """A process that has had all evidence of a participant since it began counts the same live."""
        mine = [v for v in self.viewers if (v.user_id, v.place.media_no) == (user, hall.media_no)]
        used = self.routes.get((user, hall.media_no), set())
        if len(used) != 1 or any(v.holder is None or v.holder.has_work or v.ghosts() for v in mine):
            return
        (number,) = used
        node = self.nodes[number]
        windows = [
            (s.starts_ms, s.ends_ms) for s in self.organisers[self.halls.index(hall)].sessions.values()
        ]
        node.playing.set_windows(MediaNo(hall.media_no), windows)
        assert node.played_ms(hall, user) == counted_ms

    def compare_prompts(self) -> None:
        speaks_of: dict[tuple[int, int], int] = {
            (viewer.play.no, seq): issued_ms
            for viewer in self.viewers
            for seq, issued_ms in viewer.speaks_of.items()
        }
        for hall in self.halls:
            stored = self.world.db.read_now(lambda conn, code=hall.code: read_stored(conn, code))  # type: ignore[misc]
            check_prompts(stored, speaks_of, self.clock.at_ms)


PLAYS = "SELECT no, code, applied, rejected, generation, opened_ms, last_arrival_ms FROM plays WHERE event_no = :event"


def machine_in(world: World) -> type[Evidence]:
    """Return the machine whose runs happen in this world."""
    return type("EvidenceHere", (Evidence,), {"world": world})

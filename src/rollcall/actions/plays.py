"""Opening plays, or taking them over after a connection broke: everybody who arrives at once, in one transaction.

At the start of an event thousands arrive within seconds; each alone would wait for a flush of the disk.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rollcall.actions.progress import read_progress
from rollcall.base.clock import Clock
from rollcall.base.secrets import new_key, new_play_id
from rollcall.domain.access import Open, Verdict, access
from rollcall.domain.errors import Forbidden
from rollcall.domain.ids import MediaNo, PlayId, ProjectNo, UserId
from rollcall.live.playing import Playing
from rollcall.live.plays import LivePlay
from rollcall.store import grants, participants, plays
from rollcall.store.database import Connection, Database
from rollcall.wire import viewer_in

UPLOAD_KEY = "upl"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Arrival:
    """A connection that wants a play: the media of its address, its hello, where it comes from."""

    media_code: str
    hello: viewer_in.Hello
    client: plays.Client


@dataclass(frozen=True, slots=True)
class OpenedPlay:
    """A play that this process holds now. `upload_key` can append evidence to it and do nothing else."""

    grant: grants.Grant
    held: plays.HeldPlay
    upload_key: str
    resumed: bool
    user_name: str
    returns: bool  # the participant has opened this media before


class Entrance:
    """Lets arrivals in together. Run `run` as a task."""

    def __init__(self, db: Database, clock: Clock, playing: Playing) -> None:
        self._db = db
        self._clock = clock
        self._playing = playing
        self._waiting: list[tuple[Arrival, asyncio.Future[OpenedPlay]]] = []
        self._wake = asyncio.Event()

    async def enter(self, arrival: Arrival) -> OpenedPlay:
        """Open a play for the grant of the hello, or take over the one it names; durable when this returns.

        A play that is not the grant's own is not taken over: a new one opens. Raises Forbidden when the grant is
        unknown or its holder has no access now.
        """
        opened: asyncio.Future[OpenedPlay] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, opened))
        self._wake.set()
        play = await opened
        await self._begin_counting(play)
        return play

    async def run(self) -> None:
        """Let in group after group until cancelled."""
        while True:
            await self._wake.wait()
            group, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            if not self._waiting:
                self._wake.clear()
            await self._let_in(group)

    async def _let_in(self, group: list[tuple[Arrival, asyncio.Future[OpenedPlay]]]) -> None:
        arrivals, now_ms = [arrival for arrival, _ in group], self._clock.now_ms()
        try:
            verdicts = await self._db.write(lambda conn: let_in(conn, arrivals, now_ms))
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait
            for _, opened in group:
                if not opened.done():
                    opened.set_exception(error)
            return
        for (_, opened), verdict in zip(group, verdicts, strict=True):
            if opened.done():  # gone meanwhile
                continue
            if isinstance(verdict, Forbidden):
                opened.set_exception(verdict)
            else:
                opened.set_result(verdict)

    async def _begin_counting(self, opened: OpenedPlay) -> None:
        """After a restart of the server, continue at the playing time that the store proves."""
        media_no, user_id = opened.grant.media_no, opened.grant.user_id
        if self._playing.knows(media_no, user_id):
            return
        played_ms = 0
        if opened.returns:
            played_ms = (await read_progress(self._db, media_no, user_id, self._clock.now_ms())).watched_ms
        self._playing.set_baseline(media_no, user_id, played_ms)


def let_in(conn: Connection, arrivals: Sequence[Arrival], now_ms: int) -> list[OpenedPlay | Forbidden]:
    """Open or take over a play for each arrival, or say why not; in the order given."""
    known = grants.find_grants(conn, {arrival.hello.grant for arrival in arrivals})
    of_media: dict[tuple[ProjectNo, MediaNo], set[UserId]] = defaultdict(set)
    for grant in known.values():
        of_media[grant.project_no, grant.media_no].add(grant.user_id)
    verdicts: dict[tuple[MediaNo, UserId], Verdict] = {}
    returning: set[tuple[MediaNo, UserId]] = set()
    for (project_no, media_no), users in of_media.items():
        rows = participants.access_rows(conn, project_no, media_no, list(users))
        verdicts |= {(media_no, user_id): access(rows[user_id], now_ms) for user_id in users}
        returning |= {(media_no, user_id) for user_id in plays.who_has_played(conn, media_no, users)}
    opened: list[OpenedPlay | Forbidden] = []
    for arrival in arrivals:
        grant_or_none = known.get(arrival.hello.grant)
        if grant_or_none is None or grant_or_none.media_code != arrival.media_code:
            opened.append(Forbidden("This grant opens nothing (any more).", code="access_withdrawn"))
            continue
        person = (grant_or_none.media_no, grant_or_none.user_id)
        opened.append(
            _open_or_take(conn, grant_or_none, arrival, verdicts[person], person in returning, now_ms)
        )
    return opened


def _open_or_take(
    conn: Connection, grant: grants.Grant, arrival: Arrival, verdict: Verdict, returns: bool, now_ms: int
) -> OpenedPlay | Forbidden:
    if not isinstance(verdict, Open):
        return Forbidden("The holder of this grant has no access now.", code="access_withdrawn")
    name, hello = grant.name or verdict.name or "", arrival.hello
    if hello.play is not None:
        held = plays.take_play(conn, grant, hello.play.id, hello.play.upload_key)
        if held is not None:
            return OpenedPlay(grant, held, hello.play.upload_key, True, name, returns=True)
    upload_key = new_key(UPLOAD_KEY)
    held = plays.open_play(conn, grant, PlayId(new_play_id()), upload_key, arrival.client, now_ms)
    return OpenedPlay(grant, held, upload_key, False, name, returns)


def hold(opened: OpenedPlay, tell_durable: Callable[[int], None], give_up: Callable[[], None]) -> LivePlay:
    """Return the play as the event loop works on it."""
    grant, held = opened.grant, opened.held
    return LivePlay(
        no=held.no,
        code=held.code,
        project_no=grant.project_no,
        event_no=grant.event_no,
        media_no=grant.media_no,
        media_code=grant.media_code,
        user_id=grant.user_id,
        generation=held.generation,
        rejected=held.rejected,
        state=held.state,
        durable=held.state.applied,
        tell_durable=tell_durable,
        give_up=give_up,
    )

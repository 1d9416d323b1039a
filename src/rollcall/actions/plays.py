"""Opening plays, or taking them over after a connection broke: everybody who arrives at once, in one transaction.

At the start of an event thousands arrive within seconds; each alone would wait for a flush of the disk.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from rollcall.base.clock import Clock
from rollcall.base.secrets import new_key, new_play_id
from rollcall.base.together import Together
from rollcall.domain.access import Open, Verdict, access
from rollcall.domain.concurrency import Rank, refused_beside
from rollcall.domain.credit.spans import Slice
from rollcall.domain.errors import Forbidden, WatchingElsewhere
from rollcall.domain.evidence.step import hold_on
from rollcall.domain.evidence.tick import first_number_after_resume
from rollcall.domain.ids import MediaNo, PlayId, ProjectNo, UserId
from rollcall.live.playing import Playing
from rollcall.live.plays import LivePlay
from rollcall.live.screens import Screens
from rollcall.store import grants, participants, plays
from rollcall.store.database import Connection, Database
from rollcall.store.open_prompts import waited_for
from rollcall.store.progress import live_playing_of
from rollcall.wire import viewer_in
from rollcall.wire.close import Close

UPLOAD_KEY = "upl"
AT_ONCE = 500
Beside = Callable[[MediaNo, UserId], Collection[Rank]]


def nobody(_media: MediaNo, _user_id: UserId) -> Collection[Rank]:
    """Return the connected players of a participant where nobody is connected."""
    return ()


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

    @property
    def rank(self) -> Rank:
        """Which of the participant's players stays, where only one may."""
        return Rank(self.grant.identity == "signed", self.held.state.opened_ms, self.held.no)


class Entrance:
    """Lets arrivals in together."""

    def __init__(self, db: Database, clock: Clock, playing: Playing, screens: Screens | None = None) -> None:
        self._db = db
        self._clock = clock
        self._playing = playing
        self._screens = screens or Screens()
        self._arrivals = Together(self._let_in, AT_ONCE)

    async def enter(self, arrival: Arrival) -> OpenedPlay:
        """Open a play for the grant of the hello, or take over the one it names; durable when this returns.

        A play that is not the grant's own is not taken over: a new one opens. Raises Forbidden when the grant is
        unknown or its holder has no access now, WatchingElsewhere when the media allows no second player beside those
        that are connected here.
        """
        verdict = await self._arrivals.ask(arrival)
        if isinstance(verdict, Forbidden):
            raise verdict
        await self._begin_counting(verdict)
        return verdict

    async def _let_in(self, arrivals: Sequence[Arrival]) -> list[OpenedPlay | Forbidden]:
        now_ms = self._clock.now_ms()
        return await self._db.write(lambda conn: let_in(conn, arrivals, now_ms, self._screens.ranks))

    async def _begin_counting(self, opened: OpenedPlay) -> None:
        """After a restart of the server, continue at the playing that the store proves."""
        media_no, user_id = opened.grant.media_no, opened.grant.user_id
        if self._playing.knows(media_no, user_id):
            return
        proven: list[Slice] = []
        if opened.returns:
            project_no = opened.grant.project_no
            proven = await self._db.read(lambda conn: live_playing_of(conn, project_no, media_no, user_id))
        self._playing.set_baseline(media_no, user_id, [part.wall for part in proven], proven)


@dataclass(frozen=True, slots=True)
class _Guest:
    """An arrival whose holder has access."""

    arrival: Arrival
    grant: grants.Grant
    name: str
    returns: bool


def let_in(
    conn: Connection, arrivals: Sequence[Arrival], now_ms: int, beside: Beside = nobody
) -> list[OpenedPlay | Forbidden]:
    """Open or take over a play for each arrival, or say why not; in the order given."""
    judged = _judge(conn, arrivals, now_ms)
    guests = [guest for guest in judged if isinstance(guest, _Guest)]
    settled = [_take_over(conn, guest) or _refused_beside(guest, beside) for guest in guests]
    new = iter(
        _open(conn, [guest for guest, known in zip(guests, settled, strict=True) if not known], now_ms)
    )
    answers = iter([known or next(new) for known in settled])
    return [next(answers) if isinstance(guest, _Guest) else guest for guest in judged]


def _refused_beside(guest: _Guest, beside: Beside) -> Forbidden | None:
    """Return why no new play opens for the guest: the media allows one player, and another is connected."""
    grant = guest.grant
    why = refused_beside(
        grant.concurrency,
        beside(grant.media_no, grant.user_id),
        signed=grant.identity == "signed",
        take_over=guest.arrival.hello.take_over,
    )
    return None if why is None else WatchingElsewhere("The participant watches in another player.", why)


def _judge(conn: Connection, arrivals: Sequence[Arrival], now_ms: int) -> list[_Guest | Forbidden]:
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
    judged: list[_Guest | Forbidden] = []
    for arrival in arrivals:
        found = known.get(arrival.hello.grant)
        if found is None or found.media_code != arrival.media_code:
            judged.append(_refusal("This grant opens nothing (any more)."))
            continue
        verdict = verdicts[found.media_no, found.user_id]
        if not isinstance(verdict, Open):
            judged.append(_refusal("The holder of this grant has no access now."))
            continue
        returns = (found.media_no, found.user_id) in returning
        judged.append(_Guest(arrival, found, found.name or verdict.name or "", returns))
    return judged


def _refusal(why: str) -> Forbidden:
    return Forbidden(why, code="access_withdrawn")


def _take_over(conn: Connection, guest: _Guest) -> OpenedPlay | None:
    wanted = guest.arrival.hello.play
    if wanted is None or guest.arrival.hello.take_over:  # who wants to watch here now begins a newer play
        return None
    held = plays.take_play(conn, guest.grant, wanted.id, wanted.upload_key)
    if held is None:
        return None
    return OpenedPlay(guest.grant, held, wanted.upload_key, True, guest.name, returns=True)


def _open(conn: Connection, guests: Sequence[_Guest], now_ms: int) -> list[OpenedPlay]:
    asked = waited_for(conn, {guest.grant.user_id for guest in guests if guest.returns})
    wanted = [
        plays.NewPlay(
            guest.grant,
            PlayId(new_play_id()),
            new_key(UPLOAD_KEY),
            guest.arrival.client,
            asked=(guest.grant.media_no, guest.grant.user_id) in asked,
        )
        for guest in guests
    ]
    held = plays.open_plays(conn, wanted, now_ms)
    return [
        OpenedPlay(guest.grant, play, new.upload_key, False, guest.name, guest.returns)
        for guest, new, play in zip(guests, wanted, held, strict=True)
    ]


def hold(
    opened: OpenedPlay, clock: Clock, tell_durable: Callable[[int], None], give_up: Callable[[Close], None]
) -> LivePlay:
    """Return the play as the event loop works on it."""
    grant, held, now_ms = opened.grant, opened.held, clock.now_ms()
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
        lost=held.lost,
        state=hold_on(held.state, clock.node),
        durable=held.state.applied,
        connected_ms=held.connected_ms,
        tell_durable=tell_durable,
        give_up=give_up,
        upload_key_hash=grants.hash_secret(opened.upload_key),
        next_tick=first_number_after_resume(held.state.opened_ms, now_ms) if opened.resumed else 0,
    )

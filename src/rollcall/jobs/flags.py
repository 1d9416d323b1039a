"""Each ten seconds: looks across plays and prompts for what no single row shows, and raises flags for a person.

It reads what came in since the last look and what concerns media that somebody watches now; what it finds it states,
so looking twice changes nothing. A minute after a start it looks a day back. The rules are in `domain/flags`; nothing
depends on a flag, so a look that fails is made up for by the next one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from rollcall.base.clock import Clock
from rollcall.domain.flags import answers, position, presence
from rollcall.domain.flags.kinds import Sign
from rollcall.domain.ids import EventNo, MediaNo, UserId
from rollcall.domain.intervals import intersect
from rollcall.live.hub import Hub
from rollcall.store import flag_figures as figures
from rollcall.store import flags
from rollcall.store.database import Connection, Database
from rollcall.store.flag_figures import FreshAnswer, Subject, Undisplayed
from rollcall.store.flags import Raised

PERIOD_S = 10.0
SETTLED_MS = 60_000  # after a start, everybody has come back by then
BACK_MS = 86_400_000
OVERLAP_MS = 5_000  # rows of one commit may become visible after those of a later one
HEARD_MS = 35_000
ISSUED_AGO_MS = 25_000
ISSUED_LATEST_MS = 1_800_000

Of = TypeVar("Of", FreshAnswer, Undisplayed, figures.Quiet)


class FlagSweep:
    """One look after another. It remembers how far it has looked, and prompts dodged once."""

    def __init__(self, db: Database, hub: Hub, clock: Clock) -> None:
        self._db = db
        self._hub = hub
        self._clock = clock
        self._started_ms = clock.now_ms()
        self._looked_ms = self._started_ms
        self._looked_back = False
        self._dodged: dict[tuple[EventNo, UserId], dict[tuple[str, int], Subject]] = defaultdict(dict)

    async def run_once(self) -> None:
        """Look, and store what is new."""
        now_ms = self._clock.now_ms()
        back = not self._looked_back and now_ms >= self._started_ms + SETTLED_MS
        found = await self._db.read_long("flags", lambda conn: self._look(conn, now_ms, back=back))
        if found:
            await self._db.write(lambda conn: flags.state_signs(conn, found))
        self._looked_ms = now_ms
        self._looked_back |= back

    def _look(self, conn: Connection, now_ms: int, *, back: bool) -> list[Raised]:
        since_ms = now_ms - BACK_MS if back else self._looked_ms - OVERLAP_MS
        media_nos = {media_no for media_no, room in self._hub.rooms() if room.users()}
        if back:
            media_nos |= figures.media_watched_since(conn, since_ms)
        found = list(_answers(conn, since_ms))
        if media_nos:
            found += _devices(conn, media_nos, since_ms)
            found += self._prompts(conn, media_nos, now_ms)
            found += self._pictures(conn, media_nos, now_ms)
            found += _positions(conn, media_nos, since_ms)
        return found

    def _prompts(self, conn: Connection, media_nos: set[MediaNo], now_ms: int) -> Iterator[Raised]:
        """Yield prompts that were kept from view, and who broke the connection at two of them or more."""
        waiting = figures.undisplayed(conn, media_nos, now_ms - ISSUED_LATEST_MS, now_ms - ISSUED_AGO_MS)
        for event_no, of_event in _by_event(waiting).items():
            since_ms = min(each.issued_ms for each in of_event) - presence.AWAY_MS
            reports = figures.stretches_of(conn, event_no, {each.of.user_id for each in of_event}, since_ms)
            for each in of_event:
                stretches = reports.get(each.of.user_id, [])
                if presence.unshown(each.issued_ms, stretches):
                    yield _raised(
                        each.of, Sign("unshown_prompts", each.check, 1, each.issued_ms, each.issued_ms)
                    )
                elif (away := presence.dodged(each.issued_ms, stretches)) is not None:
                    if intersect((away,), figures.outages_since(conn, each.of, away.start)):
                        continue
                    self._dodged[event_no, each.of.user_id][each.check, each.issued_ms] = each.of
                    yield from self._dodges(event_no, each.of.user_id)

    def _dodges(self, event_no: EventNo, user_id: UserId) -> Iterator[Raised]:
        dodged = self._dodged[event_no, user_id]
        if len(dodged) >= presence.DODGES:
            times = sorted(issued_ms for _, issued_ms in dodged)
            of = min(dodged.values(), key=lambda of: of.media_no)
            yield _raised(of, Sign("dodged_prompts", "", len(dodged), times[0], times[-1]))

    def _pictures(self, conn: Connection, media_nos: set[MediaNo], now_ms: int) -> Iterator[Raised]:
        """Yield who plays without a picture."""
        quiet_ms = now_ms - presence.NEXT_FETCH_MS - presence.REPORT_MS
        quiet = figures.quiet_players(conn, media_nos, now_ms - HEARD_MS, quiet_ms)
        for event_no, of_event in _by_event(quiet).items():
            since_ms = min(max(each.since_ms, each.fetched_ms or 0) for each in of_event)
            reports = figures.stretches_of(conn, event_no, {each.of.user_id for each in of_event}, since_ms)
            for each in of_event:
                since_ms = max(each.since_ms, self._started_ms)
                stretches = [s for s in reports.get(each.of.user_id, []) if s.media_no == each.of.media_no]
                claimed_ms = presence.unfetched_ms(stretches, since_ms, each.fetched_ms, now_ms)
                if claimed_ms:
                    detail = {"playing_ms": claimed_ms}
                    first_ms = max(since_ms, each.fetched_ms or 0)
                    yield _raised(each.of, Sign("no_media_fetch", "", 1, first_ms, now_ms, detail))


def _answers(conn: Connection, since_ms: int) -> Iterator[Raised]:
    """Yield what the answers of everybody who has just answered tell, by themselves and beside their neighbours'."""
    for event_no, fresh in _by_event(figures.fresh_answers(conn, since_ms)).items():
        marks = figures.marks_of(conn, event_no, {each.of.user_id for each in fresh})
        # An event is judged as one: what is found of it is kept with the first media that was answered in.
        subjects = {
            each.of.user_id: replace(each.of, media_no=min(m.media_no for m in marks[each.of.user_id]))
            for each in fresh
        }
        given = {user_id: answers.answers_in(theirs) for user_id, theirs in marks.items()}
        for user_id, theirs in given.items():
            for sign in answers.judge_answers(theirs):
                yield _raised(subjects[user_id], sign)
        for users in _together(fresh):
            for user_id, sign in answers.judge_together({user: given[user] for user in users}).items():
                yield _raised(subjects[user_id], sign)


def _together(fresh: Iterable[FreshAnswer]) -> list[set[UserId]]:
    """Return the participants of an event who have just answered, by address, where there are several."""
    by_address: dict[str, set[UserId]] = defaultdict(set)
    for each in fresh:
        by_address[each.address].add(each.of.user_id)
    return [users for users in by_address.values() if len(users) > 1]


def _devices(conn: Connection, media_nos: set[MediaNo], since_ms: int) -> Iterator[Raised]:
    subjects: dict[EventNo, dict[UserId, Subject]] = defaultdict(dict)
    for of in figures.travellers(conn, media_nos, since_ms):
        subjects[of.event_no][of.user_id] = of
    for event_no, of_event in subjects.items():
        for user_id, stretches in figures.stretches_of(conn, event_no, of_event, 0).items():
            sign = presence.judge_devices(stretches)
            if sign is not None:
                yield _raised(of_event[user_id], sign)


def _positions(conn: Connection, media_nos: set[MediaNo], since_ms: int) -> Iterator[Raised]:
    """Yield who claims to see of a broadcast what nobody could."""
    for each in figures.out_of_reach(conn, media_nos, since_ms, position.UNREACHABLE_MS):
        detail = {"unreachable_ms": each.claimed_ms}
        yield _raised(each.of, Sign("position_unreachable", "", 1, each.first_ms, each.last_ms, detail))


def _by_event(found: Iterable[Of]) -> Mapping[EventNo, list[Of]]:
    by_event: dict[EventNo, list[Of]] = defaultdict(list)
    for each in found:
        by_event[each.of.event_no].append(each)
    return by_event


def _raised(of: Subject, sign: Sign) -> Raised:
    return Raised(of.project_no, of.event_no, of.media_no, of.user_id, None, sign)

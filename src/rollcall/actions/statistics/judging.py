"""What decides about single participants beside their spans: the event's policy, their prompts, reviews, outages.

"My progress" and those of a report who need the whole rule are read here. It is read only where it can matter: an
ordinary participant costs two queries. It counts nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rollcall.domain.checks.policy import Miss, Policy, Stop, disbelieved, stops
from rollcall.domain.credit import Session, Standing, Watching
from rollcall.domain.credit.reach import back_ms, reached
from rollcall.domain.credit.spans import PROGRAMME_MS, Slice, inside
from rollcall.domain.evidence.tick import PERIOD_MS
from rollcall.domain.ids import EventNo, MediaNo, ProjectNo, SessionNo, UserId
from rollcall.domain.intervals import Interval, Intervals
from rollcall.domain.review import promoted
from rollcall.domain.rules import Rules
from rollcall.domain.sessions import (
    FOREVER_MS,
    ContentWindow,
    WallWindow,
    Window,
    as_content,
    holds,
    is_by_content,
)
from rollcall.store import judging as store
from rollcall.store import statistics
from rollcall.store.database import Connection
from rollcall.store.judging import PromptRow, SpanRow
from rollcall.store.statistics import SessionRow

NO_SESSION = -1


@dataclass(frozen=True, slots=True)
class JudgedEvent:
    """An event as its evidence is judged: every media by its kind, every session, whatever of it is reported.

    `by_content`: the media that each participant watches at their own time, so that sessions hold content.
    `back_ms`: of the broadcasts among them, how old what is shown can be.
    """

    project_no: ProjectNo
    no: EventNo
    policy: Policy
    hidden_counts: bool
    behind_counts: bool
    media: Mapping[MediaNo, str]
    by_content: frozenset[MediaNo]
    back_ms: Mapping[MediaNo, int]
    sessions: Sequence[SessionRow]
    rules: Rules

    def sessions_of(self, media: Iterable[MediaNo], now_ms: int) -> list[Session]:
        """Return the sessions of some media as the rule of credit takes them at `now_ms`."""
        wanted = set(media)
        return [(row.media_no, self.window(row, now_ms)) for row in self.sessions if row.media_no in wanted]

    def window(self, row: SessionRow, now_ms: int) -> Window:
        """Return the window of a session: of the clock, or of content up to `now_ms`."""
        window = window_of(row)
        return as_content(window, now_ms) if row.media_no in self.by_content else window

    def session_holding(
        self, sessions: Sequence[SessionRow], media_no: MediaNo, at_ms: int, asked_in: SessionNo | None
    ) -> int:
        """Return the position of the session of a check of the media that was issued at a moment, or NO_SESSION."""
        for position, row in enumerate(sessions):
            if row.media_no != media_no:
                continue
            if row.no == asked_in if media_no in self.by_content else holds(window_of(row), at_ms):
                return position
        return NO_SESSION


@dataclass(frozen=True, slots=True)
class Case:
    """One participant of the event: all spans, all checks they were asked, and how the spans stand."""

    spans: list[Watching] = field(default_factory=list)
    prompts: list[PromptRow] = field(default_factory=list)
    standing: Standing = field(default_factory=Standing)


def read_event(connection: Connection, media_no: MediaNo, rules: Rules) -> JudgedEvent:
    """Return the event of a media that exists."""
    rows = store.ruled(connection, media_no)
    first, media = rows[0], {row.media_no: row.kind for row in rows}
    by_content = frozenset(row.media_no for row in rows if is_by_content(row.kind, row.dvr_s))
    return JudgedEvent(
        first.project_no,
        first.event_no,
        first.policy,
        first.hidden_counts,
        first.behind_counts,
        media,
        by_content,
        {row.media_no: back_ms(max(row.dvr_s, row.dvr_before_s)) for row in rows if row.dvr_s > 0},
        statistics.sessions(connection, first.project_no, media),
        rules,
    )


def read_cases(
    connection: Connection, event: JudgedEvent, people: Mapping[UserId, Sequence[UserId]]
) -> dict[UserId, Case]:
    """Return these participants, by all of their User IDs, with everything that decides about their time.

    All of a participant is judged together, but for stops: each is that of the User ID whose players were told of it.
    """
    media = list(event.media)
    who = {user_id: person for person, ids in people.items() for user_id in ids}
    users = list(who)
    spans: dict[UserId, list[Watching]] = defaultdict(list)
    for row in store.spans_of(connection, event.project_no, media, users):
        played = _played(event, row)
        if played is not None:
            spans[who[row.user_id]].append(_watching(event, row, played))
    prompts: dict[UserId, list[PromptRow]] = defaultdict(list)
    for prompt in store.prompts_of(connection, event.project_no, media, users):
        prompts[who[prompt.user_id]].append(prompt)
    returns: dict[UserId, list[int]] = defaultdict(list)
    if event.policy != "record":
        for user_id, at_ms in store.returns_of(connection, event.project_no, media, users):
            returns[user_id].append(at_ms)
    doubts = {user: _disbelieved(event, prompts[user]) for user in people}
    weak = [user for user in people if doubts[user] or any(s.late or s.unverified for s in spans[user])]
    reviewed = _reviewed(connection, event, {user: people[user] for user in weak})
    outages = _outages(connection, event, spans, weak)
    return {
        user: Case(
            spans[user],
            prompts[user],
            Standing(
                event.hidden_counts,
                event.behind_counts,
                doubts[user],
                reviewed[user],
                outages,
                _stops(event, spans[user], prompts[user], returns),
            ),
        )
        for user in people
    }


def window_of(row: SessionRow) -> WallWindow | ContentWindow:
    """Return the window of a session, of the clock or of content."""
    if row.starts_ms is not None:
        return WallWindow(row.starts_ms, row.ends_ms)
    return ContentWindow(row.from_ms or 0, row.to_ms or 0)


def _played(event: JudgedEvent, row: SpanRow) -> Slice | None:
    """Return what a span can have shown when; what is not known to be programme time went with the clock.

    None: of a broadcast in which one may go back, nothing that there was to see. What a reviewer has to look at stays.
    """
    clock = Interval(row.start_ms, row.end_ms)
    whole = Slice(clock, Interval(row.content_from_ms, row.content_to_ms))
    back = event.back_ms.get(row.media_no)
    if back is None:
        return whole
    if row.content_from_ms < PROGRAMME_MS:
        return Slice(clock, clock)
    return reached(whole, back) if row.state == "playing" and not row.unverified else whole


def _watching(event: JudgedEvent, row: SpanRow, played: Slice) -> Watching:
    """Return what was played in a span as the rule takes it."""
    return Watching(
        row.media_no,
        played.wall.start,
        played.wall.end,
        signed=row.identity == "signed",
        state=row.state,
        unverified=bool(row.unverified),
        late=bool(row.late),
        visible=bool(row.visible),
        muted=bool(row.muted),
        rate=row.rate,
        content_from_ms=played.content.start,
        content_to_ms=played.content.end,
        on_air=event.media[row.media_no] != "recording" and row.media_no not in event.by_content,
        play=row.play_no,
        user_id=row.user_id,
    )


def _stops(
    event: JudgedEvent,
    spans: Sequence[Watching],
    prompts: Sequence[PromptRow],
    returns: Mapping[UserId, Sequence[int]],
) -> dict[UserId, Sequence[Stop]]:
    """Return what stops each of a participant's User IDs: the players of the others were told that time counts."""
    if event.policy == "record":
        return {}
    found: dict[UserId, Sequence[Stop]] = {}
    for user_id in {prompt.user_id for prompt in prompts if prompt.state == "missed"}:
        asked = [prompt for prompt in prompts if prompt.user_id == user_id]
        misses = _misses(event, [span for span in spans if span.user_id == user_id], asked)
        found[user_id] = stops(event.policy, misses, _confirmations(asked), returns.get(user_id, ()))
    return found


def _misses(event: JudgedEvent, spans: Sequence[Watching], prompts: Sequence[PromptRow]) -> list[Miss]:
    """Return the missed prompts; one tick after the decision every connected player knows of it."""
    return [
        Miss(prompt.expired_ms, _first_playing(event, spans, prompt), prompt.ended_ms + PERIOD_MS)
        for prompt in prompts
        if prompt.state == "missed"
    ]


def _first_playing(event: JudgedEvent, spans: Sequence[Watching], prompt: PromptRow) -> int | None:
    """Return when one of these spans first played in the session that the check belongs to, None = in none."""
    rows = [row for row in event.sessions if row.media_no == prompt.media_no]
    position = event.session_holding(rows, prompt.media_no, prompt.check_issued_ms, prompt.session_no)
    if position == NO_SESSION:
        return None
    session = prompt.media_no, event.window(rows[position], FOREVER_MS)
    moments = inside([span for span in spans if span.state == "playing"], [session], FOREVER_MS)
    return min((start_ms for start_ms, _ in moments), default=None)


def _disbelieved(event: JudgedEvent, prompts: Sequence[PromptRow]) -> Intervals:
    unshown = [prompt.ended_ms for prompt in prompts if prompt.unshown]
    return disbelieved(unshown, _confirmations(prompts), event.rules.unshown_prompts)


def _confirmations(prompts: Iterable[PromptRow]) -> list[int]:
    return [
        prompt.confirmed_ms
        for prompt in prompts
        if prompt.state == "confirmed" and prompt.confirmed_ms is not None
    ]


def _reviewed(
    connection: Connection, event: JudgedEvent, people: Mapping[UserId, Sequence[UserId]]
) -> Mapping[UserId, dict[MediaNo, Intervals]]:
    words: dict[tuple[UserId, MediaNo], list[tuple[Interval, bool]]] = defaultdict(list)
    who = {user_id: person for person, ids in people.items() for user_id in ids}
    for row in store.reviews_of(connection, event.project_no, list(event.media), list(who)) if who else ():
        words[who[row.user_id], row.media_no].append((Interval(row.from_ms, row.to_ms), bool(row.counts)))
    found: dict[UserId, dict[MediaNo, Intervals]] = defaultdict(dict)
    for (user_id, media_no), said in words.items():
        found[user_id][media_no] = promoted(said)
    return found


def _outages(
    connection: Connection,
    event: JudgedEvent,
    spans: Mapping[UserId, Sequence[Watching]],
    users: Sequence[UserId],
) -> dict[MediaNo, Intervals]:
    """Return the outages, by media, in which late time of these users lies."""
    late = [span for user in users for span in spans[user] if span.late]
    if not late:
        return {}
    first, last = min(span.start_ms for span in late), max(span.end_ms for span in late)
    found = store.outages_between(connection, event.project_no, event.no, first, last)
    return {
        no: tuple(Interval(o.from_ms, o.to_ms) for o in found if o.media_no in (None, no))
        for no in event.media
    }

"""The statistics as outside programs read them: field names, order and meaning are those of the public contract.

Every format is rendered from these values alone, so that all formats tell the same numbers. Times are RFC 3339 in UTC
with milliseconds, durations integer milliseconds; None is "not (yet)". Fields that belong to one kind of report only
are left out elsewhere (`UNSET`).
"""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType, field

from rollcall.domain.joining import JoinUsersBy
from rollcall.domain.logo import Logo

Identity: TypeAlias = Literal["signed", "plain"]
Language: TypeAlias = Literal["ru", "en"]
FormatName: TypeAlias = Literal["json", "xml", "csv", "xlsx", "pdf"]
Outcome: TypeAlias = Literal[
    "confirmed", "missed", "undelivered", "not_present", "cancelled", "excused", "pending"
]


class Media(Struct, frozen=True):
    """The media of a report."""

    code: str
    event: str
    title: str
    kind: str
    timezone: str


class Event(Struct, frozen=True):
    """The event of a report over all its media; `join_users_by` where several User IDs may be one participant."""

    code: str
    title: str
    timezone: str
    media: list[Media]
    join_users_by: JoinUsersBy | UnsetType = UNSET


class Session(Struct, frozen=True):
    """A session; while it is open `ends_at` is None and `duration_ms` runs. `from_ms`, `to_ms`: of content."""

    id: str
    title: str
    starts_at: str | None
    ends_at: str | None
    duration_ms: int
    media: str | UnsetType = UNSET
    from_ms: int | UnsetType = UNSET
    to_ms: int | UnsetType = UNSET


class Check(Struct, frozen=True):
    """An issued check with the outcomes of the participants of this answer; `session_id` None = in a break."""

    id: str
    session_id: str | None
    origin: str
    ordinal: int
    issued_at: str
    last_issued_at: str
    lifetime_s: int
    sound: bool
    confirmed: int
    missed: int
    undelivered: int
    not_present: int
    media: str | UnsetType = UNSET


class Quiz(Struct, frozen=True):
    """A quiz that is open or was, with the participants of this answer.

    `attempts_allowed` None: any number. `max_points`: of an attempt that begins now, None where the draw decides.
    `participants` began; `participants_pending` wait for a reviewer to say whether they passed.
    """

    id: str
    title: str
    opened_at: str | None
    closed_at: str | None
    attempts_allowed: int | None
    pass_percent: int
    max_points: int | None
    participants: int
    participants_passed: int
    participants_pending: int
    media: str | UnsetType = UNSET


class PollChoice(Struct, frozen=True):
    """How many of the counted votes have a choice."""

    text: str
    votes: int


class Poll(Struct, frozen=True):
    """A poll that is open or was, with everybody's votes; `votes_counted` of them are in `choices`.

    The last votes of an anonymous poll are held back until there are several.
    """

    id: str
    question: str
    anonymous: bool
    max_choices: int
    opened_at: str | None
    closed_at: str | None
    votes: int
    votes_counted: int
    choices: list[PollChoice]
    media: str | UnsetType = UNSET


class Outage(Struct, frozen=True):
    """A time that touched the sessions in which late evidence counts without a cap.

    `source`: `down` and `silence` of our own log, `incident` declared by the organiser, who says the `reason`.
    """

    start: str = field(name="from")
    end: str = field(name="to")
    source: Literal["down", "silence", "incident"]
    reason: str | None


class Rules(Struct, frozen=True):
    """By which rules the figures were counted: the event's choices, then the installation's constants.

    Late time is recovered up to `gap_ms` a gap and `late_percent` of a media's sessions, where its content was in step
    within `step_ms` plus `step_percent`. `behind_from_ms` behind the broadcast is behind; after `unshown_prompts` that
    a player hid, time is unverified; `present_before_ms`: having played so long before a check is having been present.
    """

    presence_policy: Literal["record", "stop_until_confirmed", "void_since_last_confirmed"]
    hidden_counts: bool
    behind_counts: bool
    gap_ms: int
    late_percent: int
    step_ms: int
    step_percent: int
    behind_from_ms: int
    unshown_prompts: int
    present_before_ms: int


class ParticipantSession(Struct, frozen=True, gc=False):
    """One participant in one session; `recovered_ms` is part of `watched_ms`, the next two do not count."""

    session_id: str
    watched_ms: int
    checks_confirmed: int
    checks_missed: int
    recovered_ms: int = 0
    unverified_ms: int = 0
    voided_ms: int = 0


class ParticipantCheck(Struct, frozen=True, gc=False):
    """One check as it went for one participant; `issued_at` None = it was never asked of them.

    `answer`: index of the choice that answered a question; `correct` where one of them is right. `unshown`: a player
    had it, reported on and displayed it to nobody; a rule counts it like a miss.
    """

    check_id: str
    session_id: str | None
    outcome: Outcome
    late: bool
    issued_at: str | None
    shown_at: str | None
    confirmed_at: str | None
    answer: int | UnsetType = UNSET
    correct: bool | UnsetType = UNSET
    unshown: Literal[True] | UnsetType = UNSET


class ParticipantQuiz(Struct, frozen=True, gc=False):
    """What one participant did at a quiz that they began: how many attempts, then the best, the earliest of equals.

    `points` and `percent` are rounded down to hundredths, `passed` is not; None while only a review can say.
    `ended_at` None while the best attempt runs.
    """

    quiz_id: str
    attempts: int
    points: float
    max_points: int
    percent: float
    passed: bool | None
    ended_at: str | None


class ParticipantPoll(Struct, frozen=True, gc=False):
    """What one participant chose in a named poll, in the words of its choices."""

    poll_id: str
    chosen: list[str]
    voted_at: str


class ParticipantFlag(Struct, frozen=True, gc=False):
    """What looked odd about one participant, by kind: for a person to judge, no number depends on it."""

    kind: str
    count: int
    first_at: str
    last_at: str


class ParticipantMedia(Struct, frozen=True, gc=False):
    """One participant at one media of an event."""

    code: str
    watched_ms: int


class Participant(Struct, frozen=True):
    """One row. Parts of `watched_ms`: `watched_plain_ms` only plain plays prove, `recovered_ms` did not come live.

    `unverified_ms` and `voided_ms` do not count: nobody has promoted it, a check was missed. The rest is listed only,
    whether it counts or not; `overlap_ms`: several plays of the participant at once. All of it inside sessions.
    `user_ids`: those that the event joins into this row, whose own is what they have in common or the first of them.
    `quizzes`: where the report has any, those that the participant began; `polls`: their votes in named ones.
    """

    user_id: str
    name: str | None
    identity: Identity
    watched_ms: int
    watched_plain_ms: int
    first_seen_at: str | None
    last_seen_at: str | None
    removed_at: str | None
    sessions: list[ParticipantSession]
    checks: list[ParticipantCheck]
    flags: list[ParticipantFlag] = []
    recovered_ms: int = 0
    unverified_ms: int = 0
    voided_ms: int = 0
    hidden_ms: int = 0
    muted_ms: int = 0
    paused_ms: int = 0
    stalled_ms: int = 0
    behind_ms: int = 0
    overlap_ms: int = 0
    per_media: list[ParticipantMedia] | UnsetType = UNSET
    quizzes: list[ParticipantQuiz] | UnsetType = UNSET
    polls: list[ParticipantPoll] | UnsetType = UNSET
    user_ids: list[str] | UnsetType = UNSET
    ip: list[str] | UnsetType = UNSET
    user_agent: list[str] | UnsetType = UNSET


def always() -> None:
    """Go on whatever happens."""


def nobody(_share: float) -> None:
    """Hear how far it is."""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report; `participants` is made while it is read and can be read once.

    `rules` is None where there is nothing that they could count: of an event without media. `organiser`, `logo`
    and `language` are for formats that people read on paper. `count`: how many participants there are. `go_on` is
    called now and then by what takes long, and raises where nobody wants the report any more. `tell_share` hears which
    share is done, from a format whose work begins when it has all rows.
    """

    head: Media | Event
    generated_at: str
    sessions: list[Session]
    checks: list[Check]
    participants: Iterable[Participant]
    outages: list[Outage] = dataclasses.field(default_factory=list)
    quizzes: list[Quiz] = dataclasses.field(default_factory=list, kw_only=True)
    polls: list[Poll] = dataclasses.field(default_factory=list, kw_only=True)
    rules: Rules | None = None
    organiser: str = ""
    logo: Logo | None = None
    language: Language = "ru"
    count: int = 0
    go_on: Callable[[], None] = always
    tell_share: Callable[[float], None] = nobody


class MediaStatistics(Struct, frozen=True):
    """A report of a media as one value: what its pieces make together, for the description of the API."""

    media: Media
    generated_at: str
    sessions: list[Session]
    checks: list[Check]
    outages: list[Outage]
    quizzes: list[Quiz]
    polls: list[Poll]
    participants: list[Participant]
    rules: Rules | UnsetType = UNSET


class EventStatistics(Struct, frozen=True):
    """A report of an event as one value: what its pieces make together, for the description of the API."""

    event: Event
    generated_at: str
    sessions: list[Session]
    checks: list[Check]
    outages: list[Outage]
    quizzes: list[Quiz]
    polls: list[Poll]
    participants: list[Participant]
    rules: Rules | UnsetType = UNSET

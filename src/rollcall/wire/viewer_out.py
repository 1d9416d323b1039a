"""What the server says to a player over the viewer socket: one JSON object per text message, kind in `type`.

Times ending in `_at_ms` or named `at_ms` are server time, Unix milliseconds. Durations are milliseconds. Ids of
media, sessions and checks are their public codes. Close codes are in `wire/close.py`.
"""

from typing import Literal

import msgspec

from rollcall.wire.aside_out import Aside
from rollcall.wire.chat_out import Chatted
from rollcall.wire.poll_out import Polled
from rollcall.wire.quiz_out import Quizzed


class Message(msgspec.Struct, frozen=True, tag_field="type"):
    """Base of every message to a player."""


class TickOut(Message, frozen=True, tag="tick"):
    """Server-driven clock tick `n`, each 9 s; a row that cites it was made after it. Answer at once."""

    n: int
    at_ms: int
    mac: str


class Media(Message, frozen=True, tag="media"):
    """State of the broadcast, sent at opening and at each change (viewers coalesced).

    `delay_ms`: a recording is played by the clock, and everybody is to see it so long after its time; null elsewhere.
    `announcement` is what is pinned beside the picture. `dvr_s`: how far one may go back in a live broadcast, if there
    is so much of it; it began at `started_at_ms`.
    """

    code: str
    title: str
    kind: Literal["live", "recording", "scheduled"]
    state: Literal["planned", "live", "ended"]
    signal: Literal["on", "off"]
    starts_at_ms: int | None
    ends_at_ms: int | None
    timezone: str
    viewers: int
    delay_ms: int | None
    announcement: str | None
    dvr_s: int
    started_at_ms: int | None


class Opened(Message, frozen=True, tag="opened"):
    """Answer to `hello`: the play is durable and tick 0 is given. Rows up to `durable` are on disk.

    `playlist` is the path of the HLS playlist with a token in it, valid until `playlist_until_ms`.
    """

    play: str
    upload_key: str
    resumed: bool
    now_ms: int
    tick: TickOut
    durable: int
    user_name: str
    identity: Literal["signed", "plain"]
    playlist: str
    playlist_until_ms: int
    media: Media


class Playlist(Message, frozen=True, tag="playlist"):
    """A renewed playlist path; every later request of the player carries its token."""

    path: str
    until_ms: int


class Ack(Message, frozen=True, tag="ack"):
    """Every row with `seq` ≤ `durable` is committed to disk; the page may forget them."""

    durable: int


class Gap(Message, frozen=True, tag="gap"):
    """Rows arrived out of order: send again from `expected`."""

    expected: int


class SlowDown(Message, frozen=True, tag="slow_down"):
    """The writer is behind: send nothing but answers to ticks for `ms`. Rows stay in the journal."""

    ms: int


class Question(msgspec.Struct, frozen=True):
    """What a check of kind `question` asks; the right answer is never sent."""

    text: str
    choices: tuple[str, ...]


class Prompt(Message, frozen=True, tag="prompt"):
    """Ask the participant to confirm presence now. `left_ms` is the lifetime that is left once displayed.

    `code`: the four digits to be typed (kind `code`). `question`: what is asked (kind `question`); the answer is the
    index of the choice as text. `mac` proves that this play was sent this issue: marks about it cite both.
    """

    check: str
    kind: Literal["click", "code", "question"]
    text: str | None
    sound: bool
    lifetime_ms: int
    left_ms: int
    issued_at_ms: int
    code: str | None = None
    question: Question | None = None
    mac: str = ""


class PromptClosed(Message, frozen=True, tag="prompt_closed"):
    """The prompt is final for this participant, on all their plays."""

    check: str
    outcome: Literal["confirmed", "missed", "cancelled", "undelivered", "excused"]
    at_ms: int


class Counting(Message, frozen=True, tag="counting"):
    """Whether the participant's time counts now. False after a miss where the event stops counting until they are back.

    `check` is the missed one, to be named in the mark `resume`; `since_at_ms` is from when nothing counts.
    """

    counts: bool
    check: str | None = None
    since_at_ms: int | None = None


class SessionProgress(msgspec.Struct, frozen=True):
    """One session as the participant sees it; `ends_at_ms` null = still open."""

    id: str
    title: str
    starts_at_ms: int | None
    ends_at_ms: int | None
    watched_ms: int
    checks_confirmed: int
    checks_missed: int


class ChecksExpected(msgspec.Struct, frozen=True):
    """What the plan announces: `per_session` in each session, or one each `every_s` seconds of watching."""

    per_session: int | None
    every_s: tuple[int, int] | None


class QuizFigures(msgspec.Struct, frozen=True):
    """What the best attempt at a quiz has earned, hundredths rounded down. `passed` null: only a review can say."""

    hundredths: int
    max_points: int
    percent_hundredths: int
    passed: bool | None


class QuizProgress(msgspec.Struct, frozen=True):
    """A quiz that is open, or that the participant took. `attempts_allowed` null: any number.

    `score` null: there is no attempt, one runs, or the quiz does not show results, or not yet.
    """

    quiz: str
    title: str
    state: Literal["open", "closed"]
    show_results: Literal["never", "after_attempt", "after_close"]
    attempts_allowed: int | None
    attempts_used: int
    running: bool
    score: QuizFigures | None


class Progress(Message, frozen=True, tag="progress"):
    """What "my progress" shows: proven time per session and in total, equal to the statistics of this moment.

    `recovered_ms` is the part of `watched_ms` that came late and counts; `unverified_ms` came late and waits for a
    reviewer; `voided_ms` does not count because a check was missed. All inside sessions. Quizzes equal the statistics
    too, as far as each of them shows results.
    """

    watched_ms: int
    recovered_ms: int
    unverified_ms: int
    voided_ms: int
    checks_confirmed: int
    checks_asked: int
    expected: ChecksExpected | None
    sessions: list[SessionProgress]
    quizzes: list[QuizProgress] = []


class Refused(Message, frozen=True, tag="refused"):
    """The last message before the server closes: a code that the page turns into a sentence."""

    code: str


ViewerOut = (
    Opened
    | TickOut
    | Ack
    | Gap
    | SlowDown
    | Prompt
    | PromptClosed
    | Counting
    | Media
    | Playlist
    | Progress
    | Chatted
    | Quizzed
    | Polled
    | Aside
    | Refused
)
encode = msgspec.json.Encoder().encode


def proven(prompt: bytes, mac: str) -> bytes:
    """Return an encoded prompt with the mac of one play: the wording is encoded once for all of them.

    `mac` is the last field, and empty until then.
    """
    return prompt[:-2] + mac.encode() + b'"}'

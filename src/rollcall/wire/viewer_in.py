"""What a player says to the server over the viewer socket: closed union, unknown fields refused.

One JSON object per text message, its kind in `type`. All times of the player are whole milliseconds of its
own monotonic clock (`performance.now()`, rounded) unless the name says otherwise; the server maps them.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Millis = Annotated[int, Meta(ge=0, le=2**52)]
# Whatever passes here can be stored by every engine: 32 bits where a column has 32, and no NUL in a text. One row that
# a commit refuses would drop the rows of everybody else in its group, again and again.
MOST = 2**31 - 1
Seq = Annotated[int, Meta(ge=1, le=MOST)]
Tick = Annotated[int, Meta(ge=0, le=MOST)]
EpochNo = Annotated[int, Meta(ge=0, le=MOST)]
PlayText = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9]{12}\Z")]
CheckText = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9]{8}\Z")]
Mac = Annotated[str, Meta(min_length=16, max_length=16)]
Answer = Annotated[str, Meta(max_length=200, pattern=r"\A[^\x00]*\Z")]
QuizText = Annotated[str, Meta(max_length=10_000, pattern=r"\A[^\x00]*\Z")]
ChatText = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"\A(?=[\s\S]*\S)[^\x00]*\Z")]
ChatNumber = Annotated[int, Meta(ge=0, le=2**52)]


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """Base of every message of a player."""


class PlayRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A play this page opened before its connection broke: its id and its upload key."""

    id: PlayText
    upload_key: Annotated[str, Meta(max_length=64)]


class Hello(Message, frozen=True, tag="hello"):
    """First message of each connection. With `play` the same play goes on, without one a new play opens.

    `chat` is the last chat version the page has (0 = none): it gets the tail after it, or a fresh snapshot.
    `take_over`: the participant wants to watch here although they watch elsewhere (media with `concurrency: "ask"`).
    """

    grant: Annotated[str, Meta(min_length=20, max_length=100)]
    play: PlayRef | None = None
    chat: Annotated[int, Meta(ge=0, le=2**52)] = 0
    take_over: bool = False


class Beat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="row", tag="beat"):
    """A stretch `[from_ms, to_ms)` of the player's clock in one state.

    `tick` is the last tick received at or before `from_ms`. `media_*` is programme time (Unix ms) for live
    and scheduled media, position in the file for recordings. Only `playing` can earn.
    """

    seq: Seq
    epoch: EpochNo
    tick: Tick
    from_ms: Millis
    to_ms: Millis
    media_from_ms: Millis
    media_to_ms: Millis
    state: Literal["playing", "paused", "stalled", "seeking", "ended"]
    cause: Literal["user", "browser"] = "user"
    visible: bool = True
    muted: bool = False
    rate: Annotated[float, Meta(ge=0.0, le=16.0)] = 1.0


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="row", tag="mark"):
    """A moment of one check's prompt in this player.

    `received` the prompt arrived in a hidden frame (its lifetime starts), `shown` it was painted in a visible
    frame, `answered` the participant confirmed, `sound_blocked` the browser refused the chime, `resume` the
    participant is back after a miss that stopped the counting. `pointer`: a pointer or key moved before the answer.
    `issued_at_ms` and `mac` are cited as the prompt said them, by the first three kinds: without them nobody was asked.
    """

    seq: Seq
    epoch: EpochNo
    tick: Tick
    at_ms: Millis
    mark: Literal["received", "shown", "answered", "sound_blocked", "resume"]
    check: CheckText
    visible: bool = True
    trusted: bool = True
    answer: Answer | None = None
    pointer: bool = False
    issued_at_ms: Millis | None = None
    mac: Mac | None = None


class Echo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tick being answered and when the player received it, on the clock of the envelope's epoch."""

    tick: Tick
    received_ms: Millis


class TickProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tick exactly as the server sent it: whoever shows it had received it."""

    n: Tick
    at_ms: Millis
    mac: Mac


class Epoch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an epoch of the player's clock began: on that clock, and what `Date.now()` said at that moment."""

    epoch: EpochNo
    from_ms: Millis
    wall_ms: Millis


class Rows(Message, frozen=True, tag="rows"):
    """The envelope of every transmission of evidence; all but `rows` is new at each sending, rows never change.

    An envelope without rows answers a tick. `epoch` is the current one: `sent_ms` and `echo` are on its clock.
    `ticks` holds every tick that a row or the echo cites, `epochs` every epoch of a row and the current one.
    """

    play: PlayText
    sent_ms: Millis
    epoch: EpochNo
    echo: Echo | None
    ticks: Annotated[list[TickProof], Meta(max_length=500)]
    epochs: Annotated[list[Epoch], Meta(max_length=200)]
    rows: Annotated[list[Beat | Mark], Meta(max_length=200)]


class Lost(Message, frozen=True, tag="lost"):
    """The player no longer has rows `first` to `last` of a play and can never send them."""

    play: PlayText
    first: Seq
    last: Seq


class Say(Message, frozen=True, tag="say"):
    """A chat message, or a question to the speaker. `ref` is the page's own name for it: sent again it is the same one.

    `reply_to` is the message that is answered, `mentions` the numbers of those who are meant by it.
    """

    ref: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\A[^\x00]*\Z")]
    text: ChatText
    kind: Literal["message", "question"] = "message"
    reply_to: ChatNumber | None = None
    mentions: Annotated[list[Annotated[int, Meta(ge=1, le=MOST)]], Meta(max_length=10)] = msgspec.field(
        default_factory=list
    )


class ChatVote(Message, frozen=True, tag="chat_vote"):
    """Vote for a question, or take the vote back: answered by `chat_me`. The same vote twice is one."""

    message: ChatNumber
    on: bool


class AskChatTail(Message, frozen=True, tag="ask_chat_tail"):
    """A `chat` was lost on its way: answered by what has changed since version `after`."""

    after: ChatNumber


class AskChatHistory(Message, frozen=True, tag="ask_chat_history"):
    """Show what was said earlier: answered by `chat_history` with the messages placed below version `before`."""

    before: ChatNumber


class AskChatQuestions(Message, frozen=True, tag="ask_chat_questions"):
    """Show the questions to the speaker: answered by `chat_questions`."""


class AskProgress(Message, frozen=True, tag="ask_progress"):
    """The participant looks at "my progress": answered by one `progress`."""


class QuizStart(Message, frozen=True, tag="quiz_start"):
    """Begin the attempt `ordinal` (1 = the first), or go on with it: answered by `quiz_attempt`.

    Sent again it changes nothing, and an attempt that has ended is answered by its `quiz_result`.
    """

    quiz: CheckText
    ordinal: Annotated[int, Meta(ge=1, le=MOST)]


class AskQuizQuestion(Message, frozen=True, tag="ask_quiz_question"):
    """Show one question of a running attempt: answered by `quiz_question`."""

    quiz: CheckText
    attempt: CheckText
    question: CheckText


class QuizAnswer(Message, frozen=True, tag="quiz_answer"):
    """Save an answer: answered by `quiz_saved` once it is on disk. The same answer twice is one.

    `answer` holds places of choices as displayed, from 0, or what was written (a number too); empty takes it back.
    `turn` is higher for a later answer to the same question: one that comes late replaces no later one.
    """

    quiz: CheckText
    attempt: CheckText
    question: CheckText
    turn: Annotated[int, Meta(ge=1, le=MOST)]
    answer: Annotated[list[Annotated[int, Meta(ge=0, le=1000)]], Meta(max_length=20)] | QuizText


class QuizFinish(Message, frozen=True, tag="quiz_finish"):
    """End an attempt, or ask how one that has ended went: answered by `quiz_result`."""

    quiz: CheckText
    attempt: CheckText


class PollVote(Message, frozen=True, tag="poll_vote"):
    """Vote in a poll: answered by `poll_voted` once it is on disk. The same vote twice is one.

    `choices` are places of choices, from 0. `turn` is higher for a later vote, which an earlier one never replaces.
    """

    poll: CheckText
    turn: Annotated[int, Meta(ge=1, le=MOST)]
    choices: Annotated[list[Annotated[int, Meta(ge=0, le=1000)]], Meta(min_length=1, max_length=20)]


Quizzing = QuizStart | AskQuizQuestion | QuizAnswer | QuizFinish
Chatting = Say | ChatVote | AskChatTail | AskChatHistory | AskChatQuestions
ViewerIn = Hello | Rows | Lost | AskProgress | Chatting | Quizzing | PollVote
decode = msgspec.json.Decoder(ViewerIn).decode

"""What the server says to a player about quizzes over the viewer socket: never what is right, nothing before opening.

Times and codes are as in `wire/viewer_out`. Questions are named by ids that say nothing of them, choices by the places
in which this attempt displays them.
"""

from typing import Literal

import msgspec


class _Message(msgspec.Struct, frozen=True, tag_field="type"):
    pass


class QuizAttempts(msgspec.Struct, frozen=True):
    """How many attempts the participant has begun, and whether the last of them still runs."""

    used: int
    running: bool


class Quiz(_Message, frozen=True, tag="quiz"):
    """A quiz that is open, or was: at opening, at each change, and to whoever arrives. Never before it is open.

    `time_limit_s` null: none; `attempts` null: any number. `mine` null: as said before, or none.
    """

    quiz: str
    state: Literal["open", "closed"]
    title: str
    time_limit_s: int | None
    attempts: int | None
    pass_percent: int
    show_results: Literal["never", "after_attempt", "after_close"]
    closes_at_ms: int | None
    mine: QuizAttempts | None = None


class QuizGiven(msgspec.Struct, frozen=True):
    """An answer that is saved, in the places that are displayed."""

    question: str
    turn: int
    answer: tuple[int, ...] | str


class QuizAttempt(_Message, frozen=True, tag="quiz_attempt"):
    """A running attempt: the ids of its questions in their order, to be asked for one by one, and saved answers.

    `left_ms` is what is left on the server's clock, null without a limit. Told to all players of the participant.
    """

    quiz: str
    attempt: str
    ordinal: int
    started_at_ms: int
    ends_at_ms: int | None
    left_ms: int | None
    questions: list[str]
    answers: list[QuizGiven]


class QuizQuestion(_Message, frozen=True, tag="quiz_question"):
    """One question as its attempt displays it; nothing in it says what is right. Items to be ordered are `choices`."""

    quiz: str
    attempt: str
    question: str
    kind: Literal["single", "multiple", "order", "number", "text"]
    text: str
    points: int
    choices: tuple[str, ...]


class QuizSaved(_Message, frozen=True, tag="quiz_saved"):
    """An answer is on disk. Told to all players of the participant; `given.turn` may be a later one's."""

    quiz: str
    attempt: str
    given: QuizGiven


class QuizMark(msgspec.Struct, frozen=True):
    """What one answer has earned; null while a person has to say. Points are hundredths, rounded down."""

    question: str
    verdict: Literal["right", "partly", "wrong", "pending", "unanswered"]
    hundredths: int | None
    max_points: int


class QuizScore(msgspec.Struct, frozen=True):
    """What an attempt has earned, hundredths rounded down. `passed` null: only a review can say."""

    hundredths: int
    max_points: int
    percent_hundredths: int
    passed: bool | None
    pending_points: int
    marks: list[QuizMark]


class QuizResult(_Message, frozen=True, tag="quiz_result"):
    """An attempt that has ended; `score` null where the quiz does not show it, or not yet."""

    quiz: str
    attempt: str
    ordinal: int
    ended_at_ms: int
    ended_by: Literal["finished", "time", "closed"]
    score: QuizScore | None


class QuizRefused(_Message, frozen=True, tag="quiz_refused"):
    """What was asked of a quiz is not done; `attempt`, `question` and `turn` are those of the message.

    `code`: `quiz_not_open`, `no_attempts_left`, `attempt_over`, `no_such_question`, `wrong_answer`, or
    `too_many_requests`: to be said again in `retry_s`.
    """

    quiz: str
    code: str
    attempt: str | None = None
    question: str | None = None
    turn: int | None = None
    retry_s: int = 0


Quizzed = Quiz | QuizAttempt | QuizQuestion | QuizSaved | QuizResult | QuizRefused

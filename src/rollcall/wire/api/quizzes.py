"""Bodies and answers of quizzes."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rollcall.domain.quizzes.draw import MOST_ASKED
from rollcall.domain.quizzes.questions import MOST_POINTS
from rollcall.wire.api.quiz_questions import QuizQuestion, QuizQuestions, ShortName
from rollcall.wire.api.values import Code, In, Moment, MomentOut, Reason, Title

Pools = Annotated[
    dict[ShortName, Annotated[int, Meta(ge=0, le=MOST_ASKED)]],
    Meta(
        description="How many questions of a pool an attempt is asked; a pool that is not named is asked whole."
    ),
]
TimeLimit = Annotated[int, Meta(ge=10, le=86_400)]
Attempts = Annotated[int, Meta(ge=1, le=100)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Show = Literal["never", "after_attempt", "after_close"]
State = Literal["planned", "open", "closed"]


class NewQuiz(In, frozen=True, kw_only=True):
    """A quiz. It opens by hand, at `opens_at`, or when the session `opens_after_session` has ended.

    `time_limit_s` null: none. `attempts` null: any number. Who has `pass_percent` of the points passes.
    """

    title: Title
    questions: QuizQuestions = msgspec.field(default_factory=list)
    pools: Pools = msgspec.field(default_factory=dict)
    shuffle_questions: bool = True
    shuffle_choices: bool = True
    time_limit_s: TimeLimit | None = None
    attempts: Attempts | None = 1
    pass_percent: Percent = 70
    show_results: Show = "after_attempt"
    opens_at: Moment | None = None
    opens_after_session: Code | None = None
    closes_at: Moment | None = None


class QuizChange(In, frozen=True, kw_only=True):
    """What to change. `questions` are all that the quiz is to ask: those with an `id` stay what they are.

    Once it was open, questions may be reworded, valued and keyed otherwise, and added, but lose no choice and no place.
    """

    title: Title | UnsetType = UNSET
    questions: QuizQuestions | UnsetType = UNSET
    pools: Pools | UnsetType = UNSET
    shuffle_questions: bool | UnsetType = UNSET
    shuffle_choices: bool | UnsetType = UNSET
    time_limit_s: TimeLimit | UnsetType | None = UNSET
    attempts: Attempts | UnsetType | None = UNSET
    pass_percent: Percent | UnsetType = UNSET
    show_results: Show | UnsetType = UNSET
    opens_at: Moment | UnsetType | None = UNSET
    opens_after_session: Code | UnsetType | None = UNSET
    closes_at: Moment | UnsetType | None = UNSET


class QuizHead(msgspec.Struct, frozen=True, kw_only=True):
    """A quiz without its questions. `opened_at` is its first opening; `closed_at` is set while it is closed."""

    id: str
    title: str
    state: State
    question_count: int
    pools: dict[str, int]
    shuffle_questions: bool
    shuffle_choices: bool
    time_limit_s: int | None
    attempts: int | None
    pass_percent: int
    show_results: Show
    opens_at: MomentOut | None
    opens_after_session: str | None
    closes_at: MomentOut | None
    opened_at: MomentOut | None
    closed_at: MomentOut | None
    created_at: MomentOut


class QuizOut(QuizHead, frozen=True, kw_only=True):
    """A quiz with its questions and their right answers."""

    questions: list[QuizQuestion]


class QuestionRemark(msgspec.Struct, frozen=True):
    """A sentence on one question of what was sent; `question` counts from 1, `line` is where it begins."""

    question: int
    line: int | None
    error: str


class ImportResult(msgspec.Struct, frozen=True):
    """How many questions were added; those that could not be, and what others lost on the way."""

    imported: int
    rejected: list[QuestionRemark]
    notes: list[QuestionRemark]


class Review(In, frozen=True, kw_only=True):
    """What a person gives an answer. `points` in steps of 0.01, at most those of the question."""

    points: Annotated[float, Meta(ge=0, le=MOST_POINTS)]
    reason: Reason


class AnswerResult(msgspec.Struct, frozen=True, kw_only=True):
    """One question of an attempt, in the order in which it was asked.

    `answer` holds places of choices in the question, from 0, or what was written; null when nothing was answered.
    `answer_id` names it in a review. `points` null: a person has to say.
    """

    question: str
    answer_id: int | None
    answer: list[int] | str | None
    answered_at: MomentOut | None
    verdict: Literal["right", "partly", "wrong", "pending", "unanswered"]
    points: float | None
    max_points: int
    reviewed_at: MomentOut | None
    reason: str | None


class AttemptResult(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt. `points` and `percent` are rounded down to hundredths, `passed` is not.

    `finished_at` null while it runs. `ended_by`: the participant, the time limit, or the closing of the quiz.
    `passed` null while only a review can say.
    """

    id: str
    ordinal: int
    identity: Literal["signed", "plain"]
    started_at: MomentOut
    finished_at: MomentOut | None
    ended_by: Literal["finished", "time", "closed"] | None
    points: float
    max_points: int
    percent: float
    pending_points: int
    passed: bool | None
    answers: list[AnswerResult]


class TakerResult(msgspec.Struct, frozen=True, kw_only=True):
    """A participant who began. The first fields are those of their best attempt, the earliest of equals."""

    user_id: str
    attempts: int
    points: float
    max_points: int
    percent: float
    passed: bool | None
    started_at: MomentOut
    finished_at: MomentOut | None
    all: list[AttemptResult]


class QuestionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One question over all attempts. `choices` counts each choice in the order of the question."""

    question: str
    kind: Literal["single", "multiple", "order", "number", "text"]
    text: str
    asked: int
    answered: int
    right: int
    partly: int
    wrong: int
    pending: int
    choices: list[int]


class QuizSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How a quiz goes, of this moment."""

    state: State
    participants: int
    attempts: int
    running: int
    questions: list[QuestionSummary]

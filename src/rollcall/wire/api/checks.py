"""Bodies and answers of presence checks."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rollcall.wire.api.values import PLAIN, Code, In, Moment, MomentOut

LIFETIME = "How long one may answer. Default 60; 20 is the least that WCAG 2.2.1 allows."
UNSHOWN = "Of `undelivered`: it had arrived at a running player, which never displayed it."
LifetimeS = Annotated[int, Meta(ge=10, le=300, description=LIFETIME)]
CheckText = Annotated[str, Meta(min_length=1, max_length=500, pattern=PLAIN)]


class Question(In, frozen=True):
    """A question and its answers to choose from; `answer` is the index of the right one."""

    text: CheckText
    choices: Annotated[list[CheckText], Meta(min_length=2, max_length=6)]
    answer: Annotated[int, Meta(ge=0, le=5)] | None = None


class CheckBody(In, frozen=True):
    """A presence check, now or `at` a moment. `session_id`: the session that it must fall into."""

    lifetime_s: LifetimeS = 60
    sound: bool = False
    text: CheckText | None = None
    kind: Literal["click", "code", "question"] = "click"
    question: Question | None = None
    at: Moment | None = None
    session_id: Code | None = None


class AnswersOut(msgspec.Struct, frozen=True, kw_only=True):
    """How a question was answered by those who confirmed: how many chose each choice, and how many were right.

    `correct` null = the question has no right answer.
    """

    choices: list[int]
    correct: int | None


class CheckOut(msgspec.Struct, frozen=True, kw_only=True):
    """A check and how many participants stand how. `issued_at` null = not yet; a plan's last prompt is later."""

    id: str
    state: Literal["planned", "issued", "closed", "cancelled"]
    kind: str
    origin: Literal["manual", "plan"]
    ordinal: int
    session_id: str | None
    at: MomentOut | None
    issued_at: MomentOut | None
    last_issued_at: MomentOut | None
    cancelled_at: MomentOut | None
    created_at: MomentOut
    lifetime_s: int
    sound: bool
    text: str | None
    question: Question | None
    confirmed: int
    missed: int
    undelivered: int
    not_present: int
    cancelled: int
    pending: int
    unshown: Annotated[int, Meta(description=UNSHOWN)]
    answers: AnswersOut | None

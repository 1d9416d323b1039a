"""Bodies and answers of polls."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rollcall.domain.polls import MOST_CHOICES
from rollcall.wire.api.values import In, MomentOut

NOT_BLANK = r"^(?=.*\S)[^\x00-\x1f\x7f-\x9f]*$(?!\n)"
Question = Annotated[str, Meta(min_length=1, max_length=500, pattern=NOT_BLANK)]
Choice = Annotated[str, Meta(min_length=1, max_length=300, pattern=NOT_BLANK)]
Choices = Annotated[
    list[Choice],
    Meta(
        min_length=2, max_length=MOST_CHOICES, description="No two the same; named by their places, from 0."
    ),
]
MostChoices = Annotated[
    int, Meta(ge=1, le=MOST_CHOICES, description="How many of them one vote may have at most.")
]
Show = Literal["never", "after_vote", "after_close", "live"]
State = Literal["planned", "open", "closed"]


class NewPoll(In, frozen=True, kw_only=True):
    """A poll. A vote of an `anonymous` one is counted and not stored; a `changeable` one may change until the close."""

    question: Question
    choices: Choices
    max_choices: MostChoices = 1
    anonymous: bool = False
    changeable: bool = False
    show_results: Show = "after_close"


class PollChange(In, frozen=True, kw_only=True):
    """What to change. Once it was open, its number of choices, `max_choices` and `anonymous` stay."""

    question: Question | UnsetType = UNSET
    choices: Choices | UnsetType = UNSET
    max_choices: MostChoices | UnsetType = UNSET
    anonymous: bool | UnsetType = UNSET
    changeable: bool | UnsetType = UNSET
    show_results: Show | UnsetType = UNSET


class PollOut(msgspec.Struct, frozen=True, kw_only=True):
    """A poll. `votes` so far; `opened_at` is its first opening, `closed_at` set while it is closed."""

    id: str
    question: str
    choices: list[str]
    max_choices: int
    anonymous: bool
    changeable: bool
    show_results: Show
    state: State
    votes: int
    opened_at: MomentOut | None
    closed_at: MomentOut | None
    created_at: MomentOut


class ChoiceCount(msgspec.Struct, frozen=True):
    """How many of the counted votes have a choice."""

    text: str
    votes: int


class PollResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a poll goes, of this moment; `votes_counted` of its votes are in `choices`.

    The last votes of an anonymous poll are held back until there are several.
    """

    state: State
    votes: int
    votes_counted: int
    choices: list[ChoiceCount]


class VoteOut(msgspec.Struct, frozen=True, kw_only=True):
    """A vote in a named poll; `choices` are places of choices."""

    user_id: str
    identity: Literal["signed", "plain"]
    choices: list[int]
    voted_at: MomentOut

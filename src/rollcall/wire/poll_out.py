"""What the server says to a player about polls: how each stands, and counts to whoever may see them.

Nothing of a poll is told before it is open. Choices are named by their places, from 0. Who chose what is told nobody
but the participant themselves, and of an anonymous poll not even them.
"""

from typing import Literal

import msgspec


class _Message(msgspec.Struct, frozen=True, tag_field="type"):
    pass


class PollCount(msgspec.Struct, frozen=True):
    """How many voted; `counted` of them are in `chosen`, which has a number for each choice.

    Of an anonymous poll the last votes are held back until there are several.
    """

    votes: int
    counted: int
    chosen: tuple[int, ...]


class PollMine(msgspec.Struct, frozen=True):
    """Whether the participant has voted; `choices` null where that is not known."""

    voted: bool
    choices: tuple[int, ...] | None
    turn: int


class PollState(_Message, frozen=True, tag="poll"):
    """A poll that is open, or was: at opening, at each change, and to whoever arrives.

    `mine` and `results` null: as said before, or none. `removed`: there is no such poll any more.
    """

    poll: str
    state: Literal["open", "closed", "removed"]
    question: str
    choices: tuple[str, ...]
    max_choices: int
    anonymous: bool
    changeable: bool
    show_results: Literal["never", "after_vote", "after_close", "live"]
    mine: PollMine | None = None
    results: PollCount | None = None


class PollVoted(_Message, frozen=True, tag="poll_voted"):
    """The vote is on disk. Told to all players of the participant; `turn` and `choices` may be an earlier vote's."""

    poll: str
    turn: int
    choices: tuple[int, ...] | None
    results: PollCount | None


class PollResults(_Message, frozen=True, tag="poll_results"):
    """New counts of a poll, at most one such message a second."""

    poll: str
    results: PollCount


class PollRefused(_Message, frozen=True, tag="poll_refused"):
    """A vote is not taken: `poll_not_open`, `wrong_choice`, or `too_many_requests`: to be said again in `retry_s`."""

    poll: str
    code: str
    turn: int
    retry_s: int = 0


Polled = PollState | PollVoted | PollResults | PollRefused

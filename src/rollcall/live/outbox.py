"""What waits for a player that comes to fetch it: bounded, with replaceable messages replaced.

An answer may be lost on its way, so what was given is kept until the player shows a tick that was given with it or
later. That is also what makes the echo of a tick prove everything before it received, as on a socket.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from rollcall.wire import aside_out, chat_out, poll_out, quiz_out, viewer_out

LIMIT = 500
OF_THE_MOMENT = (viewer_out.TickOut, viewer_out.Ack, viewer_out.Gap, viewer_out.SlowDown)
REPLACED = (
    *OF_THE_MOMENT,
    viewer_out.Media,
    chat_out.ChatState,
    chat_out.ChatMe,
    chat_out.ChatQuestions,
    viewer_out.Playlist,
    viewer_out.Progress,
    viewer_out.Counting,
    aside_out.Aside,
)


class Full(Exception):
    """Raised when a player fetches so seldom that more waits for it than is kept."""


@dataclass(slots=True)
class _Waiting:
    message: viewer_out.ViewerOut
    given_with: int | None = None  # the tick of the answer that carried it last


class Outbox:
    """Messages of one polled player, in order."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def put(self, message: viewer_out.ViewerOut) -> None:
        """Add a message, instead of an earlier one that it replaces; raises Full."""
        name = _replaceable(message)
        if name is not None:
            self._waiting = [w for w in self._waiting if _replaceable(w.message) != name]
        if len(self._waiting) >= LIMIT:
            raise Full
        self._waiting.append(_Waiting(message))

    def has_lasting(self) -> bool:
        """Return whether something waits that must not be lost with an answer: then the answer needs a tick."""
        return any(not isinstance(waiting.message, OF_THE_MOMENT) for waiting in self._waiting)

    def take(self) -> list[viewer_out.ViewerOut]:
        """Return everything for one answer; what lasts stays until `confirm`."""
        messages = [waiting.message for waiting in self._waiting]
        ticks = [message.n for message in messages if isinstance(message, viewer_out.TickOut)]
        self._waiting = [w for w in self._waiting if not isinstance(w.message, OF_THE_MOMENT)]
        for waiting in self._waiting:
            waiting.given_with = max(ticks, default=waiting.given_with)
        return messages

    def confirm(self, tick: int) -> None:
        """Forget what was given with this tick or before: the player has it."""
        self._waiting = [w for w in self._waiting if w.given_with is None or w.given_with > tick]


def _replaceable(message: viewer_out.ViewerOut) -> Hashable:
    match message:
        case poll_out.PollState() | poll_out.PollVoted() | poll_out.PollResults():
            return _of_poll(message)
        case viewer_out.Prompt(check=check):
            return check
        case quiz_out.Quiz(quiz=quiz):
            return (quiz_out.Quiz, quiz) if message.mine is None else None
        case quiz_out.QuizAttempt(attempt=attempt) | quiz_out.QuizResult(attempt=attempt):
            return type(message), attempt
        case quiz_out.QuizSaved(attempt=attempt, given=given):
            return attempt, given.question
        case _:
            return _of_kind(message)


def _of_poll(message: poll_out.PollState | poll_out.PollVoted | poll_out.PollResults) -> Hashable:
    if isinstance(message, poll_out.PollState) and message.mine is not None:
        return None
    return type(message), message.poll


def _of_kind(message: viewer_out.ViewerOut) -> Hashable:
    return type(message) if isinstance(message, REPLACED) else None

"""A participant who takes a quiz at a real player, and keeps every byte that it was sent."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.server.conftest import Event
from tests.server.player import Message, Player

QUIZ = "quiz_"


class Tapped:
    """A socket whose text messages are kept as they came."""

    def __init__(self, socket: Any, kept: bytearray) -> None:
        self._socket, self._kept = socket, kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    async def receive_json(self, timeout: float) -> Any:  # noqa: ASYNC109 - aiohttp's own name
        text = await self._socket.receive_str(timeout=timeout)
        self._kept += text.encode()
        return json.loads(text)


@dataclass(slots=True)
class QuizTaker(Player):
    """A player that knows the words of quizzes. `bytes_in` is all that the server has sent it."""

    bytes_in: bytearray = field(default_factory=bytearray)
    quiz: str = ""
    attempt: Message = field(default_factory=dict)
    turn: int = 0

    async def open(self) -> None:
        await Player.open(self)
        socket: Any = Tapped(self.socket, self.bytes_in)
        self.socket = socket

    async def start(self, ordinal: int = 1) -> Message:
        """Begin an attempt or go on with it."""
        await self.say({"type": "quiz_start", "quiz": self.quiz, "ordinal": ordinal})
        self.attempt = await self.hear("quiz_attempt")
        return self.attempt

    async def ask(self, question: str) -> Message:
        """Return a question as it is displayed."""
        await self.say(self.about("ask_quiz_question", question=question))
        return await self.hear("quiz_question")

    async def save(self, question: str, answer: Any, turn: int = 0) -> Message:
        """Save an answer and return what is on disk then."""
        await self.say(self.answering(question, answer, turn))
        return dict((await self.hear("quiz_saved"))["given"])

    async def finish(self) -> Message:
        """End the attempt."""
        await self.say(self.about("quiz_finish"))
        return await self.hear("quiz_result")

    async def refused(self, message: Message) -> str:
        """Return the code with which a message is refused."""
        await self.say(message)
        return str((await self.hear("quiz_refused"))["code"])

    def answering(self, question: str, answer: Any, turn: int = 0) -> Message:
        """Return an answer as it is sent."""
        self.turn = turn or self.turn + 1
        return self.about("quiz_answer", question=question, turn=self.turn, answer=answer)

    def about(self, kind: str, **other: Any) -> Message:
        """Return a message about the attempt."""
        return {"type": kind, "quiz": self.quiz, "attempt": self.attempt["attempt"], **other}

    def quizzes(self) -> list[Message]:
        """Return everything that was heard of quizzes."""
        return [message for message in self.heard if message["type"].startswith("quiz")]


async def taker(event: Event, user_id: str = "d-1", *, connect: bool = True) -> QuizTaker:
    """Return a participant of the event at a player of their own."""
    plain = await event.granted(user_id)
    made = QuizTaker(plain.http, plain.url, plain.media, plain.grant)
    event.players.append(made)
    if connect:
        await made.connect()
    return made


async def make_quiz(event: Event, *questions: Message, opened: bool = True, **other: Any) -> str:
    """Make a quiz of the event, and open it."""
    body = {"title": "Итоговый контроль", "questions": list(questions), **other}
    quiz = str((await event.api.call("POST", f"/media/{event.media}/quizzes", body))["id"])
    if opened:
        await event.api.call("POST", f"/media/{event.media}/quizzes/{quiz}/open")
    return quiz


async def results(event: Event, quiz: str) -> dict[str, Message]:
    """Return the results of a quiz by participant."""
    answer = await event.api.call("GET", f"/media/{event.media}/quizzes/{quiz}/results")
    return {row["user_id"]: row for row in answer["items"]}

"""One chat over a real database: participants who speak through the desk, an organiser, and the room that is told."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from rollcall.actions import chat, chat_frames
from rollcall.actions.chat_desk import Author, ChatDesk, Word
from rollcall.domain.chat import Place
from rollcall.domain.ids import EventNo, MediaNo, PlayNo, ProjectNo, UserId
from rollcall.live.chat_feed import ChatFeed
from rollcall.live.hub import Hub
from rollcall.store import chat as store
from rollcall.store.chat import ChatMessage
from rollcall.store.database import Connection, Database
from rollcall.wire import viewer_in
from tests.hall import SetClock
from tests.history import Records

ANNA, BORIS, CLARA = UserId("anna"), UserId("boris"), UserId("clara")
_refs = itertools.count(1)


@dataclass
class ChatRoomStage:
    """Everything of one chat. Time goes on by a minute with each message, so nobody is too fast."""

    db: Database
    place: Place
    code: str
    hub: Hub = field(default_factory=Hub)
    clock: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        self.feed = ChatFeed(self.hub)
        self.desk = ChatDesk(self.db, self.hub, self.feed)

    async def say(
        self, user_id: UserId, text: str = "Добрый день", *, pause_ms: int = 60_000, **other: Any
    ) -> str:
        """Say something; return the page's name for it."""
        self.clock.at_ms += pause_ms
        said = viewer_in.Say(**{"ref": f"r{next(_refs)}", "text": text, **other})
        await self.desk.take(Word(self.place, self.author(user_id), said, self.clock.at_ms))
        return said.ref

    async def vote(self, user_id: UserId, message: int, *, on: bool = True) -> None:
        said = viewer_in.ChatVote(message, on)
        await self.desk.take(Word(self.place, self.author(user_id), said, self.clock.at_ms))

    def author(self, user_id: UserId) -> Author:
        return Author(user_id, str(user_id).title(), PlayNo(1))

    def moderator(self) -> chat.Moderator:
        return chat.Moderator(self.place, self.code, "key:test", self.clock.at_ms)

    async def announce(self, text: str = "Начинаем", **other: Any) -> ChatMessage:
        said = chat.Announcement("Организатор", text, **other)
        return await chat.announce(self.db, self.feed, self.place, said, self.clock.at_ms)

    async def set(self, **wanted: Any) -> None:
        await chat.set_room(self.db, self.hub, self.feed, self.moderator(), chat.RoomChange(**wanted))

    async def decide(self, message: int, verdict: Any) -> ChatMessage:
        return await chat.decide(self.db, self.feed, self.moderator(), message, verdict)

    async def remove(self, message: int) -> None:
        await chat.remove_message(self.db, self.feed, self.moderator(), message)

    async def messages(self, state: Any = "shown") -> list[ChatMessage]:
        """Return the messages in a state, in their order."""
        return (await self.db.read(lambda conn: store.list_messages(conn, self.place, 1_000, state=state)))[
            ::-1
        ]

    async def last(self, state: Any = "shown") -> ChatMessage:
        return (await self.messages(state))[-1]

    async def tell(self) -> None:
        """Let the room hear what is new."""
        self.feed.wake(self.place.media_no)
        await chat_frames.run_once(self.db, self.hub, self.feed, self.clock)


async def open_chat(db: Database) -> ChatRoomStage:
    """Open a chat that nobody has written in."""

    def make(conn: Connection) -> tuple[Place, str]:
        records = Records(conn)
        media = records.media()
        place = Place(ProjectNo(records.project_no), EventNo(records.event_no), MediaNo(media))
        return place, records.codes[media]

    place, code = await db.write(make)
    return ChatRoomStage(db, place, code)

"""Every page of a chat through random disconnects, lost frames and overtaken greetings: whole, once each, in order."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollcall.actions import chat_frames
from rollcall.actions.chat_frames import AT_ONCE, read_news
from rollcall.actions.chat_reading import CaughtUp, catch_up, history, items_of, since
from rollcall.domain.errors import RollcallError
from rollcall.domain.ids import UserId
from rollcall.live import chat_feed
from rollcall.store import chat as store
from rollcall.store.database import Connection, Database
from rollcall.wire import chat_out, viewer_out
from tests.chat_page import ChatLine, ChatPage
from tests.chat_room import ANNA, BORIS, CLARA, ChatRoomStage, open_chat

decode = msgspec.json.Decoder(viewer_out.ViewerOut).decode
WRITERS = (ANNA, BORIS, CLARA)
OF_ROOM = ("say", "ask", "announce", "vote", "remove", "approve", "reject", "moderate", "names")
OF_READERS = ("tell", "tell", "tell", "arrive", "greet", "deliver", "lose", "break", "break")
STEPS = st.lists(
    st.tuples(st.sampled_from(OF_ROOM + OF_READERS), st.integers(0, 11)), min_size=20, max_size=90
)


@dataclass
class Reader:
    """One page and the line that it has now. `greeting`: it was read, and is still on its way."""

    user_id: UserId
    page: ChatPage = field(default_factory=ChatPage)
    line: ChatLine | None = None
    greeting: CaughtUp | None = None


class Scene:
    """A chat with three readers; each step is one thing that happens."""

    def __init__(self, stage: ChatRoomStage) -> None:
        self.stage = stage
        self.readers = [Reader(user_id) for user_id in WRITERS]

    async def do(self, what: str, number: int) -> None:
        """Let one thing happen; a word that is refused is one too."""
        with contextlib.suppress(RollcallError):
            await (self._said(what, number) if what in OF_ROOM else self._carried(what, number))

    async def _said(self, what: str, number: int) -> None:
        stage = self.stage
        match what:
            case "say" | "ask":
                kind = "question" if what == "ask" else "message"
                replied = await self._some(number, "shown")
                await stage.say(WRITERS[number % 3], kind=kind, reply_to=replied if number > 6 else None)
            case "announce":
                await stage.announce()
            case "moderate":
                await stage.set(premoderated=number % 2 == 0)
            case "names":
                await stage.set(authors="names" if number % 2 else "pseudonyms")
            case _:
                await self._moderate(what, number)

    async def _carried(self, what: str, number: int) -> None:
        reader = self.readers[number % 3]
        match what:
            case "tell":
                await self.stage.tell()
            case "arrive":
                await self.arrive(reader)
            case "greet":
                self.greet(reader)
            case "deliver":
                self.deliver(reader)
            case "lose":  # over a line that stands, as no line should
                self.lose(reader, number)
            case _:
                self.leave(reader, number)

    async def _some(self, number: int, state: Any) -> int | None:
        messages = await self.stage.messages(state)
        return messages[number % len(messages)].no if messages else None

    async def _moderate(self, what: str, number: int) -> None:
        message = await self._some(number, "waiting" if what in {"approve", "reject"} else "shown")
        if message is None:
            return
        match what:
            case "vote":
                await self.stage.vote(WRITERS[number % 3], message, on=number < 9)
            case "remove":
                await self.stage.remove(message)
            case "approve":
                await self.stage.decide(message, "shown")
            case _:
                await self.stage.decide(message, "rejected")

    async def arrive(self, reader: Reader) -> None:
        """Enter the room, and have a greeting read that is not there yet."""
        if reader.line is not None:
            return
        stage = self.stage
        reader.line = ChatLine(reader.user_id)
        stage.hub.room(stage.place.media_no).add(reader.line)
        pages = [(reader.user_id, reader.page.version)]
        reader.greeting = await stage.db.read(
            lambda conn: catch_up(conn, stage.place, pages, stage.clock.at_ms)
        )

    def greet(self, reader: Reader) -> None:
        if reader.line is not None and reader.greeting is not None:
            reader.line.holds += reader.greeting.messages[0]
            self.stage.feed.begin(self.stage.place, reader.greeting.version)
            reader.greeting = None

    def deliver(self, reader: Reader) -> None:
        if reader.line is not None:
            for payload in reader.line.holds:
                reader.page.take(decode(payload))
            reader.line.holds.clear()

    def lose(self, reader: Reader, number: int) -> None:
        """Lose one frame."""
        holds = [] if reader.line is None else reader.line.holds
        frames = [at for at, payload in enumerate(holds) if payload.startswith(b'{"type":"chat",')]
        if frames:
            holds.pop(frames[number % len(frames)])

    def leave(self, reader: Reader, number: int) -> None:
        """Break the line: of what is under way, the beginning arrives."""
        if reader.line is None:
            return
        del reader.line.holds[number % (len(reader.line.holds) + 1) :]
        self.deliver(reader)
        self.stage.hub.room(self.stage.place.media_no).discard(reader.line)
        reader.line = reader.greeting = None

    async def settle(self) -> None:
        """Let everybody come back and hear everything; what was lost is asked for."""
        for reader in self.readers:
            await self.arrive(reader)
            self.greet(reader)
        await self.stage.announce("последнее")  # a frame that was lost shows by the next
        for _ in range(3):
            await self.stage.tell()
        for reader in self.readers:
            self.deliver(reader)
            for _ in range(3):
                if reader.page.lacks():
                    reader.page.take(await self._tail(reader.page.version))

    async def _tail(self, after: int) -> chat_out.Chat | None:
        place = self.stage.place
        return await self.stage.db.read(lambda c: since(c, place, store.get_room(c, place), after))


async def whole(stage: ChatRoomStage, page: ChatPage) -> None:
    """Check that a page shows everything from its first message on, and then from the beginning."""
    place = stage.place

    def read(conn: Connection) -> list[chat_out.ChatItem]:
        rows = store.list_messages(conn, place, 10_000)[::-1]
        return items_of(conn, place, store.get_room(conn, place), rows)

    everything = await stage.db.read(read)
    shown = page.shown()
    first = shown[0].version if shown else 0
    assert _plain(shown) == _plain([item for item in everything if item.version >= first])
    while page.more:
        before = min(page.items)
        told = await stage.db.read(partial(history, place=place, before=before))
        page.items |= {item.version: item for item in told.items}
        page.more = told.more
    assert _plain(page.shown()) == _plain(everything)


def _plain(items: list[chat_out.ChatItem]) -> list[Any]:
    """Return items without quotations: a page takes those away by itself."""
    return [msgspec.structs.replace(item, reply=None) for item in items]


async def _play(database: Database, steps: list[tuple[str, int]]) -> None:
    stage = await open_chat(database)
    scene = Scene(stage)
    for what, number in steps:
        await scene.do(what, number)
        assert [reader.page.faults for reader in scene.readers] == [[]] * 3
    await scene.settle()
    version = (await database.read(lambda conn: store.get_room(conn, stage.place))).version
    for reader in scene.readers:
        assert (reader.page.version, reader.page.faults) == (version, [])
        await whole(stage, reader.page)
        own = [
            (m.no, m.state)
            for s in ("waiting", "rejected")
            for m in await stage.messages(s)
            if m.user_id == reader.user_id
        ]
        assert reader.page.me is not None
        assert sorted((one.id, one.state) for one in reader.page.me.own) == sorted(own)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_nothing_is_missed_doubled_or_misordered(
    sqlite_database: Database, steps: list[tuple[str, int]]
) -> None:
    asyncio.run(_play(sqlite_database, steps))


@pytest.mark.parametrize("seed", range(4))
def test_nor_where_several_write_at_once(postgres_database: Database, seed: int) -> None:
    """On PostgreSQL transactions end in another order than they began, and their news in another than they ended."""

    async def play() -> None:
        random = Random(seed)
        stage = await open_chat(postgres_database)
        scene = Scene(stage)
        other = ChatRoomStage(postgres_database, stage.place, stage.code)
        for _ in range(15):
            said = [
                (stage, other)[n % 2].say(UserId(f"u-{random.randrange(10**6)}"))
                for n in range(random.randrange(6))
            ]
            steps = [
                scene.do(random.choice(["tell", "arrive", "greet", "deliver", "break"]), n) for n in range(3)
            ]
            await asyncio.gather(*said, *steps)
        await scene.settle()
        for reader in scene.readers:
            assert reader.page.faults == []
            await whole(stage, reader.page)

    asyncio.run(play())


async def test_a_frame_goes_no_further_than_what_it_holds(sqlite_database: Database) -> None:
    """More changes than one frame takes come in the next ones, and nobody has to begin anew."""
    stage = await open_chat(sqlite_database)
    scene = Scene(stage)
    (reader, *_) = scene.readers
    await scene.arrive(reader)
    scene.greet(reader)
    for number in range(AT_ONCE + 50):
        await stage.announce(str(number))
    await stage.tell()
    scene.deliver(reader)
    assert reader.page.version == AT_ONCE
    await stage.tell()
    scene.deliver(reader)
    assert [item.text for item in reader.page.shown()] == [str(n) for n in range(AT_ONCE + 50)]


async def test_what_only_moderators_see_makes_no_frame(sqlite_database: Database) -> None:
    stage = await open_chat(sqlite_database)
    await stage.set(premoderated=True)
    scene = Scene(stage)
    for reader in scene.readers:
        await scene.arrive(reader)
        scene.greet(reader)
        scene.deliver(reader)
    await stage.say(ANNA, "только мне")
    await stage.tell()
    told = [[decode(payload) for payload in reader.line.holds] for reader in scene.readers if reader.line]
    kinds = [[type(message).__name__ for message in messages] for messages in told]
    assert kinds == [["ChatMe", "ChatMe"], [], []]  # as an author who is new, and as one whose message waits
    assert told[0][-1].own[0].text == "только мне"


async def test_a_room_is_told_once_in_a_while_however_much_is_said(sqlite_database: Database) -> None:
    stage = await open_chat(sqlite_database)
    scene = Scene(stage)
    (reader, *_) = scene.readers
    await scene.arrive(reader)
    scene.greet(reader)
    scene.deliver(reader)
    for _ in range(20):
        await stage.say(BORIS)
    await stage.tell()
    assert reader.line is not None
    assert len(reader.line.holds) == 1


async def test_nothing_new_is_no_news(sqlite_database: Database) -> None:
    stage = await open_chat(sqlite_database)
    scene = Scene(stage)
    await scene.arrive(scene.readers[0])
    scene.greet(scene.readers[0])
    (told,) = await stage.feed.due()
    assert await stage.db.read(lambda conn: read_news(conn, told, set(), 0)) is None


async def test_what_is_said_on_another_node_is_found(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_feed, "LOOK_S", 0.01)
    here = await open_chat(postgres_database)
    there = ChatRoomStage(postgres_database, here.place, here.code)
    scene = Scene(here)
    (reader, *_) = scene.readers
    await scene.arrive(reader)
    scene.greet(reader)
    await there.say(BORIS, "с другого узла")
    while not reader.page.items:
        await chat_frames.run_once(here.db, here.hub, here.feed, here.clock)
        scene.deliver(reader)
    assert [item.text for item in reader.page.shown()] == ["с другого узла"]


async def test_rooms_without_viewers_are_forgotten(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_feed, "LOOK_S", 0.0)
    stage = await open_chat(sqlite_database)
    scene = Scene(stage)
    (reader, *_) = scene.readers
    await scene.arrive(reader)
    scene.greet(reader)
    assert [told.place for told in await stage.feed.due()] == [stage.place]
    scene.leave(reader, 0)
    assert await stage.feed.due() == []

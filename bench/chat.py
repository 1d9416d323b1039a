"""A chat at its busiest: 300 people, 500 messages a minute, 200 readers whose lines break; what it costs the page.

Whatever was said is compared, message by message, with what each reader has in the end.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from statistics import median, quantiles
from typing import Any

import msgspec
import uvloop

from bench import chat_page
from bench.connections import crowd
from bench.crowd import Viewer, all_joined
from bench.raw_client import RawSocket
from bench.result import Result, alone
from bench.servers import rollcall_server
from rollcall.base.clock import Clock
from rollcall.cli.api_client import Api
from rollcall.wire import chat_out, viewer_in, viewer_out
from tests.chat_page import ChatPage

CHATTERS, READERS = 300, 200
PER_MINUTE = 500
SECONDS = 125
STAYS_S = (5.0, 30.0)  # so long a reader's line stands
AWAY_S = (0.05, 3.0)
LATE_S = 2.0
TEXT = "Коллеги, добрый день. Какова тактика при сочетании ХСН и ХБП? Спасибо за доклад, очень полезно."
WORDS = TEXT.split()

encode = msgspec.json.Encoder().encode
decode: Callable[[bytes], viewer_out.ViewerOut] = msgspec.json.Decoder(viewer_out.ViewerOut).decode


def run() -> list[Result]:
    """Measure the feed, then the page."""
    with rollcall_server() as server:
        feed = uvloop.run(_measure_feed(server))
    return [*feed, *chat_page.run()]


@dataclass(slots=True)
class Person(Viewer):
    """A player that has the chat open; its line is broken and comes back with what the page knows."""

    page: ChatPage = field(default_factory=ChatPage)
    pending: dict[str, viewer_in.Say] = field(default_factory=dict)
    seen_s: dict[str, float] = field(default_factory=dict)
    since_s: float | None = None
    breaks: int = 0

    def heard(self, socket: RawSocket, payload: bytes) -> None:
        """Take what concerns the chat, and the rest as any player does."""
        if socket is not self.socket:
            return  # a line that is broken says nothing any more
        message = decode(payload)
        self.page.take(message)
        if isinstance(message, chat_out.Chat):
            now_s = time.perf_counter()
            for item in message.items:
                self.seen_s.setdefault(item.text, now_s)
                self.pending.pop(item.ref or "", None)
        if isinstance(message, chat_out.NotSaid):
            self._refused(message)
        if isinstance(message, viewer_out.Opened):
            for said in self.pending.values():
                self.send(said)
        Viewer.heard(self, socket, payload)

    def _refused(self, refusal: chat_out.NotSaid) -> None:
        said = self.pending.get(refusal.ref)
        if refusal.code == "said_before":
            self.pending.pop(refusal.ref, None)
        elif said is not None and refusal.retry_s:
            asyncio.get_running_loop().call_later(refusal.retry_s, self._again, said)

    def _again(self, said: viewer_in.Say) -> None:
        if self.play and said.ref in self.pending:
            self.send(said)

    def greeting(self) -> viewer_in.Hello:
        """Say hello with the play and the version of before."""
        return viewer_in.Hello(self.grant, self.ref, self.page.version)

    def say(self, text: str, ref: str) -> None:
        """Say something, now or once the line stands again."""
        said = self.pending[ref] = viewer_in.Say(ref=ref, text=text)
        if self.play:
            self.send(said)

    async def come_and_go(self, port: int, media: str, random: Random, until_s: float) -> None:
        """Let the line break at random moments, and come back each time."""
        while True:
            await asyncio.sleep(random.uniform(*STAYS_S))
            if time.perf_counter() >= until_s:
                return
            assert self.socket is not None
            self.play = ""
            self.socket.close()
            self.breaks += 1
            await asyncio.sleep(random.uniform(*AWAY_S))
            await self.come_back(port, media)

    def look(self) -> None:
        """Ask for what a frame that was lost has brought, as the page does."""
        now_s = time.perf_counter()
        if not self.page.lacks() or not self.play:
            self.since_s = None
        elif self.since_s is None:
            self.since_s = now_s
        elif now_s - self.since_s > LATE_S:
            self.since_s = now_s
            self.send(viewer_in.AskChatTail(self.page.version))


async def _measure_feed(server: Any) -> list[Result]:
    random, clock = Random(7), Clock()
    async with crowd(server, CHATTERS + READERS) as (api, media, viewers):
        people = [Person(viewer.grant, clock) for viewer in viewers]
        chatters, readers = people[:CHATTERS], people[CHATTERS:]
        await all_joined([person.join(server.port, media) for person in people])
        until_s = time.perf_counter() + SECONDS
        looking = asyncio.create_task(_look(people))
        going = [
            asyncio.create_task(person.come_and_go(server.port, media, random, until_s))
            for person in [*readers, *chatters[::10]]
        ]
        said_s = await _talk(chatters, random, until_s)
        await asyncio.gather(*going)
        truth = await _settled(api, media, people, len(said_s))
        looking.cancel()
    return _feed_results(truth, said_s, readers, people)


async def _talk(chatters: list[Person], random: Random, until_s: float) -> dict[str, float]:
    """Let people talk at random; return when each text was said."""
    said_s: dict[str, float] = {}
    order = list(chatters)
    at_s = time.perf_counter()
    while at_s < until_s:
        if not order or len(said_s) % len(chatters) == 0:
            order = random.sample(chatters, len(chatters))  # nobody comes twice in a moment
        at_s += random.expovariate(PER_MINUTE / 60)
        await asyncio.sleep(max(0.0, at_s - time.perf_counter()))
        text = f"{len(said_s)} {' '.join(random.choices(WORDS, k=random.randrange(3, 25)))}"
        order.pop().say(text, f"ref-{len(said_s)}")
        said_s[text] = time.perf_counter()
    return said_s


async def _look(people: list[Person]) -> None:
    while True:
        await asyncio.sleep(1)
        for person in people:
            person.look()


async def _settled(api: Api, media: str, people: list[Person], count: int) -> list[dict[str, Any]]:
    """Wait until everything that was said is in the room and everybody has heard it; return the room in its order."""
    async with asyncio.timeout(60):
        while True:
            await asyncio.sleep(0.5)
            told = await _history(api, media)
            last = told[-1]["version"] if told else 0
            if len(told) >= count and all(person.page.version >= last for person in people):
                return told


async def _history(api: Api, media: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = await api.call("GET", f"/media/{media}/chat?limit=1000{cursor}")
        told += page["items"]
        if page["next_cursor"] is None:
            return told[::-1]
        cursor = f"&cursor={page['next_cursor']}"


def _feed_results(
    truth: list[dict[str, Any]], said_s: dict[str, float], readers: list[Person], people: list[Person]
) -> list[Result]:
    order = [message["id"] for message in truth]
    doubled = sum(count - 1 for count in Counter(message["text"] for message in truth).values())
    dropped = len(said_s.keys() - {message["text"] for message in truth})
    misordered = 0
    for reader in readers:
        shown = [item.id for item in reader.page.shown()]
        doubled += len(shown) - len(set(shown))
        wanted = order[order.index(shown[0]) :] if reader.page.more else order
        dropped += len(set(wanted) - set(shown))
        misordered += len(reader.page.faults) + (shown != [one for one in wanted if one in set(shown)])
    delays = [
        (seen_s - said_s[text]) * 1000
        for reader in readers
        for text, seen_s in reader.seen_s.items()
        if text in said_s
    ]
    breaks = sum(person.breaks for person in people)
    by_reader = sum(reader.breaks for reader in readers)
    return [
        alone(f"chat: messages of {CHATTERS} people", len(truth), "messages", f"{PER_MINUTE} a minute"),
        alone(f"broken lines of {READERS} readers ({breaks} in all)", by_reader, "breaks", "> 1,000"),
        alone("dropped messages", dropped, "messages", "0"),
        alone("doubled messages", doubled, "messages", "0"),
        alone("misordered readers", misordered, "readers", "0"),
        alone("from saying to a reader, median, breaks included", median(delays), "ms", "-"),
        alone("the same, 90 of 100", quantiles(delays, n=10)[8], "ms", "-"),
    ]

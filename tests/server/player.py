"""A player as small as it can be: real socket, real rows, a clock that the test moves."""

import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

Message = dict[str, Any]


@dataclass(slots=True)
class Player:
    """One play. Its clock is the machine's, in whole milliseconds since `connect` was first called."""

    http: aiohttp.ClientSession
    url: str
    media: str
    grant: str
    origin: str | None = None
    play: Message | None = None
    socket: aiohttp.ClientWebSocketResponse | None = None
    ticks: dict[int, Message] = field(default_factory=dict)
    last_tick: Message = field(default_factory=dict)
    heard: list[Message] = field(default_factory=list)
    asked: dict[str, Message] = field(default_factory=dict)
    durable: int = 0
    seq: int = 0
    began_s: float = 0.0
    position_ms: int = 0
    tick_before: int = 0

    def now_ms(self) -> int:
        return round((time.monotonic() - self.began_s) * 1000)

    async def connect(self, *, new: bool = False, **other: Any) -> Message:
        """Say hello, with the play of before unless `new`; return `opened`."""
        await self.greet(new=new, **other)
        opened = await self.hear("opened")
        self.play, self.durable = opened, opened["durable"]
        self.take(opened["tick"])
        await self.hear("tick")
        await self.answer()
        return opened

    async def greet(self, *, new: bool = False, **other: Any) -> None:
        """Open the socket and say hello; what comes of it is for the caller to hear."""
        self.began_s = self.began_s or time.monotonic()
        await self.open()
        hello: Message = {"type": "hello", "grant": self.grant, "chat": 0, **other}
        if self.play is not None and not new:
            hello["play"] = {"id": self.play["play"], "upload_key": self.play["upload_key"]}
        await self.say(hello)

    async def open(self) -> None:
        """Open the socket and say nothing."""
        headers = {} if self.origin is None else {"Origin": self.origin}
        address = f"{self.url.replace('http', 'ws')}/embed/{self.media}/socket"
        self.socket = await self.http.ws_connect(address, headers=headers)

    async def say(self, message: Message) -> None:
        assert self.socket is not None
        await self.socket.send_json(message)

    async def hear(self, kind: str, within_s: float = 15) -> Message:
        """Return the next message of this kind; acknowledgements and ticks on the way are taken."""
        assert self.socket is not None
        while True:
            message: Message = await self.socket.receive_json(timeout=within_s)
            self.heard.append(message)
            if message["type"] == "ack":
                self.durable = message["durable"]
            if message["type"] == "tick":
                self.take(message)
            if message["type"] == "prompt":
                self.prompted(message)
            if message["type"] == kind:
                return message

    async def closed(self, within_s: float = 15) -> int | None:
        """Return the code with which the server closes."""
        assert self.socket is not None
        while True:
            message = await self.socket.receive(within_s)
            if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING):
                return self.socket.close_code

    async def answer(self) -> None:
        """Answer the last tick, without rows."""
        await self.say(self.envelope())

    def beat(self, start_ms: int, end_ms: int, **other: Any) -> Message:
        """Return the next beat; its content moves on unless `other` says so."""
        self.seq += 1
        content, self.position_ms = self.position_ms, self.position_ms + end_ms - start_ms
        row: Message = {
            "row": "beat", "seq": self.seq, "epoch": 0, "tick": self.tick_before, "from_ms": start_ms, "to_ms": end_ms,
            "media_from_ms": content, "media_to_ms": self.position_ms, "state": "playing", "cause": "user",
            "visible": True, "muted": False, "rate": 1.0,
        }  # fmt: skip
        return row | other

    def mark(self, kind: str, check: str) -> Message:
        """Return the next mark, of this moment; it cites the prompt as this play was sent it, if it was."""
        self.seq += 1
        cited = self.asked.get(check, {})
        return {
            "row": "mark", "seq": self.seq, "epoch": 0, "tick": self.last_tick["n"], "at_ms": self.now_ms(),
            "mark": kind, "check": check, "visible": True, "trusted": True, "answer": None,
            "issued_at_ms": cited.get("issued_at_ms"), "mac": cited.get("mac"),
        }  # fmt: skip

    def envelope(self, *rows: Message) -> Message:
        """Return an envelope with these rows; the tick that they cite and the latest ones are shown."""
        assert self.play is not None
        now_ms = self.now_ms()
        shown = [tick for n, tick in self.ticks.items() if n == self.tick_before] + list(self.ticks.values())[
            -50:
        ]
        return {
            "type": "rows", "play": self.play["play"], "sent_ms": now_ms, "epoch": 0,
            "echo": {"tick": self.last_tick["n"], "received_ms": self.last_tick["received_ms"]},
            "ticks": [{key: tick[key] for key in ("n", "at_ms", "mac")} for tick in shown],
            "epochs": [{"epoch": 0, "from_ms": 0, "wall_ms": 1_800_000_000_000}], "rows": list(rows),
        }  # fmt: skip

    async def send(self, *rows: Message) -> int:
        """Send rows and return the sequence number that is durable then."""
        await self.say(self.envelope(*rows))
        await self.hear("ack")
        return self.durable

    async def upload(self, *messages: Message, **other: Any) -> tuple[int, Message]:
        """Post to the evidence of the play, as a page that is left does; return status and answer."""
        assert self.play is not None
        reference = {"id": self.play["play"], "upload_key": self.play["upload_key"]} | other
        url = f"{self.url}/embed/{self.media}/evidence"
        async with self.http.post(url, json={"play": reference, "messages": list(messages)}) as answer:
            told: Message = await answer.json()
        for message in told.get("messages", ()):
            if message["type"] == "tick":
                self.take(message)
        return answer.status, told

    async def poll(self, *messages: Message, hello: bool = False, **headers: str) -> tuple[int, Message]:
        """Take one turn of the conversation by POST; return status and answer. Every later turn echoes a tick."""
        body: Message = {"grant": self.grant, "messages": list(messages)}
        if hello:
            self.began_s = self.began_s or time.monotonic()
            body["hello"] = {"type": "hello", "grant": self.grant}
        elif self.play is not None:
            body["play"] = {"id": self.play["play"], "upload_key": self.play["upload_key"]}
        url = f"{self.url}/embed/{self.media}/poll"
        async with self.http.post(url, json=body, headers=headers) as answer:
            told: Message = await answer.json()
        for message in told.get("messages", ()):
            self.heard.append(message)
            if message["type"] == "prompt":
                self.prompted(message)
            if message["type"] == "opened":
                self.play = message
                self.take(message["tick"])
            if message["type"] == "tick":
                self.take(message)
        return answer.status, told

    async def leave(self) -> None:
        if self.socket is not None:
            await self.socket.close()

    def prompted(self, prompt: Message) -> None:
        """Note a prompt that has come."""
        self.asked[prompt["check"]] = prompt

    def take(self, tick: Message) -> None:
        """Note a tick that has come."""
        if not self.ticks:
            self.tick_before = tick["n"]
        self.last_tick = {**tick, "received_ms": self.now_ms()}
        self.ticks[tick["n"]] = self.last_tick

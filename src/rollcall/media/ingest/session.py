"""One RTMP connection as a state machine: bytes in → events, bytes out. It knows no sockets and no clock.

The order is fixed: handshake, `connect`, `createStream`, `publish`; then it asks (`PublishAsked`) and reads
nothing more until `accept` or `refuse`, so no byte of media is looked at before the key has been judged.
"""

from dataclasses import dataclass
from enum import Enum, auto

from rollcall.media.flv import AUDIO, SCRIPT, VIDEO, Tag
from rollcall.media.ingest import amf0, chunks
from rollcall.media.ingest.chunks import ChunkReader, Message
from rollcall.media.ingest.protocol_error import ProtocolError

MAX_KEY_CHARACTERS = 256

_VERSION = 3
_HANDSHAKE_BYTES = 1536
_CHUNK_BYTES = 4096
_WINDOW_BYTES = 5_000_000
_STREAM = 1
_DATA_3, _COMMAND_3, _DATA, _COMMAND = 15, 17, 18, 20
_PING, _PONG, _STREAM_BEGIN = 6, 7, 0


@dataclass(frozen=True, slots=True)
class PublishAsked:
    """The encoder wants to publish under `key`; answer with `accept` or `refuse`."""

    app: str
    key: str


@dataclass(frozen=True, slots=True)
class PublishEnded:
    """The encoder has said that it stops."""


Event = PublishAsked | PublishEnded | Tag


class Stage(Enum):
    """How far the connection has come."""

    HELLO = auto()
    ECHO = auto()
    COMMANDS = auto()
    ASKING = auto()
    PUBLISHING = auto()
    CLOSED = auto()


class Session:
    """The server's end of one connection. `feed` takes bytes, `take_output` gives those to send."""

    def __init__(self) -> None:
        self.stage = Stage.HELLO
        self._hello = bytearray()
        self._reader = ChunkReader()
        self._output = bytearray()
        self._app: str | None = None
        self._received_bytes = 0
        self._acknowledged_bytes = 0
        self._window_bytes = _WINDOW_BYTES

    def feed(self, data: bytes) -> list[Event]:
        """Take received bytes and return what they mean. Raises ProtocolError; then close."""
        self._received_bytes += len(data)
        if self._received_bytes - self._acknowledged_bytes >= self._window_bytes // 2:
            self._acknowledged_bytes = self._received_bytes
            self._send(chunks.ACKNOWLEDGEMENT, (self._received_bytes & 0xFFFFFFFF).to_bytes(4, "big"))
        self._reader.feed(self._shake_hands(data))
        return self._read()

    def take_output(self) -> bytes:
        """Return and forget the bytes to send."""
        output = bytes(self._output)
        self._output.clear()
        return output

    def accept(self) -> list[Event]:
        """Let the encoder publish; returns what it has sent since it asked."""
        self.stage = Stage.PUBLISHING
        self._send(chunks.USER_CONTROL, _STREAM_BEGIN.to_bytes(2, "big") + _STREAM.to_bytes(4, "big"))
        self._status("status", "NetStream.Publish.Start", "Publishing")
        return self._read()

    def refuse(self) -> None:
        """Tell the encoder that its key is not accepted; the caller then closes."""
        self.stage = Stage.CLOSED
        self._status("error", "NetStream.Publish.BadName", "The stream key is not accepted")

    def _shake_hands(self, data: bytes) -> bytes:
        """Take the handshake's bytes off the front; returns what lies behind it."""
        if self.stage not in {Stage.HELLO, Stage.ECHO}:
            return data
        self._hello += data
        if self._hello[:1] and self.stage is Stage.HELLO and self._hello[0] != _VERSION:
            raise ProtocolError("not an RTMP handshake")
        if self.stage is Stage.HELLO and len(self._hello) > _HANDSHAKE_BYTES:
            theirs = self._hello[1 : 1 + _HANDSHAKE_BYTES]
            self._output += bytes([_VERSION]) + bytes(_HANDSHAKE_BYTES) + theirs
            self.stage = Stage.ECHO
        if len(self._hello) < 1 + 2 * _HANDSHAKE_BYTES:
            return b""
        rest = bytes(self._hello[1 + 2 * _HANDSHAKE_BYTES :])
        self._hello.clear()
        self.stage = Stage.COMMANDS
        return rest

    def _read(self) -> list[Event]:
        events = []
        while self.stage in {Stage.COMMANDS, Stage.PUBLISHING}:
            message = self._reader.next_message()
            if message is None:
                break
            if (event := self._take(message)) is not None:
                events.append(event)
        return events

    def _take(self, message: Message) -> Event | None:
        match message.kind:
            case 8 | 9 | 18 | 15:
                return self._take_media(message)
            case 20:
                return self._take_command(amf0.decode(message.payload))
            case 17:
                return self._take_command(amf0.decode(message.payload[1:]))
            case chunks.WINDOW_SIZE:
                self._window_bytes = max(int.from_bytes(message.payload[:4], "big"), 2)
            case chunks.USER_CONTROL if message.payload[:2] == _PING.to_bytes(2, "big"):
                self._send(chunks.USER_CONTROL, _PONG.to_bytes(2, "big") + message.payload[2:6])
        return None

    def _take_media(self, message: Message) -> Tag | None:
        if self.stage is not Stage.PUBLISHING:
            raise ProtocolError("media before the key was accepted")
        if message.kind in {AUDIO, VIDEO}:
            return Tag(message.kind, message.timestamp_ms, message.payload) if message.payload else None
        payload = message.payload[1:] if message.kind == _DATA_3 else message.payload
        marker = amf0.encode("@setDataFrame")
        return Tag(SCRIPT, message.timestamp_ms, payload.removeprefix(marker))

    def _take_command(self, values: list[amf0.Value]) -> Event | None:
        match values:
            case ["connect", float() as number, dict() as about, *_]:
                self._connect(number, about)
            case ["createStream", float() as number, *_]:
                self._reply(number, None, _STREAM)
            case ["publish", _, _, str() as key, *_]:
                return self._ask(key)
            case ["deleteStream" | "closeStream" | "FCUnpublish", *_] if self.stage is Stage.PUBLISHING:
                self.stage = Stage.CLOSED
                return PublishEnded()
        return None

    def _connect(self, number: float, about: dict[str, amf0.Value]) -> None:
        app = about.get("app")
        if self._app is not None or not isinstance(app, str):
            raise ProtocolError("a connect without an app, or a second one")
        self._app = app.split("?")[0].strip("/")
        self._send(chunks.WINDOW_SIZE, _WINDOW_BYTES.to_bytes(4, "big"))
        self._send(chunks.PEER_BANDWIDTH, _WINDOW_BYTES.to_bytes(4, "big") + b"\x02")
        self._send(chunks.SET_CHUNK_SIZE, _CHUNK_BYTES.to_bytes(4, "big"))
        properties: amf0.Value = {"fmsVer": "FMS/3,0,1,123", "capabilities": 31}
        self._reply(number, properties, _information("status", "NetConnection.Connect.Success", "Connected"))

    def _ask(self, key: str) -> PublishAsked:
        if self._app is None or self.stage is not Stage.COMMANDS:
            raise ProtocolError("a publish before connect, or a second one")
        if not 1 <= len(key) <= MAX_KEY_CHARACTERS:
            raise ProtocolError("a stream key that is empty or too long")
        self.stage = Stage.ASKING
        return PublishAsked(self._app, key)

    def _reply(self, number: float, *values: amf0.Value) -> None:
        self._send(_COMMAND, amf0.encode("_result", number, *values))

    def _status(self, level: str, code: str, description: str) -> None:
        body = amf0.encode("onStatus", 0, None, _information(level, code, description))
        self._send(_COMMAND, body, _STREAM)

    def _send(self, kind: int, payload: bytes, stream: int = 0) -> None:
        name = 2 if kind < _COMMAND else 3
        # Ours is announced in the answer to `connect`; nothing sent before it is longer than 128 bytes.
        self._output += chunks.encode(Message(kind, stream, 0, payload), _CHUNK_BYTES, name)


def _information(level: str, code: str, description: str) -> amf0.Value:
    return {"level": level, "code": code, "description": description, "objectEncoding": 0}

"""The chunk layer of RTMP: bytes → whole messages, and messages → chunks. It knows no commands.

Every header form (0-3), extended timestamps, interleaved chunk streams, set-chunk-size and abort. A form 3
header that starts a message repeats the last timestamp field as a delta, also after form 0, as the
specification says and FFmpeg writes. Bounded are one message, all unfinished messages together, and the number
of chunk streams.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from rollcall.media.ingest.protocol_error import ProtocolError

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
MAX_UNFINISHED_BYTES = 16 * 1024 * 1024
MAX_STREAMS = 64

SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_SIZE, PEER_BANDWIDTH = 1, 2, 3, 4, 5, 6

_HEADER_BYTES = (11, 7, 3, 0)
_EXTENDED = 0xFFFFFF


class Message(NamedTuple):
    """A whole RTMP message. `kind` is its type id; timestamps are milliseconds modulo 2³²."""

    kind: int
    stream: int
    timestamp_ms: int
    payload: bytes


class _Header(NamedTuple):
    """One chunk's header, completed from those before; `time_ms` is absolute in form 0, else a delta."""

    form: int
    kind: int
    stream: int
    length: int
    time_field: int
    time_ms: int


@dataclass(slots=True)
class _ChunkStream:
    """The last header of a chunk stream, its running time, and its unfinished message (None: none begun)."""

    header: _Header
    timestamp_ms: int = 0
    part: bytearray | None = field(default=None)


class ChunkReader:
    """Puts messages together. Set-chunk-size and abort are obeyed here and not returned."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._chunk_bytes = 128
        self._streams: dict[int, _ChunkStream] = {}
        self._unfinished_bytes = 0

    def feed(self, data: bytes) -> None:
        """Add received bytes."""
        self._buffer += data

    def next_message(self) -> Message | None:
        """Return the next whole message, None when more bytes are needed. Raises ProtocolError."""
        while (state := self._take_chunk()) is not None:
            if state.part is not None and len(state.part) == state.header.length:
                header = state.header
                message = Message(header.kind, header.stream, state.timestamp_ms, bytes(state.part))
                self._drop_part(state)
                if not self._obeyed(message):
                    return message
        return None

    def _take_chunk(self) -> _ChunkStream | None:
        """Move one whole chunk into its stream and return that; None while it is not all here."""
        basic = _basic_header(self._buffer)
        if basic is None:
            return None
        form, name, at = basic
        state = self._streams.get(name)
        parsed = _message_header(self._buffer, at, form, state)
        if parsed is None:
            return None
        header, at = parsed
        have_bytes = len(state.part) if state and state.part is not None else 0
        count = min(self._chunk_bytes, header.length - have_bytes)
        if len(self._buffer) < at + count:
            return None
        if state is None:
            state = self._open(name, header)
        if state.part is None:
            _begin(state, header)
        self._add(state, self._buffer[at : at + count])
        del self._buffer[: at + count]
        return state

    def _open(self, name: int, header: _Header) -> _ChunkStream:
        if len(self._streams) >= MAX_STREAMS:
            raise ProtocolError("too many chunk streams")
        state = self._streams[name] = _ChunkStream(header)
        return state

    def _add(self, state: _ChunkStream, data: bytearray) -> None:
        assert state.part is not None
        state.part += data
        self._unfinished_bytes += len(data)
        if self._unfinished_bytes > MAX_UNFINISHED_BYTES:
            raise ProtocolError("too many unfinished messages")

    def _drop_part(self, state: _ChunkStream) -> None:
        self._unfinished_bytes -= len(state.part or b"")
        state.part = None

    def _obeyed(self, message: Message) -> bool:
        """Carry out what concerns this layer alone; False for every other message."""
        value = int.from_bytes(message.payload[:4], "big")
        if message.kind == SET_CHUNK_SIZE:
            if len(message.payload) < 4 or not 1 <= value <= 0x7FFFFFFF:
                raise ProtocolError("a chunk size out of range")
            self._chunk_bytes = value
        elif message.kind == ABORT and (state := self._streams.get(value)):
            self._drop_part(state)
        return message.kind in {SET_CHUNK_SIZE, ABORT}


def encode(message: Message, chunk_bytes: int, name: int = 3) -> bytes:
    """Return a message as chunks of one stream (`name` 2-63), the first with a full header."""
    timestamp_ms = message.timestamp_ms & 0xFFFFFFFF
    extended = timestamp_ms.to_bytes(4, "big") if timestamp_ms >= _EXTENDED else b""
    first = bytes([name]) + min(timestamp_ms, _EXTENDED).to_bytes(3, "big")
    first += len(message.payload).to_bytes(3, "big") + bytes([message.kind])
    first += message.stream.to_bytes(4, "little") + extended
    parts = [first, message.payload[:chunk_bytes]]
    for at in range(chunk_bytes, len(message.payload), chunk_bytes):
        parts += [bytes([0xC0 | name]) + extended, message.payload[at : at + chunk_bytes]]
    return b"".join(parts)


def _begin(state: _ChunkStream, header: _Header) -> None:
    running_ms = 0 if header.form == 0 else state.timestamp_ms
    state.timestamp_ms = (running_ms + header.time_ms) & 0xFFFFFFFF
    state.header = header
    state.part = bytearray()


def _basic_header(buffer: bytearray) -> tuple[int, int, int] | None:
    """Return form, chunk stream and the position behind, or None when it is not all here."""
    if not buffer:
        return None
    form, name = buffer[0] >> 6, buffer[0] & 0x3F
    if name >= 2:
        return form, name, 1
    size = 2 + name
    if len(buffer) < size:
        return None
    return form, 64 + int.from_bytes(buffer[1:size], "little"), size


def _message_header(
    buffer: bytearray, at: int, form: int, state: _ChunkStream | None
) -> tuple[_Header, int] | None:
    """Return the completed header and the position behind, or None when it is not all here."""
    if state is None and form != 0:
        raise ProtocolError("a chunk stream starts without a full header")
    if state is not None and state.part is not None and form != 3:
        raise ProtocolError("a message starts inside another of its chunk stream")
    end = at + _HEADER_BYTES[form]
    if len(buffer) < end:
        return None
    _, kind, stream, length, time_field, _ = state.header if state else _Header(0, 0, 0, 0, 0, 0)
    if form <= 2:
        time_field = int.from_bytes(buffer[at : at + 3], "big")
    if form <= 1:
        length, kind = int.from_bytes(buffer[at + 3 : at + 6], "big"), buffer[at + 6]
    if form == 0:
        stream = int.from_bytes(buffer[at + 7 : at + 11], "little")
    if length > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"a message of {length} bytes")
    time_ms = time_field
    if time_field == _EXTENDED:
        if len(buffer) < end + 4:
            return None
        time_ms, end = int.from_bytes(buffer[end : end + 4], "big"), end + 4
    return _Header(form, kind, stream, length, time_field, time_ms), end

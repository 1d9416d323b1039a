"""A WebSocket client that costs as little as Python can: the measuring side must not be what is measured.

Text frames only, masked with zeros (allowed, and free), no fragments, no compression: both servers it meets send none.
"""

import asyncio
import struct
from collections.abc import Callable

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
TEXT, CLOSE = 0x1, 0x8
NO_MASK = bytes(4)


class RawSocket(asyncio.Protocol):
    """One connection; `heard` gets every text message with this socket, `lost` the end."""

    def __init__(
        self, heard: Callable[["RawSocket", bytes], None], lost: Callable[["RawSocket"], None]
    ) -> None:
        self._heard, self._lost = heard, lost
        self._buffer = b""
        self._upgraded = False
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    async def open(self, host: str, port: int, path: str) -> None:
        """Connect and upgrade. Raises ConnectionError when the server refuses."""
        transport, _ = await asyncio.get_running_loop().create_connection(lambda: self, host, port)
        self._transport = transport
        transport.write(HANDSHAKE.format(path=path, host=f"{host}:{port}").encode())
        await self._opened

    def send(self, payload: bytes) -> None:
        """Send one text message."""
        assert self._transport is not None
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", 0x80 | TEXT, 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", 0x80 | TEXT, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | TEXT, 0x80 | 127, size)
        self._transport.write(head + NO_MASK + payload)

    def close(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take bytes of the handshake's answer, then of frames."""
        self._buffer = self._buffer + data if self._buffer else data
        if not self._upgraded:
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            self._answered(head)
            self._buffer = rest
        self._read_frames()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits that there is nothing more."""
        if not self._opened.done():
            self._opened.set_exception(ConnectionError(f"the server closed the connection: {exc}"))
        self._lost(self)

    def _answered(self, head: bytes) -> None:
        self._upgraded = True
        if head.startswith(b"HTTP/1.1 101"):
            self._opened.set_result(None)
        else:
            self._opened.set_exception(ConnectionError(head.split(b"\r\n", 1)[0].decode()))

    def _read_frames(self) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            size, start = buffer[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(buffer[at + 2 : at + 4]), at + 4
            elif size == 127:
                size, start = int.from_bytes(buffer[at + 2 : at + 10]), at + 10
            if len(buffer) < start + size:
                break
            if buffer[at] & 0x0F == TEXT:
                self._heard(self, buffer[start : start + size])
            at = start + size
        self._buffer = buffer[at:]

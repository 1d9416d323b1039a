"""Cuts a stream of bytes into pieces that may be disturbed alone: heads, WebSocket messages, and bytes as they come.

Sans-I/O, one splitter for each direction of each connection. It reads lengths and opcodes of frames, never what is
in a player's (they are masked, and stay so).
"""

from dataclasses import dataclass

TEXT, BINARY = 0x1, 0x2
FINAL = 0x80
LONGEST_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes to be passed on as one. `body_at`: where the payload of a whole data message begins, None for others."""

    raw: bytes
    body_at: int | None = None

    @property
    def is_message(self) -> bool:
        """Tell whether this is a whole WebSocket message with data."""
        return self.body_at is not None

    @property
    def body(self) -> bytes:
        """Return the message's payload; masked if a player sent it."""
        return self.raw[self.body_at :] if self.body_at is not None else b""


class Splitter:
    """Turns what arrives into pieces. `upgrade` is the mark in a head after which frames follow."""

    def __init__(self, upgrade: bytes) -> None:
        self._upgrade = upgrade
        self._buffer = b""
        self._state = "head"

    @property
    def is_raw(self) -> bool:
        """Tell whether this is HTTP without an upgrade: bytes as they come."""
        return self._state == "raw"

    def feed(self, data: bytes) -> list[Piece]:
        """Take bytes; return the pieces that are whole now."""
        self._buffer += data
        pieces: list[Piece] = []
        while (piece := self._next()) is not None:
            pieces.append(piece)
        return pieces

    def _next(self) -> Piece | None:
        if not self._buffer:
            return None
        if self._state == "head":
            return self._head()
        return self._frame() if self._state == "frames" else self._take(len(self._buffer))

    def _head(self) -> Piece | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return self._take(len(self._buffer)) if len(self._buffer) > LONGEST_HEAD else None
        head = self._take(end + 4)
        self._state = "frames" if self._upgrade in head.raw.lower() else "raw"
        return head

    def _frame(self) -> Piece | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, body_at = buffer[1] & 0x7F, 2
        if size >= 126:
            body_at = 4 if size == 126 else 10
            if len(buffer) < body_at:
                return None
            size = int.from_bytes(buffer[2:body_at])
        body_at += 4 if buffer[1] & 0x80 else 0
        if len(buffer) < body_at + size:
            return None
        whole = buffer[0] & FINAL and buffer[0] & 0x0F in {TEXT, BINARY}
        return self._take(body_at + size, body_at if whole else None)

    def _take(self, size: int, body_at: int | None = None) -> Piece:
        piece = Piece(self._buffer[:size], body_at)
        self._buffer = self._buffer[size:]
        return piece

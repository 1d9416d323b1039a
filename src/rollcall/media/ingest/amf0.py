"""AMF0, the value format of RTMP commands: bytes ↔ plain Python values, with bounded depth and size.

It knows nothing of commands or connections. Dates are read as their milliseconds, undefined as None; references
and typed objects are refused, since no encoder sends them.
"""

import struct
from typing import TypeAlias

from rollcall.media.ingest.protocol_error import ProtocolError

Value: TypeAlias = "float | bool | str | dict[str, Value] | list[Value] | None"

MAX_DEPTH = 8
MAX_VALUES = 1024

_NUMBER, _BOOLEAN, _STRING, _OBJECT, _NULL, _UNDEFINED = 0, 1, 2, 3, 5, 6
_ECMA_ARRAY, _OBJECT_END, _STRICT_ARRAY, _DATE, _LONG_STRING = 8, 9, 10, 11, 12


def decode(data: bytes) -> list[Value]:
    """Return the values of a whole message, one after the other. Raises ProtocolError for anything else."""
    reader = _Reader(data)
    values = []
    while reader.at < len(data):
        values.append(reader.value(0))
    return values


def encode(*values: Value) -> bytes:
    """Return the values, one after the other, as AMF0. Dictionaries become anonymous objects."""
    return b"".join(map(_encode, values))


class _Reader:
    """A position in a message, and how many values may still come."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.left = MAX_VALUES

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        part = self.data[self.at : self.at + count]
        if len(part) != count:
            raise ProtocolError("AMF0 value ends early")
        self.at += count
        return part

    def value(self, depth: int) -> Value:
        """Return the next value, whatever its type."""
        self.left -= 1
        if depth > MAX_DEPTH or self.left < 0:
            raise ProtocolError("AMF0 value is too deep or too large")
        marker = self.take(1)[0]
        if marker in {_STRING, _LONG_STRING}:
            return self.text(2 if marker == _STRING else 4)
        if marker in {_NUMBER, _DATE}:
            return self.number(zone_bytes=2 if marker == _DATE else 0)
        if marker in {_NULL, _UNDEFINED}:
            return None
        if marker == _BOOLEAN:
            return self.take(1) != b"\0"
        return self.container(marker, depth)

    def container(self, marker: int, depth: int) -> Value:
        """Return the object or array that `marker` has announced."""
        if marker == _OBJECT:
            return self.members(depth)
        if marker == _ECMA_ARRAY:
            self.take(4)
            return self.members(depth)
        if marker == _STRICT_ARRAY:
            count = int.from_bytes(self.take(4), "big")
            if count > self.left:
                raise ProtocolError("AMF0 array is too long")
            return [self.value(depth + 1) for _ in range(count)]
        raise ProtocolError(f"AMF0 marker {marker} is not spoken here")

    def members(self, depth: int) -> dict[str, Value]:
        """Return name and value pairs up to the end marker."""
        found: dict[str, Value] = {}
        while True:
            name = self.text(2)
            if not name and self.data[self.at : self.at + 1] == bytes([_OBJECT_END]):
                self.at += 1
                return found
            found[name] = self.value(depth + 1)

    def number(self, *, zone_bytes: int = 0) -> float:
        """Return a double, skipping the time zone behind a date."""
        (number,) = struct.unpack(">d", self.take(8))
        self.take(zone_bytes)
        return float(number)

    def text(self, length_bytes: int) -> str:
        """Return a string whose length is given in the next `length_bytes`."""
        length = int.from_bytes(self.take(length_bytes), "big")
        return self.take(length).decode("utf-8", "replace")


def _encode(value: Value) -> bytes:
    match value:
        case None:
            return bytes([_NULL])
        case bool():
            return bytes([_BOOLEAN, value])
        case int() | float():
            return struct.pack(">Bd", _NUMBER, value)
        case str():
            return _encode_text(value)
        case list():
            return struct.pack(">BI", _STRICT_ARRAY, len(value)) + encode(*value)
        case dict():
            members = b"".join(_name(name) + _encode(member) for name, member in value.items())
            return bytes([_OBJECT]) + members + bytes([0, 0, _OBJECT_END])


def _encode_text(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if len(data) > 0xFFFF:
        return struct.pack(">BI", _LONG_STRING, len(data)) + data
    return struct.pack(">BH", _STRING, len(data)) + data


def _name(name: str) -> bytes:
    data = name.encode("utf-8", "replace")[:0xFFFF]
    return struct.pack(">H", len(data)) + data

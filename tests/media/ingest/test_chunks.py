"""The chunk layer: any cutting of the bytes gives the same messages, and limits hold."""

import contextlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.media.ingest import chunks
from rollcall.media.ingest.chunks import ChunkReader, Message, encode
from rollcall.media.ingest.protocol_error import ProtocolError

MESSAGES = st.lists(
    st.builds(
        Message,
        kind=st.sampled_from([8, 9, 18, 20]),
        stream=st.integers(0, 2**32 - 1),
        timestamp_ms=st.integers(0, 2**32 - 1),
        payload=st.binary(max_size=600),
    ),
    max_size=6,
)


def read(*pieces: bytes) -> list[Message]:
    reader, found = ChunkReader(), []
    for piece in pieces:
        reader.feed(piece)
        while (message := reader.next_message()) is not None:
            found.append(message)
    return found


@given(MESSAGES, st.lists(st.integers(0, 4000), max_size=12))
def test_any_cutting_of_the_bytes_gives_the_same_messages(messages: list[Message], cuts: list[int]) -> None:
    whole = b"".join(encode(message, 128) for message in messages)
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    pieces = [whole[begin:end] for begin, end in pairwise(edges)]
    assert read(*pieces) == messages


@given(MESSAGES, st.integers(1, 700))
def test_a_chunk_size_is_obeyed(messages: list[Message], size: int) -> None:
    announce = encode(Message(chunks.SET_CHUNK_SIZE, 0, 0, size.to_bytes(4, "big")), 128, 2)
    assert read(announce + b"".join(encode(message, size) for message in messages)) == messages


@given(MESSAGES, MESSAGES, st.data())
def test_interleaved_chunk_streams_stay_apart(
    one: list[Message], two: list[Message], data: st.DataObject
) -> None:
    queues = [[encode_apart(message, 4) for message in one], [encode_apart(message, 5) for message in two]]
    flat = [[piece for pieces in queue for piece in pieces] for queue in queues]
    mixed = b""
    while flat[0] or flat[1]:
        queue = data.draw(st.sampled_from([queue for queue in flat if queue]))
        mixed += queue.pop(0)
    assert sorted(read(mixed)) == sorted([*one, *two])


def encode_apart(message: Message, name: int) -> list[bytes]:
    """Return the chunks of a message one by one."""
    extended = 4 if message.timestamp_ms >= 0xFFFFFF else 0
    whole, at, left = encode(message, 128, name), 0, len(message.payload)
    pieces = []
    while at < len(whole):
        size = (12 if at == 0 else 1) + extended + min(left, 128)
        pieces.append(whole[at : at + size])
        at, left = at + size, left - min(left, 128)
    return pieces


@given(st.binary(max_size=2000))
def test_random_bytes_are_messages_or_refused(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        read(data)


def header(form: int, name: int, *fields: bytes) -> bytes:
    return bytes([form << 6 | name]) + b"".join(fields)


def test_every_header_form_continues_the_one_before() -> None:
    stream = (
        header(0, 4, (1000).to_bytes(3, "big"), b"\0\0\x01", b"\x09", (1).to_bytes(4, "little"), b"a")
        + header(1, 4, (40).to_bytes(3, "big"), b"\0\0\x02", b"\x08", b"bc")
        + header(2, 4, (20).to_bytes(3, "big"), b"de")
        + header(3, 4, b"fg")
        + header(1, 4, b"\xff\xff\xff", b"\0\0\x01", b"\x09", (0x1000000).to_bytes(4, "big"), b"h")
        + header(3, 4, (0x1000000).to_bytes(4, "big"), b"i")
    )
    assert read(stream) == [
        Message(9, 1, 1000, b"a"),
        Message(8, 1, 1040, b"bc"),
        Message(8, 1, 1060, b"de"),
        Message(8, 1, 1080, b"fg"),
        Message(9, 1, 1080 + 0x1000000, b"h"),
        Message(9, 1, 1080 + 0x2000000, b"i"),
    ]


@pytest.mark.parametrize("name", [64, 319, 320, 65_599])
def test_chunk_streams_of_two_and_three_bytes(name: int) -> None:
    basic = b"\0" + bytes([name - 64]) if name < 320 else b"\x01" + (name - 64).to_bytes(2, "little")
    assert read(basic + b"\0\0\x05" + b"\0\0\x01" + b"\x08" + bytes(4) + b"x") == [Message(8, 0, 5, b"x")]


def test_an_aborted_message_is_forgotten() -> None:
    begun = encode(Message(9, 1, 0, b"x" * 300), 128, 6)[: 12 + 128]
    abort = encode(Message(chunks.ABORT, 0, 0, (6).to_bytes(4, "big")), 128, 2)
    after = Message(9, 1, 7, b"y" * 300)
    assert read(begun, abort, encode(after, 128, 6)) == [after]


@pytest.mark.parametrize(
    "data",
    [
        header(0, 4, bytes(3), (chunks.MAX_MESSAGE_BYTES + 1).to_bytes(3, "big"), b"\x09", bytes(4)),
        header(1, 4, bytes(3), b"\0\0\x01", b"\x09", b"x"),
        encode(Message(9, 1, 0, b"x" * 300), 128)[: 12 + 128] + encode(Message(9, 1, 0, b"y"), 128),
        encode(Message(chunks.SET_CHUNK_SIZE, 0, 0, bytes(4)), 128, 2),
        b"".join(b"\0" + bytes([name]) + bytes(11) for name in range(chunks.MAX_STREAMS + 1)),
        b"".join(
            b"\0"
            + bytes([name])
            + bytes(3)
            + (8_000_000).to_bytes(3, "big")
            + b"\x09"
            + bytes(4)
            + bytes(128)
            for name in range(2)
        )
        + header(1, 2, bytes(3), b"\0\0\x01"),
    ],
    ids=["9 MB", "no full header", "inside another", "chunk size 0", "many streams", "delta first"],
)
def test_limits(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        read(data)


def test_unfinished_messages_are_bounded_together() -> None:
    announce = encode(Message(chunks.SET_CHUNK_SIZE, 0, 0, (4_000_000).to_bytes(4, "big")), 128, 2)
    part = bytes(3) + (8_000_000).to_bytes(3, "big") + b"\x09" + bytes(4) + bytes(4_000_000)
    with pytest.raises(ProtocolError, match="unfinished"):
        read(announce, *(bytes([name]) + part for name in range(3, 8)))

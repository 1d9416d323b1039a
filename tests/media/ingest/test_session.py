"""An RTMP connection: nothing is taken before the key was judged, and no bytes do worse than ProtocolError."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.media.flv import SCRIPT, VIDEO, Tag
from rollcall.media.ingest import amf0, chunks
from rollcall.media.ingest.chunks import Message, encode
from rollcall.media.ingest.protocol_error import ProtocolError
from rollcall.media.ingest.session import Event, PublishAsked, PublishEnded, Session

HELLO = b"\x03" + bytes(range(256)) * 6
ECHO = bytes(1536)


def command(*values: amf0.Value) -> bytes:
    return encode(Message(20, 0, 0, amf0.encode(*values)), 128)


def media(kind: int, timestamp_ms: int, payload: bytes) -> bytes:
    return encode(Message(kind, 1, timestamp_ms, payload), 128, 4)


CONNECT = command("connect", 1, {"app": "live", "tcUrl": "rtmp://127.0.0.1/live"})
PUBLISH = command("createStream", 4, None) + command("publish", 5, None, "a-key", "live")
OPENING = HELLO + ECHO + CONNECT + command("releaseStream", 2, None, "a-key") + PUBLISH
METADATA = amf0.encode("@setDataFrame", "onMetaData", {"width": 640})


def publishing() -> Session:
    session = Session()
    assert session.feed(OPENING) == [PublishAsked("live", "a-key")]
    session.accept()
    return session


def answers(output: bytes) -> list[list[amf0.Value]]:
    """Return the commands among what the server has sent behind its handshake."""
    reader = chunks.ChunkReader()
    reader.feed(output[1 + 2 * 1536 :])
    found = []
    while (message := reader.next_message()) is not None:
        if message.kind == 20:
            found.append(amf0.decode(message.payload))
    return found


def codes(output: bytes) -> list[str]:
    information = [values[-1] for values in answers(output)]
    return [str(info["code"]) for info in information if isinstance(info, dict)]


def test_publishing_from_handshake_to_end() -> None:
    session = Session()
    assert session.feed(OPENING) == [PublishAsked("live", "a-key")]
    assert session.accept() == []
    output = session.take_output()
    assert output[:1] == b"\x03"
    assert output[1537:3073] == HELLO[1:]
    assert codes(output) == ["NetConnection.Connect.Success", "NetStream.Publish.Start"]
    stream = media(18, 0, METADATA) + media(9, 40, b"\x17\x01picture") + command("deleteStream", 6, None, 1)
    assert session.feed(stream) == [
        Tag(SCRIPT, 0, amf0.encode("onMetaData", {"width": 640})),
        Tag(VIDEO, 40, b"\x17\x01picture"),
        PublishEnded(),
    ]


def test_what_comes_with_the_key_waits_for_the_verdict() -> None:
    session = Session()
    assert session.feed(OPENING + media(9, 0, b"\x17\x01")) == [PublishAsked("live", "a-key")]
    assert session.feed(media(9, 40, b"\x27\x01")) == []
    assert session.accept() == [Tag(VIDEO, 0, b"\x17\x01"), Tag(VIDEO, 40, b"\x27\x01")]


def test_a_refused_publisher_is_told_and_nothing_is_taken() -> None:
    session = Session()
    session.feed(OPENING + media(9, 0, b"\x17\x01"))
    session.refuse()
    assert codes(session.take_output())[-1] == "NetStream.Publish.BadName"
    assert session.feed(media(9, 40, b"\x27\x01")) == []


def test_what_is_received_is_acknowledged() -> None:
    session = publishing()
    session.take_output()
    session.feed(media(9, 0, b"\x27" * 2_600_000))
    reader = chunks.ChunkReader()
    reader.feed(session.take_output())
    message = reader.next_message()
    assert message is not None
    assert message.kind == chunks.ACKNOWLEDGEMENT
    assert int.from_bytes(message.payload, "big") > 2_600_000


def test_a_ping_is_answered() -> None:
    session = publishing()
    session.take_output()
    session.feed(encode(Message(chunks.USER_CONTROL, 0, 0, b"\0\x06time"), 128, 2))
    assert session.take_output().endswith(b"\0\x07time")


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        HELLO + ECHO + media(9, 0, b"\x17\x01"),
        HELLO + ECHO + CONNECT + media(9, 0, b"\x17\x01"),
        HELLO + ECHO + PUBLISH,
        HELLO + ECHO + CONNECT + CONNECT,
        HELLO + ECHO + command("connect", 1, {"app": 7}),
        HELLO + ECHO + CONNECT + command("publish", 5, None, "", "live"),
        HELLO + ECHO + CONNECT + command("publish", 5, None, "k" * 257, "live"),
    ],
    ids=[
        "http",
        "media",
        "media after connect",
        "no connect",
        "two",
        "app is a number",
        "no key",
        "long key",
    ],
)
def test_what_is_out_of_order_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        Session().feed(data)


@given(st.integers(1, len(OPENING) - 1))
def test_any_cutting_of_the_opening_asks_once(at: int) -> None:
    session = Session()
    assert [*session.feed(OPENING[:at]), *session.feed(OPENING[at:])] == [PublishAsked("live", "a-key")]


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=8))
def test_random_bytes_never_crash_a_publisher(pieces: list[bytes]) -> None:
    session = publishing()
    with contextlib.suppress(ProtocolError):
        for piece in pieces:
            session.feed(piece)


@given(st.sampled_from([15, 17, 18, 20, 3, 4, 5, 6, 22]), st.binary(max_size=120))
def test_random_payloads_never_crash_a_publisher(kind: int, payload: bytes) -> None:
    session, events = publishing(), list[Event]()
    with contextlib.suppress(ProtocolError):
        events += session.feed(encode(Message(kind, 1, 0, payload), 128))
    assert all(isinstance(event, Tag | PublishEnded) for event in events)

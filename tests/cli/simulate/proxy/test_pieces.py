"""Streams are cut at messages, however the bytes arrive; order holds but for what the faults disturb."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rollcall.cli.simulate.proxy.faults import PROFILES, Faults
from rollcall.cli.simulate.proxy.pieces import Piece, Splitter
from rollcall.cli.simulate.proxy.way import Answers, Way

HEAD = b"GET /embed/abc/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n"


def frame(payload: bytes, *, opcode: int = 0x81, masked: bool = False) -> bytes:
    size, bit = len(payload), 0x80 if masked else 0
    if size < 126:
        head = bytes((opcode, bit | size))
    elif size < 65_536:
        head = bytes((opcode, bit | 126)) + size.to_bytes(2)
    else:
        head = bytes((opcode, bit | 127)) + size.to_bytes(8)
    return head + (b"\1\2\3\4" if masked else b"") + payload


@given(
    st.lists(st.sampled_from([0, 1, 125, 126, 300, 70_000]), max_size=5),
    st.booleans(),
    st.lists(st.integers(1, 400), min_size=1, max_size=20),
)
def test_messages_come_out_whole_however_the_bytes_arrive(
    sizes: list[int], masked: bool, cuts: list[int]
) -> None:
    frames = [frame(b"x" * size, masked=masked) for size in sizes]
    stream = HEAD + frame(b"", opcode=0x89) + b"".join(frames)
    splitter, pieces, at = Splitter(b"upgrade: websocket"), [], 0
    for cut in [*cuts, len(stream)]:
        pieces.extend(splitter.feed(stream[at : at + cut]))
        at += cut
    assert b"".join(piece.raw for piece in pieces) == stream
    assert [piece.raw for piece in pieces if piece.is_message] == frames
    assert all(piece.body == b"x" * size for piece, size in zip(pieces[2:], sizes, strict=True))


def test_plain_http_passes_as_it_comes() -> None:
    splitter = Splitter(b"upgrade: websocket")
    assert splitter.feed(b"POST / HTTP/1.1\r\nHost: x\r\n\r\n{") != []
    assert [piece.raw for piece in splitter.feed(b"}")] == [b"}"]
    assert splitter.is_raw


def test_order_holds_under_jitter_and_loss() -> None:
    way = Way(PROFILES["lossy"], Random(3), Counter(), disturbs=True)
    arrivals = [at for n in range(500) for at in way.arrivals(Piece(b"x"), n * 10)]
    assert arrivals == sorted(arrivals)
    assert all(at >= n * 10 + 100 for n, at in enumerate(arrivals))


def test_messages_after_the_first_are_doubled_and_overtaken_within_the_hold() -> None:
    faults, counts = PROFILES["duplicates"], Counter[str]()
    way = Way(faults, Random(3), counts, disturbs=True)
    assert len(way.arrivals(Piece(b"hello", 0), 0)) == 1
    arrivals = [way.arrivals(Piece(b"rows", 0), n * 1000) for n in range(300)]
    firsts = [own for own, *_ in arrivals]
    assert firsts != sorted(firsts)
    assert {len(a) for a in arrivals} == {1, 1 + faults.copies}
    assert counts["copies"] == sum(len(a) - 1 for a in arrivals) > 300
    latest_ms = max(at - n * 1000 for n, own in enumerate(arrivals) for at in own)
    assert 0 < latest_ms <= faults.held_ms + faults.latency_ms + faults.jitter_ms


def test_nothing_passes_at_the_end_of_each_period() -> None:
    faults = Faults(blackout_every_ms=60_000, blackout_ms=5_000)
    seen = [faults.blackout_left_ms(at) for at in (0, 54_999, 55_000, 59_999, 60_000, 115_001)]
    assert seen == [0, 0, 5_000, 1, 0, 4_999]


def test_each_acknowledgement_of_a_play_is_lost_once_and_nothing_else_is() -> None:
    seen: set[tuple[bytes, bytes]] = set()
    one, two = (Answers("drop", Counter(), seen) for _ in range(2))
    one.of_message(b'{"type":"opened","play":"aaaaaaaaaaaa"}')
    two.of_message(b'{"type":"opened","play":"bbbbbbbbbbbb"}')
    first, tick = b'{"type":"ack","durable":1}', b'{"type":"tick","n":1}'
    assert [one.of_message(b) for b in (first, tick, first)] == ["drop", "pass", "pass"]
    assert two.of_message(first) == "drop"
    post = b'POST /embed/x/poll HTTP/1.1\r\n\r\n{"play":{"id":"cccccccccccc"}}'
    assert [one.of_post(post) for _ in range(4)] == ["cut", "pass", "cut", "pass"]
    assert one.of_post(b"GET / HTTP/1.1\r\n\r\n") == "pass"

"""AMF0: what is written is read, and no bytes do more harm than a ProtocolError."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.media.ingest import amf0
from rollcall.media.ingest.protocol_error import ProtocolError

NUMBERS = st.floats(allow_nan=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES: st.SearchStrategy[amf0.Value] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def depth(value: amf0.Value) -> int:
    inner = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


@given(st.lists(VALUES.filter(lambda value: depth(value) <= amf0.MAX_DEPTH), max_size=5))
def test_what_is_encoded_is_decoded(values: list[amf0.Value]) -> None:
    assert amf0.decode(amf0.encode(*values)) == values


@given(st.binary(max_size=400))
def test_random_bytes_are_values_or_refused(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        amf0.decode(data)


@given(VALUES, st.integers(0, 200))
def test_a_value_cut_short_is_refused(value: amf0.Value, at: int) -> None:
    whole = amf0.encode(value)
    if 0 < at < len(whole):
        with pytest.raises(ProtocolError):
            amf0.decode(whole[:at])


def test_a_long_text_survives() -> None:
    assert amf0.decode(amf0.encode("я" * 40_000)) == ["я" * 40_000]


def test_an_ecma_array_is_an_object() -> None:
    array = b"\x08" + struct.pack(">I", 1) + b"\0\x05width\0" + struct.pack(">d", 640) + b"\0\0\x09"
    assert amf0.decode(array) == [{"width": 640.0}]


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a\xff\xff\xff\xff",
        b"\x0a\0\0\0\x01" * 20 + b"\x05",
        b"\x05" * (amf0.MAX_VALUES + 1),
        b"\x07\0\0",
        b"\x0c\xff\xff\xff\xffx",
    ],
    ids=["endless array", "too deep", "too many", "a reference", "text longer than the message"],
)
def test_bombs_are_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        amf0.decode(data)

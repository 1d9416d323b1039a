"""What may be a logo, by the bytes of the picture."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.errors import Malformed, TooLarge
from rollcall.domain.logo import MOST_BYTES, MOST_PIXELS, read_logo
from tests.pictures import JPEG, png


def jpeg(width: int, height: int) -> bytes:
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return JPEG.replace(bytes.fromhex("080001000101"), b"\x08" + size + b"\x01")


@pytest.mark.parametrize(
    ("picture", "kind"), [(png(30, 20), "png"), (JPEG, "jpeg"), (jpeg(2_000, 1), "jpeg")]
)
def test_a_picture_is_known_by_its_bytes(picture: bytes, kind: str) -> None:
    logo = read_logo(picture)
    assert (logo.kind, logo.content) == (kind, picture)


@pytest.mark.parametrize("size", [(MOST_PIXELS + 1, 1), (1, MOST_PIXELS + 1), (0, 1), (1, 0)])
def test_what_has_too_many_pixels_or_none_is_refused_unopened(size: tuple[int, int]) -> None:
    for picture in (png(1, 1, claimed=size), jpeg(*size)):
        with pytest.raises(Malformed, match=r"2,000 pixels"):
            read_logo(picture)


def test_what_is_too_long_is_refused() -> None:
    picture = png(1, 1)
    assert read_logo(picture.ljust(MOST_BYTES, b"\0")).kind == "png"
    with pytest.raises(TooLarge, match="256 KB"):
        read_logo(picture.ljust(MOST_BYTES + 1, b"\0"))


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\0"]),
)
def test_other_bytes_are_refused_and_never_a_fault(content: bytes, start: bytes) -> None:
    with suppress(Malformed):
        assert read_logo(start + content).content == start + content

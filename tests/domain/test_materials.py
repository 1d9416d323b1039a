"""A file is what its bytes and its name agree on, never what could run or deceive; links lead to the web alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.materials import ENDINGS, is_address, is_file_name, media_type_of

PDF, ZIP, OLE = b"%PDF-1.7\n", b"PK\x03\x04....", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...."
PNG, JPEG = b"\x89PNG\r\n\x1a\n...", b"\xff\xd8\xff\xe0..."


@pytest.mark.parametrize(
    ("name", "head", "media_type"),
    [
        ("Слайды.pdf", PDF, "application/pdf"),
        ("a.PDF", PDF, "application/pdf"),
        ("a.docx", ZIP, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.zip", ZIP, "application/zip"),
        ("a.ppt", OLE, "application/vnd.ms-powerpoint"),
        ("a.png", PNG, "image/png"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.webp", b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("a.mp4", b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        ("a.txt", "Список".encode(), "text/plain; charset=utf-8"),
        ("a.csv", "имя;балл\r\n".encode()[:-2], "text/csv; charset=utf-8"),
        ("a.txt", ("я" * 100).encode()[:-1], "text/plain; charset=utf-8"),  # a character is cut by the head
        # What does not agree, or is on no list.
        ("a.pdf", ZIP, None),
        ("a.png", JPEG, None),
        ("a.docx", PDF, None),
        ("a.txt", PDF, None),
        ("a.txt", b"\xff\xfea\x00", None),
        ("a.txt", "я".encode()[:-1] + b"abcd", None),
        ("a.csv", b"a\x00b", None),
        ("a.html", b"<!doctype html>", None),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        ("a.exe", b"MZ\x90\x00", None),
        ("a.js", b"alert(1)", None),
        ("a.pdf", b"", None),
    ],
)
def test_a_file_is_known_by_its_bytes_and_its_name_together(
    name: str, head: bytes, media_type: str | None
) -> None:
    assert media_type_of(name, head) == media_type


@given(head=st.binary(max_size=64), ending=st.sampled_from([*ENDINGS, "html", "svg", "exe", "js", ""]))
def test_whatever_comes_is_of_a_known_kind_or_none(head: bytes, ending: str) -> None:
    found = media_type_of(f"a.{ending}", head)
    assert found is None or (
        ending in ENDINGS and not found.startswith(("text/html", "image/svg", "text/xml"))
    )


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Слайды к докладу (1).pdf", True),
        ("a.b.PPTX", True),
        ("pdf", False),
        (".pdf", False),
        ("a.html", False),
        ("a.pdf.exe", False),
        ("../a.pdf", False),
        ("a\\b.pdf", False),
        ("a\u202efdp.exe.pdf", False),
        ("a\u200b.pdf", False),
        ("a\n.pdf", False),
        (" a.pdf", False),
        ("a.pdf ", False),
        (" .pdf", False),
        ('a".pdf', False),
    ],
)
def test_a_file_name_is_plain_and_ends_in_what_it_is(name: str, *, is_one: bool) -> None:
    assert is_file_name(name) is is_one


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://academy.example/guide?page=2#part", True),
        ("http://xn--e1afmkfd.xn--p1ai/", True),
        ("https://пример.рф/", True),
        ("HTTPS://academy.example", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//academy.example", False),
        ("academy.example", False),
        ("https://", False),
        ("https://user:secret@academy.example/", False),
        ("https://academy.example@evil.example/", False),
        ("https://academy.example:99999/", False),
        ("https://academy.example/ a", False),
        ("https://academy.example/\u0000", False),
        ("https:\\\\evil.example", False),
        ("https://[::1", False),
    ],
)
def test_a_link_leads_to_the_web(url: str, *, is_one: bool) -> None:
    assert is_address(url) is is_one

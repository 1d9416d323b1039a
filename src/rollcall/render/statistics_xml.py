"""Statistics as XML, a few hundred participants at a time: the names of the JSON, by three rules.

An object is an element, a scalar an attribute (left out when null), a list an element around its items, named in the
singular; a list of texts is one element per text. What XML cannot carry (control characters) becomes U+FFFD.
`statistics.xsd` beside this module describes the result.
"""

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import islice

from lxml import etree
from msgspec import UNSET, Struct

from rollcall.wire.statistics import Event, Report

BATCH_ROWS = 250
SINGULAR = {"sessions": "session", "checks": "check", "media": "media", "per_media": "media"}
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def schema() -> bytes:
    """Return the XSD against which every report validates."""
    return files("rollcall.render").joinpath("statistics.xsd").read_bytes()


def xml_chunks(report: Report) -> Iterator[bytes]:
    """Yield the report as the pieces of one XML document in UTF-8."""
    sink = _Sink()
    rows = iter(report.participants)
    with etree.xmlfile(sink, encoding="utf-8", close=False) as out:
        out.write_declaration()
        with out.element("statistics", {"generated_at": report.generated_at}):
            out.write(_element("event" if isinstance(report.head, Event) else "media", report.head))
            out.write(_list("sessions", report.sessions))
            out.write(_list("checks", report.checks))
            with out.element("participants"):
                while batch := list(islice(rows, BATCH_ROWS)):
                    for row in batch:
                        out.write(_element("participant", row))
                    out.flush()
                    yield sink.take()
    yield sink.take()


class _Sink:
    """A file that is read while it is written."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> None:
        self._pieces.append(piece)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def _element(name: str, value: Struct) -> etree._Element:
    element = etree.Element(name)
    for field in value.__struct_fields__:
        content = getattr(value, field)
        if content is None or content is UNSET:
            continue
        if isinstance(content, list):
            if field in SINGULAR:
                element.append(_list(field, content))
            else:
                _add_texts(element, field, content)
        else:
            element.set(field, _text(content))
    return element


def _list(name: str, values: Sequence[Struct]) -> etree._Element:
    element = etree.Element(name)
    for value in values:
        element.append(_element(SINGULAR[name], value))
    return element


def _add_texts(element: etree._Element, name: str, texts: list[str]) -> None:
    for text in texts:
        etree.SubElement(element, name).text = _text(text)


def _text(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return value if value.isalnum() else ILLEGAL.sub("\ufffd", value)

"""Statistics as XML, a few hundred participants at a time: the names of the JSON, by three rules.

An object is an element, a scalar an attribute (left out when null), a list an element around its items, named in the
singular; a list of texts is one element per text. What XML cannot carry (control characters) becomes U+FFFD.
`statistics.xsd` beside this module describes the result.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import get_args, get_origin

from lxml import etree
from msgspec import UNSET, Struct, structs

from rollcall.wire.statistics import Event, Report

BATCH_ROWS = 250
SINGULAR = {
    "sessions": "session",
    "checks": "check",
    "flags": "flag",
    "outages": "outage",
    "quizzes": "quiz",
    "polls": "poll",
    "choices": "choice",
    "media": "media",
    "per_media": "media",
}
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
            out.write(_list("outages", report.outages))
            out.write(_list("quizzes", report.quizzes))
            out.write(_list("polls", report.polls))
            if report.rules is not None:
                out.write(_element("rules", report.rules))
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
    return _fill(etree.Element(name, _scalars(value)), value)


def _list(name: str, values: Sequence[Struct]) -> etree._Element:
    return _items(etree.Element(name), values)


def _scalars(value: Struct) -> dict[str, str]:
    names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
    contents = ((name, getattr(value, field)) for name, field in names)
    return {name: _text(content) for name, content in contents if isinstance(content, (str, int, float))}


def _fill(element: etree._Element, value: Struct) -> etree._Element:
    """Add the elements that stand for the lists of `value`."""
    for field in _lists_of(type(value)):
        content = getattr(value, field)
        if content is UNSET:
            continue
        if field in SINGULAR:
            _items(etree.SubElement(element, field), content)
        else:
            for text in content:
                etree.SubElement(element, field).text = _text(text)
    return element


@cache
def _lists_of(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(
        field.name
        for field in structs.fields(kind)
        if any(get_origin(part) is list for part in (field.type, *get_args(field.type)))
    )


def _items(element: etree._Element, values: Sequence[Struct]) -> etree._Element:
    """Add an element for each of `values`, named in the singular of `element`."""
    for value in values:
        _fill(etree.SubElement(element, SINGULAR[element.tag], _scalars(value)), value)
    return element


def _text(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return value if value.isascii() and value.isprintable() else ILLEGAL.sub("\ufffd", value)

"""The envelope of every answer: data and `Status`, `Message`, `Version` side by side, as JSON or XML.

In JSON a value stands as it is. In XML a list is an element around `Item`s, unless it is `{"Item": …}` already.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal, TypeAlias

import msgspec
from lxml import etree

from rollcall.web.boomstream.call import VERSIONS, Call

Value: TypeAlias = str | int | Mapping[str, "Value"] | Sequence["Value"] | None
Data: TypeAlias = Mapping[str, Value]

TYPES = {"json": "application/json; charset=utf-8", "xml": "application/xml; charset=utf-8"}
DESCRIPTIONS = {"1.0": "First version", "1.1": "Lists of customers", "1.2": "Media of subscriptions"}
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ITEM = "Item"


def success(call: Call, data: Data) -> bytes:
    """Return the answer to a call that was carried out."""
    return _written(call, {**data, "Status": "Success"})


def failure(call: Call, message: str) -> bytes:
    """Return the answer to a call that was not; its HTTP status is 200 all the same."""
    return _written(call, {"Message": message, "Status": "Failed"})


def has_many(data: Data, most: int) -> bool:
    """Tell whether there are more than `most` values; it counts few more."""
    return any(islice(_values(data), most, None))


def _written(call: Call, data: Data) -> bytes:
    if call.format == "json":
        versions = [{"version": name, "description": DESCRIPTIONS[name]} for name in VERSIONS]
        answer = {**data, "Version": call.version, "Versions": versions, "RequestURI": call.uri}
        return msgspec.json.encode(answer)
    root = etree.Element("Response")
    envelope = {**data, "Version": call.version, "Versions": list(VERSIONS), "RequestURI": call.uri}
    for name, value in envelope.items():
        _add(root, name, value)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add(parent: etree._Element, name: str, value: Value) -> None:
    if name == ITEM and _is_list(value):
        for item in value:  # type: ignore[union-attr]
            _add(parent, ITEM, item)
        return
    element = etree.SubElement(parent, name)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _add(element, key, inner)
    elif _is_list(value):
        for item in value:  # type: ignore[union-attr]
            _add(element, ITEM, item)
    elif value is not None:
        element.text = _ILLEGAL.sub("\ufffd", str(value))


def _values(value: Value) -> Iterator[Literal[True]]:
    """Yield once for each value that is no list or object."""
    if isinstance(value, Mapping) or _is_list(value):
        for inner in value.values() if isinstance(value, Mapping) else value:  # type: ignore[union-attr]
            yield from _values(inner)
    else:
        yield True


def _is_list(value: Value) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)

"""Reading the statistics in every machine-readable format, with proof that all tell the same (I18)."""

from typing import Any

import msgspec
from lxml import etree

from rollcall.actions.statistics import Ask, report_anything_now
from rollcall.render.statistics_json import json_chunks
from rollcall.render.statistics_xml import schema, xml_chunks
from rollcall.store.database import Database

XSD = etree.XMLSchema(etree.fromstring(schema()))


def read_json(database: Database, code: str, now_ms: int, ask: Ask | None = None) -> Any:
    """Return the report as its JSON says it."""
    report = report_anything_now(database, code, ask or Ask(), now_ms)
    return msgspec.json.decode(b"".join(json_chunks(report)))


def read_report(database: Database, code: str, now_ms: int, ask: Ask | None = None) -> Any:
    """Return the report as its JSON says it; its XML is valid and says the same of every scalar."""
    told = read_json(database, code, now_ms, ask)
    report = report_anything_now(database, code, ask or Ask(), now_ms)
    root = etree.fromstring(b"".join(xml_chunks(report)))
    XSD.assertValid(root)
    assert _in_order(_xml(root)) == _in_order(_scalars("statistics", told))
    return told


def _xml(element: etree._Element) -> list[Any]:
    """Return an element as `[name, attributes, children]`; its text, if it has any, is the attribute ""."""
    attributes: dict[str, str] = {str(name): str(value) for name, value in element.attrib.items()}
    text = {} if element.text is None else {"": element.text}
    return [element.tag, attributes | text, [_xml(child) for child in element]]


def _scalars(name: str, value: Any) -> list[Any]:
    """Return what the JSON says in the shape of `_xml`: scalars are attributes, null ones are left out.

    A list is an element around its items, but each text of a list of texts is an element of the list's name.
    """
    attributes = {
        key: _text(content)
        for key, content in value.items()
        if content is not None and not isinstance(content, (dict, list))
    }
    children = [
        _scalars(key, content)
        if isinstance(content, dict)
        else [key, {}, [_scalars(_singular(key), item) for item in content]]
        for key, content in value.items()
        if isinstance(content, (dict, list)) and not _is_texts(content)
    ]
    texts = [(key, text) for key, content in value.items() if _is_texts(content) for text in content]
    children += [[key, {"": text}, []] for key, text in texts]
    return [name, attributes, children]


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and value != [] and all(isinstance(item, str) for item in value)


def _in_order(root: list[Any]) -> list[Any]:
    """Return the document with its parts in one order: both formats may choose theirs."""
    name, attributes, parts = root
    return [name, attributes, sorted(parts, key=lambda part: str(part[0]))]


def _singular(name: str) -> str:
    return {"per_media": "media", "quizzes": "quiz"}.get(name, name.removesuffix("s"))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

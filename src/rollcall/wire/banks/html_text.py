"""The text of a question that a bank keeps as HTML. What cannot be said in plain text is refused, not dropped.

The tags that programs write are known here, and read in one go over the text: whatever else looks like one is text.
"""

import re
from html import unescape
from typing import Final

from rollcall.domain.quizzes.questions import MOST_TEXT
from rollcall.wire.banks.bank import refused

MOST_HTML: Final = 10 * MOST_TEXT
_ATTRIBUTE: Final = r"""\s+[a-zA-Z:-]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))?"""
_TAG: Final = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:{_ATTRIBUTE})*\s*/?>")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,32});")
_BLOCKS: Final = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "pre"}
)
_SHOWN: Final = {
    "img": "a picture", "audio": "sound", "video": "a video", "iframe": "an embedded page", "object": "an object",
    "embed": "an object", "svg": "a picture", "math": "a formula", "table": "a table", "input": "a form",
    "script": "a script", "style": "styles",
}  # fmt: skip
_RAISED: Final = dict(zip("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", strict=True))
_LOWERED: Final = dict(zip("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎", strict=True))


def is_markup(text: str) -> bool:
    """Tell whether a text contains tags or entities, and not just signs that look like them."""
    return _TAG.search(text) is not None or _ENTITY.search(text) is not None


def text_of(html: str) -> str:
    """Return the plain text of HTML, a line for each block; raises Malformed for what is more than text."""
    if len(html) > MOST_HTML:
        raise refused(f"Its HTML is longer than {MOST_HTML} characters.")
    html = _without_comments(html)
    parts, at, shift = [], 0, ""
    for tag in _TAG.finditer(html):
        parts.append(_said(html[at : tag.start()], shift))
        at, name, opens = tag.end(), tag[2].lower(), not tag[1]
        if name in _SHOWN:
            raise refused(f"It contains {_SHOWN[name]}; questions are plain text here.")
        if name in _BLOCKS:
            parts.append("\n")
        if name in {"sup", "sub"}:
            shift = name if opens else ""
    parts.append(_said(html[at:], shift))
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _without_comments(html: str) -> str:
    parts, at = [], 0
    while (start := html.find("<!--", at)) >= 0 and (end := html.find("-->", start)) >= 0:
        parts.append(html[at:start])
        at = end + 3
    return "".join(parts) + html[at:]


def _said(text: str, shift: str) -> str:
    """Return the text between two tags, where line breaks are spaces."""
    said = unescape(text)
    return _shifted(said, shift) if shift and said.strip() else re.sub(r"\s", " ", said)


def _shifted(text: str, tag: str) -> str:
    """Return raised or lowered text: a power of ten must not become another number."""
    signs, mark = (_RAISED, "^") if tag == "sup" else (_LOWERED, "_")
    text = text.strip().replace("\u2212", "-")
    if all(char in signs for char in text):
        return "".join(signs[char] for char in text)
    return f"{mark}({text})"

"""The text of a question that a bank keeps as HTML. What cannot be said in plain text is refused, not dropped."""

import re
from html.parser import HTMLParser
from typing import Final

from rollcall.wire.banks.bank import refused

_ATTRIBUTE: Final = r"""\s+[a-zA-Z-]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))?"""
_MARKUP: Final = re.compile(
    rf"</?[a-zA-Z][a-zA-Z0-9]*(?:{_ATTRIBUTE})*\s*/?>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);"
)
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
    return _MARKUP.search(text) is not None


def text_of(html: str) -> str:
    """Return the plain text of HTML, a line for each block; raises Malformed for what is more than text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._shift = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SHOWN:
            raise refused(f"It contains {_SHOWN[tag]}; questions are plain text here.")
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag in {"sup", "sub"}:
            self._shift = tag

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == self._shift:
            self._shift = ""

    def handle_data(self, data: str) -> None:
        self.parts.append(_shifted(data, self._shift) if self._shift else " ".join(f"|{data}|".split())[1:-1])


def _shifted(text: str, tag: str) -> str:
    """Return raised or lowered text: a power of ten must not become another number."""
    signs, mark = (_RAISED, "^") if tag == "sup" else (_LOWERED, "_")
    text = text.strip().replace("\u2212", "-")
    if all(char in signs for char in text):
        return "".join(signs[char] for char in text)
    return f"{mark}({text})"

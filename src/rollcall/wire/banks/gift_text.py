r"""The writing of GIFT: which signs mean something, how a backslash takes their meaning away, where questions end.

Escaped are `~ = # { } : \` and a line break as `\n`. Blank lines separate questions, lines that begin with `//` say
nothing, but that in brackets: `// [points:3]` is ours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from rollcall.wire.banks.bank import refused
from rollcall.wire.banks.html_text import is_markup, text_of

_SPECIAL: Final = re.compile(r"[~=#{}:\\]")
_ESCAPED: Final = re.compile(r"\\([~=#{}:\\n])")
MOST_BLOCK: Final = 100_000
CATEGORY: Final = "$CATEGORY:"
_FORMAT: Final = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_POINTS: Final = re.compile(r"\[points:([0-9]{1,3})\]")


@dataclass(slots=True)
class Block:
    """One question as written, its first line, and the points that its comments name."""

    line: int
    category: str
    lines: list[str] = field(default_factory=list)
    points: int = 1

    def text(self) -> str:
        """Return the question without comments; raises Malformed when it is longer than any."""
        text = "\n".join(self.lines).strip()
        if len(text) > MOST_BLOCK:
            raise refused(f"It is longer than {MOST_BLOCK} characters; a blank line ends a question.")
        return text


def blocks(text: str) -> Iterator[Block]:
    """Yield the questions of a bank as written."""
    category, block, points = "", None, 1
    for number, line in enumerate(text.split("\n"), 1):
        said = line.strip()
        if said.startswith("//"):
            found = _POINTS.search(said)
            points = int(found[1]) if found else points
            if block is not None:
                block.points = points
        elif said and not said.startswith(CATEGORY):
            block = block or Block(number, category, points=points)
            block.lines.append(line)
        else:
            category = said.removeprefix(CATEGORY) if said else category
            points = 1
            if block is not None:
                yield block
                block = None
    if block is not None:
        yield block


def find(text: str, signs: str, start: int = 0) -> int:
    """Return where the first of these signs stands that has its meaning, -1 when there is none."""
    found = (one.start() for one in _signs(signs).finditer(text, start) if one[0][0] != "\\")
    return next(found, -1)


@cache
def _signs(signs: str) -> re.Pattern[str]:
    return re.compile(rf"\\.|[{re.escape(signs)}]", re.DOTALL)


def cut(text: str, sign: str) -> tuple[str, str | None]:
    """Return what stands before a sign that has its meaning, and what after it; None when it does not stand there."""
    at = find(text, sign)
    return (text, None) if at < 0 else (text[:at], text[at + 1 :])


def format_of(text: str) -> tuple[str, str | None]:
    """Return a text without the format that it begins with, and that format."""
    found = _FORMAT.match(text)
    return (text[found.end() :], found[1]) if found else (text, None)


def plain(text: str, outer: str) -> str:
    """Return a text as read by people; `outer` is its format unless it names its own."""
    text, own = format_of(text)
    said = unescape(text)
    kind = own or outer
    return text_of(said) if kind == "html" or (kind == "moodle" and is_markup(said)) else said.strip()


def unescape(text: str) -> str:
    """Return a text without backslashes that took a meaning away."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def escape(text: str) -> str:
    """Return a text in which no sign has a meaning."""
    return _SPECIAL.sub(r"\\\g<0>", text).replace("\n", "\\n")

"""In which charset a table is: as its sender says, else UTF-8 (with a mark or without), else Windows-1251.

Text in Windows-1251 is nearly never UTF-8 by chance, so what is UTF-8 is taken as such. What is not is believed to be
Windows-1251 when it looks like Cyrillic words; a damaged file must not become names that nobody has.
"""

import codecs
import re

from rollcall.domain.errors import Malformed, Problem, WrongType

UTF_8, CYRILLIC = "utf-8-sig", "cp1251"
KNOWN = {
    "utf-8": UTF_8, "utf8": UTF_8, "us-ascii": UTF_8,
    "windows-1251": CYRILLIC, "cp1251": CYRILLIC, "win-1251": CYRILLIC, "cp-1251": CYRILLIC,
}  # fmt: skip
ASCII = bytes(range(128))
LETTERS = bytes([0xA8, 0xB8, *range(0xC0, 0x100), 0xAA, 0xAF, 0xB2, 0xB3, 0xBA, 0xBF, 0xA5, 0xB4])
MIXED = re.compile(rb"[A-Za-z][\xc0-\xff]|[\xc0-\xff][A-Za-z]")
ADVICE = "save the table as 'CSV UTF-8', or name its charset: 'Content-Type: text/csv; charset=windows-1251'."
PIECE = 1 << 16


def charset_of(body: bytes, said: str | None) -> str:
    """Return Python's name of the charset; raises WrongType for one we do not read, Malformed when it is another."""
    if said is not None:
        if said not in KNOWN:
            raise WrongType(f"A CSV in '{said[:50]}' is not read: {ADVICE}")
        _check(body, KNOWN[said], said)
        return KNOWN[said]
    if _fault(body, UTF_8) is None:
        return UTF_8
    if not _is_cyrillic(body):
        _check(body, UTF_8, "UTF-8 or Windows-1251")
    return CYRILLIC


def _check(body: bytes, charset: str, name: str) -> None:
    at = _fault(body, charset)
    if at is not None:
        line = body.count(b"\n", 0, at) + 1
        raise Malformed(Problem(f"line {line}", f"The CSV is not {name}: {ADVICE}"))


def _fault(body: bytes, charset: str) -> int | None:
    """Return about where the body stops to be in this charset; None when all of it is."""
    decoder = codecs.getincrementaldecoder(charset)()
    for start in range(0, len(body) + 1, PIECE):
        piece = body[start : start + PIECE]
        try:
            decoder.decode(piece, final=start + PIECE > len(body))
        except UnicodeDecodeError as error:
            return start + error.start
    return None


def _is_cyrillic(body: bytes) -> bool:
    """Tell whether the bytes beyond ASCII are Cyrillic letters, in words of their own, for the most part."""
    beyond = body.translate(None, ASCII)
    letters = len(beyond) - len(beyond.translate(None, LETTERS))
    mixed = sum(1 for _ in MIXED.finditer(body))
    return _fault(body, CYRILLIC) is None and 4 * letters >= 3 * len(beyond) and 4 * mixed <= letters

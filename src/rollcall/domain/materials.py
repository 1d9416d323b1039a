"""Materials: which files may stand beside the picture, and which addresses.

A file is known by its first bytes and by the ending of its name, which have to agree: whatever a browser or a program
could run is on no list. Pure: bytes and names in, a media type out.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

HEAD_BYTES: Final = 4096  # enough to know a file by
MOST_MATERIALS: Final = 100
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_OPEN: Final = "application/vnd.oasis.opendocument."
_ZIP: Final = {
    "zip": "application/zip",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "odt": f"{_OPEN}text",
    "ods": f"{_OPEN}spreadsheet",
    "odp": f"{_OPEN}presentation",
    "epub": "application/epub+zip",
}
_OLE: Final = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
_TEXT: Final = {"txt": "text/plain; charset=utf-8", "csv": "text/csv; charset=utf-8"}
# What a file of such first bytes may be called, and what it is then.
_MAGIC: Final[tuple[tuple[bytes, dict[str, str]], ...]] = (
    (rb"%PDF-", {"pdf": "application/pdf"}),
    (rb"PK\x03\x04", _ZIP),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLE),
    (rb"\x89PNG\r\n\x1a\n", {"png": "image/png"}),
    (rb"\xff\xd8\xff", {"jpg": "image/jpeg", "jpeg": "image/jpeg"}),
    (rb"GIF8[79]a", {"gif": "image/gif"}),
    (rb"RIFF....WEBP", {"webp": "image/webp"}),
    (rb"ID3|\xff[\xfb\xf3\xf2]", {"mp3": "audio/mpeg"}),
    (rb"....ftyp", {"mp4": "video/mp4", "m4a": "audio/mp4"}),
)
ENDINGS: Final = tuple(sorted({ending for _, endings in _MAGIC for ending in endings} | set(_TEXT)))
# Whatever reverses or hides part of a name, and what is a path somewhere.
_TREACHEROUS: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff/\\:*?\"<>|]"
)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is handed out."""

    name: str
    media_type: str
    size_bytes: int


def is_file_name(name: str) -> bool:
    """Tell whether a file may be called so everywhere: no path, nothing hidden, an ending that is on the list."""
    stem, dot, ending = name.rpartition(".")
    plain = _TREACHEROUS.search(name) is None and not name.startswith(".") and name == name.strip()
    return plain and bool(stem.strip()) and dot == "." and ending.lower() in ENDINGS


def media_type_of(name: str, head: bytes) -> str | None:
    """Return what a file is, by its name and first bytes; None where they do not agree or are on no list."""
    ending = name.rpartition(".")[2].lower()
    for pattern, endings in _MAGIC:
        if re.match(pattern, head, re.DOTALL):
            return endings.get(ending)
    return _TEXT[ending] if ending in _TEXT and _is_text(head) else None


def is_address(url: str) -> bool:
    """Tell whether a link may lead there: http or https, a host, no user and no password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    known = parts.scheme in ("http", "https") and bool(host) and port != 0
    return known and "@" not in parts.netloc and not re.search(r"[\s\x00-\x20\x7f-\x9f\\<>\"]", url)


def _is_text(head: bytes) -> bool:
    """Tell whether these are the first bytes of a text in UTF-8, whose last character may be cut."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or error.reason != "unexpected end of data":
            return False
    return _CONTROL.search(head) is None

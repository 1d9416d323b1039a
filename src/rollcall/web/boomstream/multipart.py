"""Forms sent as `multipart/form-data`, as PHP's curl sends an array. Only fields are read: nothing here takes files.

Whoever sends one is not known yet, so its cost is bounded: few parts, short heads, each looked at once.
"""

import re
from collections.abc import Iterator

MOST_PARTS = 1_100
LONGEST_HEAD = 1_000
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,200})"|([^;\s"]{1,200}))', re.IGNORECASE)
_NAME = re.compile(rb'\bcontent-disposition:[^\r\n]*;\s*name=(?:"([^"\r\n]*)"|([^;\s"]+))', re.IGNORECASE)
_FILE = re.compile(rb";\s*filename\*?=", re.IGNORECASE)


def read_fields(body: bytes, content_type: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each field; raises ValueError for what is no such form, or too large a one."""
    said = _BOUNDARY.search(content_type[:1_000])
    if said is None:
        raise ValueError("no boundary")
    boundary = (said[1] or said[2]).encode("utf-8", "replace")
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 1)
    for part in parts[1 : MOST_PARTS + 1]:
        if part.startswith(b"--"):
            return
        head, between, value = part.partition(b"\r\n\r\n")
        if not between or len(head) > LONGEST_HEAD:
            raise ValueError("a part without a head, or with too long a one")
        named = _NAME.search(head)
        if named is None:
            raise ValueError("a part without a name")
        if _FILE.search(head) is None:
            yield (named[1] or named[2] or b"").decode("utf-8", "replace"), value.decode("utf-8", "replace")
    raise ValueError("no end, or too many parts")

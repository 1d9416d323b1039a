"""Forms sent as `multipart/form-data`, as PHP's curl sends an array. Only fields are read: nothing here takes files."""

from collections.abc import Iterator
from email.message import Message
from email.parser import BytesHeaderParser


def read_fields(body: bytes, content_type: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each field; raises ValueError for what is no such form."""
    said = Message()
    said["Content-Type"] = content_type.replace("\r", " ").replace("\n", " ")
    boundary = said.get_boundary()
    if not boundary:
        raise ValueError("no boundary")
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("utf-8", "replace"))
    for part in parts[1:]:
        if part.startswith(b"--"):
            return
        head, between, value = part.partition(b"\r\n\r\n")
        name = _name(head)
        if not between or name is None:
            raise ValueError("a part without a name")
        if name:
            yield name, value.decode("utf-8", "replace")
    raise ValueError("no end")


def _name(head: bytes) -> str | None:
    """Return the name of a field, "" for a file, None where there is none."""
    headers = BytesHeaderParser().parsebytes(head.lstrip())
    name = headers.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        return None
    return name if headers.get_filename() is None else ""

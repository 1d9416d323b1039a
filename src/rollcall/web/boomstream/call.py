"""One call as it came in: method, parameters and format, however the client chose to send them.

Parameters come in the query, in a form or in a JSON object; names and methods in any case. A parameter in the body wins
over one in the query. The key is `apikey`, else the Bearer header.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote_plus

import msgspec

from rollcall.domain.errors import RollcallError
from rollcall.web.boomstream.multipart import read_fields

Format = Literal["xml", "json"]
VERSIONS = ("1.0", "1.1", "1.2")
LONGEST = 2_000
MOST_ECHO = 100
MASK = "***"
MOST_PARAMETERS = 1_100  # a thousand codes, and what goes with them
TOO_MANY = f"A call has at most {MOST_PARAMETERS} parameters"
_INDEX = re.compile(r"\[[0-9]{0,4}\]\Z")  # of an array, as PHP writes it
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Refused(RollcallError):
    """Raised when a call cannot be carried out; the sentence becomes `Message`."""

    code = "refused"


@dataclass(frozen=True, slots=True)
class Call:
    """`method` is `object/method` in lower case; `given` holds the values of each parameter, names in lower case."""

    method: str
    given: Mapping[str, list[str]]
    format: Format
    version: str
    key: str
    uri: str  # without the key

    def has(self, name: str) -> bool:
        """Tell whether a parameter was sent and is not empty."""
        return bool(self.text(name))

    def text(self, name: str, *, lines: bool = False) -> str:
        """Return a parameter's (last) value, "" when it was not sent.

        Raises Refused when it is too long or has control characters; with `lines` it may have several lines.
        """
        values = self.given.get(name, [])
        return _readable(name, values[-1].strip(), lines=lines) if values else ""

    def exact(self, name: str) -> str:
        """Return a parameter's (last) value as it was sent, "" when it was not; raises Refused like `text`.

        One that is nothing but white space is refused: it was meant to be something.
        """
        values = self.given.get(name, [])
        value = _readable(name, values[-1]) if values else ""
        if value.isspace():
            raise Refused(f"Parameter '{name}' is only white space")
        return value

    def need(self, name: str) -> str:
        """Return a required parameter; raises Refused naming it."""
        return _required(name, self.text(name))

    def need_exact(self, name: str) -> str:
        """Return a required parameter as it was sent; raises Refused naming it."""
        return _required(name, self.exact(name))

    def all(self, name: str) -> list[str]:
        """Return every value of a repeatable parameter (`code[]`, or `code` as a JSON array)."""
        return [_readable(name, value) for value in self.given.get(name, []) if value]

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number; raises Refused for anything else or outside `[least, most]`."""
        text = self.text(name)
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 9 or not least <= int(text) <= most:
            raise Refused(f"Parameter '{name}' must be a whole number from {least} to {most}")
        return int(text)

    def flag(self, name: str) -> bool:
        """Return a boolean, in any of the spellings that clients use."""
        return self.text(name).lower() in {"1", "true", "yes", "on"}


def read_call(
    path: str, query: bytes, body: bytes, content_type: str, authorization: str
) -> tuple[Call, RollcallError | None]:
    """Return the call, and what is wrong with it as far as it could not be read.

    It always returns a call, so that even a refusal comes in the format that the client asked for.
    """
    kind = content_type.partition(";")[0].strip().lower()
    is_json = kind == "application/json"
    given: dict[str, list[str]] = {}
    fault: RollcallError | None = None
    try:
        given = _pairs(query)
        given |= _sent(body, kind, content_type) if body else {}
    except Refused as refused:
        fault = refused
    wanted = _last(given, "format").lower()
    format_: Format = "json" if is_json or wanted == "json" else "xml"
    version = _last(given, "ver")
    if wanted not in {"", "xml", "json"}:
        fault = fault or Refused("Unknown format: use xml or json")
    if version and version not in VERSIONS:
        fault = fault or Refused("Unknown version: use 1.0, 1.1 or 1.2")
    if sum(map(len, given.values())) > MOST_PARAMETERS:
        fault = fault or Refused(TOO_MANY)
    method = path.removeprefix("/api/").strip("/").lower()
    key = _last(given, "apikey") or _bearer(authorization)
    uri = _without_key(path, query.decode("latin-1"), key)
    return Call(method, given, format_, version if version in VERSIONS else VERSIONS[0], key, uri), fault


def _without_key(path: str, query: str, key: str) -> str:
    """Return the address with its key masked, however it is written: it is echoed, and ends in others' logs."""
    parts = [_without_key_part(part, key) for part in query.split("&")] if query else []
    shown = path.replace(key, MASK) if key else path
    return shown + ("?" + "&".join(parts) if parts else "")


def _without_key_part(part: str, key: str) -> str:
    name, said = part.partition("=")[0], unquote_plus(part)
    if key and key in unquote_plus(name):
        return MASK
    names_it = _name(unquote_plus(name)) == "apikey" or "apikey=" in said.lower()
    return f"{name}={MASK}" if names_it or (key and key in said) else part


def _sent(body: bytes, kind: str, content_type: str) -> dict[str, list[str]]:
    match kind:
        case "application/json":
            return _object(body)
        case "multipart/form-data":
            try:
                return _grouped(read_fields(body, content_type))
            except ValueError as error:
                raise Refused("The body is not a form") from error
        case _:
            return _pairs(body)


def _pairs(text: bytes) -> dict[str, list[str]]:
    try:
        found = parse_qsl(
            text.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_PARAMETERS
        )
    except ValueError as error:
        raise Refused(TOO_MANY) from error
    return _grouped(found)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(_name(name), []).append(value)
    return given


def _object(body: bytes) -> dict[str, list[str]]:
    try:
        values = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused("The body is not a JSON object") from error
    return {_name(name): _texts(name, value) for name, value in values.items()}


def _texts(name: str, value: Any) -> list[str]:
    """Return the values of one field; raises Refused for what is neither a value nor a list of values."""
    values = value if isinstance(value, list) else [value]
    if any(isinstance(each, (list, dict)) for each in values):
        raise Refused(f"Parameter '{name[:MOST_ECHO]}' must be a value or a list of values")
    return [_written(each) for each in values if each is not None]


def _written(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _required(name: str, value: str) -> str:
    if not value:
        raise Refused(f"Parameter '{name}' is required")
    return value


def _readable(name: str, value: str, *, lines: bool = False) -> str:
    if len(value) > LONGEST:
        raise Refused(f"Parameter '{name}' is too long")
    if (_CONTROL_BUT_LINES if lines else _CONTROL).search(value):
        raise Refused(f"Parameter '{name}' has control characters")
    return value


def _name(name: str) -> str:
    return _INDEX.sub("", name.strip().lower())


def _last(given: Mapping[str, list[str]], name: str) -> str:
    return (given.get(name) or [""])[-1].strip()


def _bearer(authorization: str) -> str:
    scheme, _, key = authorization.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""

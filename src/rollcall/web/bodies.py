"""JSON bodies, read strictly: the declared type and nothing else. `"60"` is no number, an unknown field no typo.

The framework would convert leniently; `StrictRequest` decodes the bytes by itself, so what it hands on already has the
declared type. A fault becomes Malformed with the path of the field.
"""

import re
from functools import cache
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import State

from rollcall.domain.errors import Malformed, Problem, WrongType

_PATH = re.compile(r" - at `(?P<path>\$.*)`\Z", re.DOTALL)
_UNKNOWN = re.compile(r"\AObject contains unknown field `(?P<name>.*)`\Z", re.DOTALL)
_MISSING = re.compile(r"\AObject missing required field `(?P<name>.*)`\Z", re.DOTALL)
MAX_ECHO = 200


class StrictRequest(Request[Any, Any, State]):
    """A request whose JSON body is decoded into the type of the handler's `data`."""

    async def json(self) -> Any:
        """Return the body as the handler's type; raises WrongType or Malformed."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise WrongType("Send the body as 'Content-Type: application/json'.")
        field = self.route_handler.parsed_data_field
        return decode(await self.body(), field.annotation if field is not None else Any)


@cache
def _decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_, strict=True)


def decode(body: bytes, type_: Any, at: str = "$") -> Any:
    """Return `body` as `type_`; raises Malformed with a path under `at`."""
    try:
        return _decoder(type_).decode(body)
    except msgspec.ValidationError as error:
        raise Malformed(fault(error, at)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(Problem(at, f"This is not JSON: {error}.")) from error


def fault(error: msgspec.ValidationError, at: str = "$") -> Problem:
    """Return where and what of a value that does not fit."""
    message, path = str(error), ""
    if (found := _PATH.search(message)) is not None:
        message, path = message[: found.start()], found["path"][1:]
    for pattern, sentence in ((_UNKNOWN, "There is no such field"), (_MISSING, "This field is required")):
        if (named := pattern.match(message)) is not None:
            return Problem(f"{at}{path}.{named['name']}"[:MAX_ECHO], sentence + ".")
    return Problem(f"{at}{path}"[:MAX_ECHO], _readable(message) + ".")


def _readable(message: str) -> str:
    if "matching regex" in message:
        return "Contains characters that are not allowed here, or has the wrong form"
    return message.replace("`", "'")

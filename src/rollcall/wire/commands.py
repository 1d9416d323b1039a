"""What a command line says to the server that holds the data directory, and the answer: one JSON line each.

Only commands that write are here: a server is the one writer of its database.
"""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

Line = Annotated[str, Meta(min_length=1, max_length=200)]


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="command"):
    """Base of every command."""


class CreateProject(Command, frozen=True, tag="project create"):
    """Make a project with an embed secret and an API key: answered by `NewProject`."""

    title: Line
    origins: list[str]


class CreateKey(Command, frozen=True, tag="key create"):
    """Make an API key of a project: answered by `NewKey`. No scopes = all of them."""

    project: Line
    scopes: list[str]
    label: Line | None = None


class ListKeys(Command, frozen=True, tag="key list"):
    """Name the keys of a project, never their secrets: answered by a list of `KeyRow`."""

    project: Line


class RevokeKey(Command, frozen=True, tag="key revoke"):
    """Refuse a key from now on: answered by null."""

    project: Line
    key: Line


class NewProject(msgspec.Struct, frozen=True):
    """Secrets are shown once."""

    code: str
    embed_kid: str
    embed_secret: str
    api_key: str


class NewKey(msgspec.Struct, frozen=True):
    """The whole key is shown once; `code` names it in lists."""

    code: str
    api_key: str


class KeyRow(msgspec.Struct, frozen=True):
    """A key as lists show it. Times are Unix milliseconds."""

    code: str
    label: str | None
    scopes: list[str]
    created_ms: int
    revoked_ms: int | None


class Answer(msgspec.Struct, frozen=True, tag_field="answer"):
    """Base of both answers."""


class Done(Answer, frozen=True, tag="done"):
    """The command is durable; `value` is what it is answered by."""

    value: Any


class Refused(Answer, frozen=True, tag="refused"):
    """The command changed nothing, and why."""

    code: str
    title: str
    detail: str


AnyCommand = CreateProject | CreateKey | ListKeys | RevokeKey
encode = msgspec.json.Encoder().encode
decode_command: Callable[[bytes], AnyCommand] = msgspec.json.Decoder(AnyCommand).decode
decode_answer: Callable[[bytes], Done | Refused] = msgspec.json.Decoder(Done | Refused).decode

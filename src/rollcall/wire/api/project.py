"""Bodies and answers of the project itself: its title, who may frame its players, which keys sign launch tokens."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rollcall.wire.api.values import In, MomentOut, Title

OriginText = Annotated[
    str, Meta(max_length=300, description="`https://host[:port]` or `http://host[:port]`, nothing after it.")
]
Algorithm = Literal["HS256", "EdDSA"]


class ProjectChange(In, frozen=True):
    """What may be changed of a project; a field left out stays."""

    title: Title | UnsetType = UNSET
    embed_origins: Annotated[list[OriginText], Meta(max_length=100)] | UnsetType = UNSET


class NewEmbedKey(In, frozen=True):
    """HS256: a new secret is made. EdDSA: `public_key` is your Ed25519 public key, a JWK or PEM text."""

    alg: Algorithm = "HS256"
    public_key: dict[str, str] | Annotated[str, Meta(max_length=4000)] | None = None


class EmbedKeyOut(msgspec.Struct, frozen=True):
    """One active embed key; its secret is not shown again."""

    kid: str
    alg: str
    created_at: MomentOut


class NewEmbedKeyOut(msgspec.Struct, frozen=True):
    """A new embed key. `secret` (HS256 only) is shown this once: sign with its UTF-8 bytes."""

    kid: str
    alg: str
    created_at: MomentOut
    secret: str | None


class FramingRefusalOut(msgspec.Struct, frozen=True):
    """A page of an origin that is not among `embed_origins` tried to frame a player."""

    origin: str
    count: int
    last_at: MomentOut


class ProjectOut(msgspec.Struct, frozen=True):
    """The project that the API key belongs to. `embed_origins` empty = own origin only."""

    code: str
    title: str
    embed_origins: list[str]
    embed_keys: list[EmbedKeyOut]
    framing_refusals: list[FramingRefusalOut]
    created_at: MomentOut

"""Redeeming a launch token for a play grant: `POST /embed/{media code}/redeem` of the embedded page."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Redeem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of `token` (signed) and `user_id` (plain). `grant` is what this page kept for that token or ID."""

    token: Annotated[str, Meta(max_length=8192)] | None = None
    user_id: Annotated[str, Meta(max_length=400)] | None = None
    grant: Annotated[str, Meta(max_length=100)] | None = None


class Redeemed(msgspec.Struct, frozen=True):
    """The grant opens the socket until 24 h after the media's end; keep it in storage of this origin only.

    `parents`: origins that may embed this page and to which it may post messages (empty = own origin only).
    """

    grant: str
    identity: Literal["signed", "plain"]
    parents: list[str]

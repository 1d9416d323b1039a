"""Bodies and answers of recordings."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rollcall.wire.api.values import PLAIN, In, MomentOut

FileName = Annotated[str, Meta(min_length=1, max_length=300, pattern=PLAIN)]


class NewUpload(In, frozen=True):
    """A file that will come in pieces: `size` in bytes, `name` as people call it."""

    size: Annotated[int, Meta(ge=1, le=64 * 1024**3)]
    name: FileName = "recording"


class RecordingOut(msgspec.Struct, frozen=True, kw_only=True):
    """A recording. The next byte of `upload` is number `received`; `permille` is how far it is prepared for players.

    `duration_ms`, `width` and `height` are known once it is `ready`; `error` says why it has `failed`.
    """

    upload: str
    name: str
    state: Literal["uploading", "waiting", "preparing", "ready", "failed"]
    size: int | None
    received: int
    permille: int
    duration_ms: int | None
    width: int | None
    height: int | None
    error: str | None
    created_at: MomentOut

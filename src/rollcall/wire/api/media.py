"""Bodies and answers of media."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rollcall.domain.concurrency import Concurrency
from rollcall.wire.api.values import Code, In, Moment, MomentOut, Timezone, Title

Kind = Literal["live", "recording", "scheduled"]
Identity = Literal["signed", "plain"]
DvrS = Annotated[int, Meta(ge=0, le=14_400)]


class NewMedia(In, frozen=True):
    """A media; without `event` it gets one of its own. `timezone` defaults to the event's.

    `concurrency`: a participant may have several players open (`union`), the newest closes the others (`newest`), or
    they are asked whether to go on in the new one (`ask`). Time is counted once in any case.

    `dvr_s`: how far viewers of a live broadcast may go back, in seconds; 0 = not at all. Where they may, sessions hold
    what was broadcast in them, whenever it is watched.
    """

    title: Title
    kind: Kind
    event: Code | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    timezone: Timezone | None = None
    identity: Identity = "signed"
    concurrency: Concurrency = "union"
    dvr_s: DvrS = 0


class MediaChange(In, frozen=True):
    """A field left out stays. An ended media is reopened by `state: "live"` or by a new `ends_at`."""

    title: Title | UnsetType = UNSET
    event: Code | UnsetType = UNSET
    starts_at: Moment | UnsetType | None = UNSET
    ends_at: Moment | UnsetType | None = UNSET
    timezone: Timezone | UnsetType = UNSET
    identity: Identity | UnsetType = UNSET
    concurrency: Concurrency | UnsetType = UNSET
    dvr_s: DvrS | UnsetType = UNSET
    state: Literal["live"] | UnsetType = UNSET


class EmbedOut(msgspec.Struct, frozen=True):
    """Where the player is; `html` goes into the organiser's page, with a launch token in the address."""

    url: str
    html: str


class IngestOut(msgspec.Struct, frozen=True):
    """What to type into the encoder."""

    rtmp_url: str
    stream_key: str


class MediaOut(msgspec.Struct, frozen=True):
    """`ingest` is there for live media and keys with the scope `media`. `viewers_now`: people, not connections.

    `duration_ms`: the length of the recording that it shows; null while it has none.
    """

    code: str
    event: str
    title: str
    kind: Kind
    state: Literal["planned", "live", "ended"]
    signal: Literal["on", "off"]
    identity: Identity
    concurrency: Concurrency
    timezone: str
    starts_at: MomentOut | None
    ends_at: MomentOut | None
    started_at: MomentOut | None
    ended_at: MomentOut | None
    created_at: MomentOut
    viewers_now: int
    embed: EmbedOut
    ingest: IngestOut | None
    duration_ms: int | None
    dvr_s: int

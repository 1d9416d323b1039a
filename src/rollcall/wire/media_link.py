"""What the media process and the server say to each other: one JSON object a line over a local socket.

The media process connects; it opens no database, so it asks who may publish and reports what it sees. Times
are Unix milliseconds of the sender. Unknown fields are refused: both ends come from the same release.
"""

import msgspec


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=str.lower):
    """Base of every frame; the lower-case class name is the value of its `type`."""


class Ready(Frame, frozen=True):
    """First frame of the media process: where it listens. `http` is the path of its Unix socket."""

    rtmp_port: int
    http: str


class Authorize(Frame, frozen=True):
    """May `key` publish? Asked before a byte of media is accepted; no answer within 5 s is a refusal."""

    id: int
    app: str
    key: str
    address: str


class Started(Frame, frozen=True):
    """The first picture of a publish session is packaged. `publish` counts sessions of this process."""

    media: str
    publish: int
    at_ms: int


class Stopped(Frame, frozen=True):
    """The encoder of this publish session has gone."""

    media: str
    publish: int
    at_ms: int


class Signal(Frame, frozen=True):
    """Figures of the incoming signal, every 2 s while on. `gop_ms` is the longest seen of late."""

    media: str
    publish: int
    bitrate_kbps: int
    width: int
    height: int
    frame_rate: float
    gop_ms: int


class Fetched(Frame, frozen=True):
    """Evidence that plays fetched media since the last report: play → [requests, last segment number]."""

    media: str
    plays: dict[str, tuple[int, int]]


class LookUp(Frame, frozen=True):
    """What does this media show, and how far back may its viewers go? No answer within 5 s means nothing."""

    id: int
    media: str


class Preparing(Frame, frozen=True):
    """How far a recording is, in thousandths; at most one a second."""

    recording: int
    permille: int


class Prepared(Frame, frozen=True):
    """A recording can be played. `width` and `height` are 0 where it has no picture."""

    recording: int
    duration_ms: int
    width: int
    height: int


class Unprepared(Frame, frozen=True):
    """A file cannot be made a recording; `error` is a sentence for the organiser."""

    recording: int
    error: str


class Welcome(Frame, frozen=True):
    """First frame of the server: the key of path tokens (hexadecimal) and the plays already revoked."""

    path_key: str
    revoked: list[str]


class Authorized(Frame, frozen=True):
    """Answer to `Authorize` with the same id: the public code of the media this key belongs to."""

    id: int
    media: str


class Refused(Frame, frozen=True):
    """Answer to `Authorize` with the same id: why not, in one word for the log."""

    id: int
    reason: str


class Revoke(Frame, frozen=True):
    """From now on every path token of these plays is refused."""

    plays: list[str]


class Drop(Frame, frozen=True):
    """Close the publisher of this media, if any (media ended or archived, key changed)."""

    media: str


class Shown(Frame, frozen=True):
    """Answer to `LookUp` with the same id. `recording` null: none; `starts_at_ms`: played by the clock from then on.

    `dvr_s`: by how much viewers of a broadcast may go back.
    """

    id: int
    recording: int | None
    starts_at_ms: int | None
    dvr_s: int = 0


class Prepare(Frame, frozen=True):
    """Make the file that was uploaded as this recording of `media` ready for players."""

    media: str
    recording: int


FromMedia = (
    Ready | Authorize | Started | Stopped | Signal | Fetched | LookUp | Preparing | Prepared | Unprepared
)
ToMedia = Welcome | Authorized | Refused | Revoke | Drop | Shown | Prepare

encode = msgspec.json.Encoder().encode
decode_from_media = msgspec.json.Decoder(FromMedia).decode
decode_to_media = msgspec.json.Decoder(ToMedia).decode

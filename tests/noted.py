"""Stands where the media process is, and notes what it is told."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rollcall.domain.ids import MediaCode, PlayId
from rollcall.wire.media_link import Signal


@dataclass
class Noted:
    """Satisfies `actions.media_control.MediaControl`."""

    rtmp_port: int = 1935
    dropped: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    prepared: list[tuple[str, int]] = field(default_factory=list)
    signals: dict[MediaCode, Signal] = field(default_factory=dict)

    def drop(self, media: MediaCode, /) -> None:
        self.dropped.append(media)

    def revoke(self, plays: Iterable[PlayId], /) -> None:
        self.revoked += plays

    def prepare(self, media: MediaCode, recording: int, /) -> None:
        self.prepared.append((media, recording))

"""What the program asks of the media process; `media/supervisor.py` is the real one."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from rollcall.domain.ids import MediaCode, PlayId
from rollcall.wire.media_link import Signal


class MediaControl(Protocol):
    """The server's end of the link to the media process. Nothing here waits."""

    @property
    def rtmp_port(self) -> int:
        """The port on which encoders are heard."""

    def drop(self, media: MediaCode, /) -> None:
        """Close the publisher of this media, if there is one."""

    def revoke(self, plays: Iterable[PlayId], /) -> None:
        """From now on refuse every path token of these plays."""

    def prepare(self, media: MediaCode, recording: int, /) -> None:
        """Make an uploaded file ready for players; asked for again, it is not done twice."""

    @property
    def signals(self) -> Mapping[MediaCode, Signal]:
        """Return the latest figures of each incoming signal."""

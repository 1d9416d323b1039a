"""Body and answer of the pinned announcement."""

import msgspec

from rollcall.wire.api.chat import ChatText
from rollcall.wire.api.values import In, MomentOut


class NewAnnouncement(In, frozen=True):
    """What to pin; addresses in it become links."""

    text: ChatText


class AnnouncementOut(msgspec.Struct, frozen=True):
    """What is pinned, and since when."""

    text: str
    at: MomentOut

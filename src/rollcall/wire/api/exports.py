"""Bodies and answers of exports."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rollcall.wire.api.values import PLAIN, In, MomentOut, UserIdText
from rollcall.wire.statistics import FormatName, Language

Personal = Annotated[
    list[Literal["ip", "user_agent"]],
    Meta(max_length=2, description="Personal data to add; needs the scope `personal`."),
]


class NewExport(In, frozen=True):
    """What to write into a file, as the statistics take it in their query."""

    format: FormatName
    include: Personal = msgspec.field(default_factory=list)
    user_id: Annotated[UserIdText | None, Meta(description="Only this participant.")] = None
    session_id: Annotated[
        Annotated[str, Meta(max_length=50, pattern=PLAIN)] | None, Meta(description="Only this session.")
    ] = None
    lang: Annotated[Language, Meta(description="Language of the PDF.")] = "ru"


class ExportOut(msgspec.Struct, frozen=True, kw_only=True):
    """An export of the media or event `of`. `participants` is null until they are counted.

    A PDF is set once all of them are done, a workbook closed. `bytes` are those written so far. From `expires_at` on it
    is not there any more.
    """

    id: str
    of: str
    format: FormatName
    state: Literal["running", "ready", "failed"]
    participants_done: int
    participants: int | None
    bytes: int
    created_at: MomentOut
    expires_at: MomentOut
    error: str | None

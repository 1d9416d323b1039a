"""Flags as outside programs read them."""

import msgspec

from rollcall.domain.flags.kinds import Kind
from rollcall.wire.api.values import In, MomentOut, Reason


class FlagNote(In, frozen=True):
    """What a reviewer found a flag to be; a later note takes its place, and the audit trail keeps both."""

    note: Reason


class FlagOut(msgspec.Struct, frozen=True, kw_only=True):
    """Something that looked odd: for a person to judge; it takes no credit from anybody.

    `seen`, `rule` and `limits` say in a sentence each what was seen, why it was flagged and how it may be innocent;
    `detail` has the figures, `note` what a reviewer found it to be.
    """

    id: int
    media: str
    user_id: str
    kind: Kind
    count: int
    first_at: MomentOut
    last_at: MomentOut
    detail: dict[str, int]
    note: str | None
    noted_by: str | None
    noted_at: MomentOut | None
    seen: str
    rule: str
    limits: str

"""Body and answer of a launch."""

import msgspec

from rollcall.wire.api.values import In, MomentOut, Name, UserIdText


class NewLaunch(In, frozen=True):
    """Who is to watch; `name` is how the player shows them, instead of the name on the list."""

    user_id: UserIdText
    name: Name | None = None


class LaunchOut(msgspec.Struct, frozen=True):
    """`url` goes into the iframe; the token in it works once, until `expires_at`."""

    url: str
    token: str
    expires_at: MomentOut

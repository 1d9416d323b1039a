"""`include=`: addresses and user agents in an answer, only for keys with the scope `personal`."""

from typing import Annotated

from litestar.params import Parameter

from rollcall.domain.errors import Malformed, Problem
from rollcall.web.auth import Caller

PERSONAL = ("ip", "user_agent")

Include = Annotated[
    str | None,
    Parameter(
        description="`ip`, `user_agent` or both with a comma; needs the scope `personal`.", max_length=100
    ),
]


def included(caller: Caller, include: str | None) -> frozenset[str]:
    """Return which of `PERSONAL` are asked for; raises Malformed, or MissingScope when the key may not see them."""
    names = frozenset(() if include is None else include.split(","))
    for name in sorted(names):
        if name not in PERSONAL:
            raise Malformed(Problem("include", f"'{name}' cannot be included; known: {', '.join(PERSONAL)}."))
    if names:
        caller.need("personal")
    return names

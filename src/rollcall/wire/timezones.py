"""Names of time zones that this installation knows (IANA)."""

from functools import cache
from zoneinfo import available_timezones


def is_timezone(name: str) -> bool:
    """Tell whether `name` is one of them, in the exact spelling."""
    return name in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())

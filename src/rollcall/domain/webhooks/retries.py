"""Which answers are good, and when a delivery is tried again.

v1 waits longer each time, eleven attempts over about two days. Boomstream's clients know its rule: HTTP 200 alone is
good, else again after 10 minutes, and no more after the third bad answer.
"""

from typing import Final

from rollcall.domain.webhooks.kinds import Format

_MINUTE_S, _HOUR_S = 60, 3600
_WAITS_S: Final = {
    "v1": (
        10,
        30,
        2 * _MINUTE_S,
        10 * _MINUTE_S,
        30 * _MINUTE_S,
        _HOUR_S,
        3 * _HOUR_S,
        6 * _HOUR_S,
        12 * _HOUR_S,
        24 * _HOUR_S,
    ),
    "boomstream": (10 * _MINUTE_S, 10 * _MINUTE_S),
}
JITTER: Final = 0.2
# Whatever waits longer is given up: a receiver that was away so long asks the API.
GIVE_UP_MS: Final = 3 * 24 * _HOUR_S * 1000


def is_accepted(format_: Format, status: int) -> bool:
    """Tell whether this HTTP status ends a delivery well."""
    return status == 200 if format_ == "boomstream" else 200 <= status < 300


def wait_ms(format_: Format, attempts: int, jitter: float) -> int | None:
    """Return how long to wait after so many bad attempts, None when there are no more.

    `jitter` of [0, 1) lengthens what v1 waits by up to a fifth, so that a receiver that comes back is not overrun.
    """
    waits = _WAITS_S[format_]
    if attempts > len(waits):
        return None
    stretch = 1 + JITTER * jitter if format_ == "v1" else 1
    return round(waits[attempts - 1] * 1000 * stretch)


def most_attempts(format_: Format) -> int:
    """Return after how many bad attempts a delivery has failed."""
    return len(_WAITS_S[format_]) + 1

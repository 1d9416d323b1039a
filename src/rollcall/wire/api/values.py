r"""The kinds of field that API bodies are made of: text without control characters, moments with an offset.

A pattern ends in `$(?!\n)`: in Python `$` alone also matches before a last line break.
"""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from rollcall.domain.errors import Malformed, Problem
from rollcall.wire.moments import to_datetime, to_ms
from rollcall.wire.timezones import is_timezone

PLAIN = r"^[^\x00-\x1f\x7f-\x9f]*$(?!\n)"
MAX_MOMENT_MS = 7_258_118_400_000  # the year 2200

Code = Annotated[
    str, Meta(pattern=r"^[0-9A-Za-z]{8}$(?!\n)", description="8 letters or digits, case-sensitive.")
]
UserIdText = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=PLAIN, description="Compared exactly.")
]
Title = Annotated[str, Meta(min_length=1, max_length=300, pattern=PLAIN)]
Name = Annotated[str, Meta(min_length=1, max_length=300, pattern=PLAIN)]
Reason = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1000,
        pattern=r"^(?=.*\S)[^\x00-\x1f\x7f-\x9f]*$(?!\n)",
        description="For whoever reads the record later; not blank.",
    ),
]
Timezone = Annotated[
    str, Meta(min_length=1, max_length=64, pattern=PLAIN, description="A name of the IANA database.")
]
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset.")]
MomentOut = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, description="UTC, milliseconds.")]


def is_user_id(text: str) -> bool:
    """Tell whether a text can be a User ID at all."""
    return _fits(text, UserIdText)


def is_code(text: str) -> bool:
    """Tell whether a text can be a code at all."""
    return _fits(text, Code)


def _fits(text: str, kind: Any) -> bool:
    try:
        msgspec.convert(text, kind)
    except msgspec.ValidationError:
        return False
    return True


class In(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every body that comes in."""


def moment_ms(moment: datetime, path: str) -> int:
    """Return a moment of a body as Unix milliseconds; raises Malformed outside the years 1970-2199."""
    at_ms = to_ms(moment)
    if not 0 <= at_ms < MAX_MOMENT_MS:
        raise Malformed(Problem(path, "Must be a moment in the years 1970-2199."))
    return at_ms


def past_window_ms(start: datetime, end: datetime, now_ms: int) -> tuple[int, int]:
    """Return `from` and `to` of a body as Unix milliseconds; raises Malformed unless `from` < `to` ≤ now."""
    start_ms, end_ms = moment_ms(start, "$.from"), moment_ms(end, "$.to")
    if end_ms <= start_ms:
        raise Malformed(Problem("$.to", "Must be later than 'from'."))
    if end_ms > now_ms:
        raise Malformed(Problem("$.to", "Must not lie in the future."))
    return start_ms, end_ms


def known_timezone(name: str | None) -> str | None:
    """Return the name of a time zone that exists, or None; raises Malformed for any other."""
    if name is not None and not is_timezone(name):
        raise Malformed(Problem("$.timezone", "Must be a name of the IANA database, such as Europe/Moscow."))
    return name


def given_fields(body: In, *names: str) -> dict[str, Any]:
    """Return those of these fields of a PATCH that were not left out."""
    values = {name: getattr(body, name) for name in names}
    return {name: value for name, value in values.items() if value is not msgspec.UNSET}


def rfc3339(at_ms: int) -> str:
    """Return Unix milliseconds as RFC 3339 in UTC with milliseconds."""
    return to_datetime(at_ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"


def rfc3339_or_none(at_ms: int | None) -> str | None:
    """Return `rfc3339` of a moment that may be missing."""
    return None if at_ms is None else rfc3339(at_ms)

"""Dates as Boomstream writes them: Moscow time without a zone, "0000-00-00 00:00:00" for none.

A date alone means its first second as a beginning and its last one as an end.
"""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rollcall.web.boomstream.call import Refused
from rollcall.wire.api.values import MAX_MOMENT_MS
from rollcall.wire.moments import to_datetime, to_ms

MOSCOW: Final = ZoneInfo("Europe/Moscow")
NEVER: Final = "0000-00-00 00:00:00"
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S")


def written(at_ms: int | None) -> str:
    """Return a moment as it is written in answers; None is never."""
    return NEVER if at_ms is None else to_datetime(at_ms).astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M:%S")


def read_start(name: str, text: str) -> int | None:
    """Return a beginning in Unix milliseconds, None for never; raises Refused naming the parameter."""
    return _read(name, text, timedelta(seconds=1))


def read_end(name: str, text: str) -> int | None:
    """Return an end in Unix milliseconds, None for never; raises Refused naming the parameter."""
    return _read(name, text, timedelta(hours=23, minutes=59, seconds=59))


def read_day(name: str, text: str) -> datetime:
    """Return the beginning of a day in Moscow; raises Refused naming the parameter."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - the zone follows
    except ValueError as error:
        raise Refused(f"Parameter '{name}' must be a day: YYYY-MM-DD") from error
    if not 1971 <= day.year < 2199:
        raise Refused(f"Parameter '{name}' must lie in the years 1971-2198")
    return day.replace(tzinfo=MOSCOW)


def _read(name: str, text: str, of_day: timedelta) -> int | None:
    if text.startswith("0000-00-00"):
        return None
    moment = _parsed(text, of_day)
    if moment is None:
        raise Refused(f"Parameter '{name}' must be a date: YYYY-MM-DD or YYYY-MM-DD H:i:s, Moscow time")
    at_ms = to_ms(moment.replace(tzinfo=MOSCOW))
    if not 0 <= at_ms < MAX_MOMENT_MS:
        raise Refused(f"Parameter '{name}' must lie in the years 1970-2199")
    return at_ms


def _parsed(text: str, of_day: timedelta) -> datetime | None:
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the caller says the zone
        except ValueError:
            continue
    try:
        return datetime.strptime(text, "%Y-%m-%d") + of_day  # noqa: DTZ007 - the same
    except (ValueError, OverflowError):
        return None

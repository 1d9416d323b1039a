"""Statistics as JSON, a few hundred participants at a time, so a report of any size needs little memory."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from rollcall.wire.statistics import Event, Report

BATCH_ROWS = 250


def json_chunks(report: Report) -> Iterator[bytes]:
    """Yield the report as the pieces of one JSON object."""
    encode = msgspec.json.Encoder().encode
    top: dict[str, Any] = {
        "event" if isinstance(report.head, Event) else "media": report.head,
        "generated_at": report.generated_at,
        "sessions": report.sessions,
        "checks": report.checks,
        "outages": report.outages,
        "quizzes": report.quizzes,
        "polls": report.polls,
    }
    if report.rules is not None:
        top["rules"] = report.rules
    yield encode(top)[:-1] + b',"participants":['
    rows = iter(report.participants)
    comma = b""
    while batch := list(islice(rows, BATCH_ROWS)):
        yield comma + encode(batch)[1:-1]
        comma = b","
    yield b"]}"

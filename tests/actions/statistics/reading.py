"""Reading a report over rows that a test has written."""

from collections.abc import Callable
from typing import Any

import msgspec

from rollcall.actions.statistics import Ask, report_anything_now
from rollcall.render.statistics_json import json_chunks
from rollcall.store.database import Database
from tests.history import Records

T0 = 1_772_355_600_000  # 2026-03-01T09:00:00Z
NOW_MS = T0 + 600_000


def fill(database: Database, rows: Callable[[Records], Any]) -> tuple[Records, Any]:
    def write(connection: Any) -> tuple[Records, Any]:
        records = Records(connection)
        return records, rows(records)

    return database.write_now(write)


def read(database: Database, code: str, ask: Ask | None = None) -> Any:
    return msgspec.json.decode(
        b"".join(json_chunks(report_anything_now(database, code, ask or Ask(), NOW_MS)))
    )


def row(report: Any, user_id: str) -> Any:
    return next(row for row in report["participants"] if row["user_id"] == user_id)

"""Moments as other programs write them: aware datetimes. Inside, a moment is Unix milliseconds."""

from datetime import UTC, datetime


def to_datetime(at_ms: int) -> datetime:
    """Return Unix milliseconds as an aware UTC datetime."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def to_ms(at: datetime) -> int:
    """Return an aware datetime as Unix milliseconds (rounded down)."""
    return int(at.timestamp() * 1000 // 1)

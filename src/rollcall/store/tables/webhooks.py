"""What is told to organisers' servers: who asked for it, what happened, and how each delivery stands."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    false,
    text,
    true,
)

from rollcall.store.tables.columns import Number, metadata, moment, of, row_no, words

_WAITING, _WAITING_SQLITE = text("NOT spread"), text("spread = 0")  # as conditions are written for each
_PENDING = text("state = 'pending'")

webhooks = Table(
    "webhooks",
    metadata,
    row_no(),
    of("projects", index=True),
    words("code", unique=True),
    words("title", nullable=True),
    words("url"),
    words("format"),  # v1 | boomstream
    Column("types", JSON, nullable=False),  # in the words of the format
    Column("active", Boolean, nullable=False, server_default=true()),
    words("secret"),
    words("old_secret", nullable=True),  # signs too until `old_secret_until_ms`
    moment("old_secret_until_ms"),
    Column("dropped", Integer, nullable=False, server_default="0"),  # not kept, as too many waited
    moment("created_ms", nullable=False),
)

# Written in the transaction that makes true what they tell; a row is only here when a webhook wants it.
notices = Table(
    "notices",
    metadata,
    row_no(),
    of("projects"),
    words("code", unique=True),
    words("kind"),
    Column("media_no", Number, nullable=True),
    moment("at_ms", nullable=False),
    Column("data", JSON, nullable=False),
    Column("spread", Boolean, nullable=False, server_default=false()),  # deliveries have been made of it
    Index("notices_waiting", "no", sqlite_where=_WAITING_SQLITE, postgresql_where=_WAITING),
    Index("notices_by_kind", "project_no", "kind", "at_ms"),
)

deliveries = Table(
    "deliveries",
    metadata,
    row_no(),
    of("projects"),
    of("webhooks"),
    Column("notice_no", Number, ForeignKey("notices.no"), nullable=False, index=True),
    words("state"),  # pending | delivered | failed
    Column("attempts", Integer, nullable=False),  # since it was made or asked for again
    moment("made_ms", nullable=False),  # or asked for again
    moment("due_ms"),  # while pending
    words("claimed_by", nullable=True),  # the node that is at it
    moment("claimed_until_ms"),
    moment("last_ms"),  # the latest attempt, and how it went
    Column("status", Integer, nullable=True),
    words("error", nullable=True),
    Column("took_ms", Integer, nullable=True),
    UniqueConstraint("webhook_no", "notice_no"),
    Index("deliveries_due", "webhook_no", "due_ms", sqlite_where=_PENDING, postgresql_where=_PENDING),
)

"""The chat beside the picture."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from rollcall.store.tables.columns import Number, metadata, moment, of, row_no, words

chat_messages = Table(
    "chat_messages",
    metadata,
    row_no(),
    of("projects"),
    Column("event_no", Number, nullable=False),
    of("media"),
    Column("version", BigInteger, nullable=False),
    words("user_id", nullable=True),  # null = the organiser
    words("author"),
    words("text"),
    moment("at_ms", nullable=False),
    moment("removed_ms"),
    Column("removed_version", BigInteger, nullable=True),
    Index("chat_by_version", "media_no", "version"),
)

chat_bans = Table(
    "chat_bans",
    metadata,
    Column("media_no", Number, ForeignKey("media.no"), primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("project_no", Number, nullable=False),
    moment("at_ms", nullable=False),
)

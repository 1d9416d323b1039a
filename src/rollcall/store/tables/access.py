"""Who may watch: lists, participants, and the grants that launch tokens became."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from rollcall.store.tables.columns import Number, metadata, moment, of, row_no, words

lists = Table(
    "lists",
    metadata,
    row_no(),
    of("projects", index=True),
    words("code", unique=True),
    words("title"),
    Column("subscription", JSON, nullable=True),  # what the compatible API adds: `domain/subscription`
    moment("created_ms", nullable=False),
    moment("removed_ms"),
)

list_media = Table(
    "list_media",
    metadata,
    Column("list_no", Number, ForeignKey("lists.no"), primary_key=True),
    Column("media_no", Number, ForeignKey("media.no"), primary_key=True, index=True),
)

participants = Table(
    "participants",
    metadata,
    row_no(),
    of("projects"),
    of("lists"),
    words("user_id"),
    words("name", nullable=True),
    words("email", nullable=True),
    Column("fields", JSON, nullable=False),
    moment("valid_from_ms"),
    moment("valid_until_ms"),
    moment("created_ms", nullable=False),
    moment("updated_ms", nullable=False),
    moment("removed_ms"),
    UniqueConstraint("list_no", "user_id"),
    Index("participants_by_user", "project_no", "user_id"),
)

redeemed_tokens = Table(
    "redeemed_tokens",
    metadata,
    Column("project_no", Number, ForeignKey("projects.no"), primary_key=True),
    Column("jti", Text, primary_key=True),
    of("media"),
    words("user_id"),
    moment("redeemed_ms", nullable=False),
    Column("refused_again", Integer, nullable=False, default=0),  # a shared link shows here
)

grants = Table(
    "grants",
    metadata,
    row_no(),
    of("projects"),
    of("media", index=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    words("user_id"),
    words("name", nullable=True),
    words("identity"),
    words("jti", nullable=True),
    moment("created_ms", nullable=False),
    moment("revoked_ms"),
)

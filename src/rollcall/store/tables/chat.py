"""The chat beside the picture: messages and questions, their authors and votes, who may only read."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from rollcall.store.tables.columns import Number, metadata, moment, of, row_no, words

NOT_SHOWN_YET = text("state IN ('waiting', 'rejected')")
IS_QUESTION = text("kind = 'question'")

chat_messages = Table(
    "chat_messages",
    metadata,
    row_no(),
    of("projects"),
    Column("event_no", Number, nullable=False),
    of("media"),
    Column("version", BigInteger, nullable=False),  # its place among the others
    Column("changed", BigInteger, nullable=False),  # the room's version of its last change
    Column("state", Text, nullable=False),  # waiting | shown | rejected | removed
    Column("kind", Text, nullable=False),  # message | question
    words("user_id", nullable=True),  # null = the organiser
    Column("number", Integer, nullable=False),  # of the author in this room, 0 = the organiser
    words("author"),  # the name then; empty = none is known
    words("text"),
    Column("mentions", JSON, nullable=False),  # numbers of authors
    words("ref", nullable=True),  # the page's own name for it: sent again it is the same message
    Column("reply_to", Number, nullable=True),
    Column("votes", Integer, nullable=False),
    Column("play_no", Number, nullable=True),  # from which player it came
    moment("at_ms", nullable=False),
    moment("decided_ms"),
    moment("answered_ms"),
    moment("removed_ms"),
    Index("chat_by_version", "media_no", "version"),
    Index("chat_by_change", "media_no", "changed"),
    Index("chat_once", "media_no", "user_id", "ref", unique=True),
    Index(
        "chat_not_shown_yet",
        "media_no",
        "version",
        sqlite_where=NOT_SHOWN_YET,
        postgresql_where=NOT_SHOWN_YET,
    ),
    Index("chat_questions", "media_no", "version", sqlite_where=IS_QUESTION, postgresql_where=IS_QUESTION),
)

chat_authors = Table(
    "chat_authors",
    metadata,
    Column("media_no", Number, ForeignKey("media.no"), primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("project_no", Number, nullable=False),
    Column("number", Integer, nullable=False),  # in the order of their first messages: their pseudonym
    moment("said_ms", nullable=False),
    UniqueConstraint("media_no", "number", name="chat_author_numbers"),
)

chat_votes = Table(
    "chat_votes",
    metadata,
    Column("message_no", Number, ForeignKey("chat_messages.no"), primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("project_no", Number, nullable=False),
    Column("media_no", Number, nullable=False),
    moment("at_ms", nullable=False),
    Index("chat_votes_by_user", "media_no", "user_id"),
)

chat_bans = Table(
    "chat_bans",
    metadata,
    Column("media_no", Number, ForeignKey("media.no"), primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("project_no", Number, nullable=False),
    moment("at_ms", nullable=False),
)

"""What proves watching: plays, spans and marks."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    false,
    text,
)

from rollcall.store.tables.columns import Number, metadata, moment, of, row_no, words

_RESUMED = text("mark = 'resume'")

plays = Table(
    "plays",
    metadata,
    row_no(),
    words("code", unique=True),
    of("projects"),
    of("events", index=True),
    of("media", index=True),
    Column("grant_no", Number, ForeignKey("grants.no"), nullable=False),
    words("user_id"),
    words("identity"),
    Column("upload_key_hash", LargeBinary, nullable=False),
    words("ip"),
    words("user_agent"),
    Column("generation", Integer, nullable=False, default=1),
    moment("opened_ms", nullable=False),
    moment("last_arrival_ms", nullable=False),
    moment(
        "connected_ms"
    ),  # until when it could be asked: the newest tick answered over a connection; 0 = never
    Column("applied", Integer, nullable=False, default=0),  # highest row applied: all of them are durable
    Column(
        "state", LargeBinary, nullable=False
    ),  # the step's whole state, as `wire/play_state.py` encodes it
    Column("rejected", Integer, nullable=False, default=0),
    Column("lost", Integer, nullable=False, server_default="0"),  # rows that the player says it no longer has
    Column("fetched", Integer, nullable=False, default=0),  # media requests seen for this play
    Column("fetched_last", BigInteger, nullable=False, default=0),  # the last segment number
    moment("fetched_ms"),  # when a request was last reported
    Index("plays_by_user", "media_no", "user_id"),
)

spans = Table(
    "spans",
    metadata,
    Column("play_no", Number, ForeignKey("plays.no"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),  # from 1 within the play
    Column("project_no", Number, nullable=False),
    Column("event_no", Number, nullable=False),
    Column("media_no", Number, nullable=False),
    Column("epoch", Integer, nullable=False),
    words("state"),
    Column("visible", Boolean, nullable=False),
    Column("muted", Boolean, nullable=False),
    Column("rate", Float, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("unverified", Boolean, nullable=False),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("player_from_ms", BigInteger, nullable=False),
    Column("player_to_ms", BigInteger, nullable=False),
    Column("content_from_ms", BigInteger, nullable=False),
    Column("content_to_ms", BigInteger, nullable=False),
    Column("start_ms", BigInteger, nullable=False),  # on the server's clock, half-open
    Column("end_ms", BigInteger, nullable=False),
    Column("first_arrival_ms", BigInteger, nullable=False),
    Column("last_arrival_ms", BigInteger, nullable=False),
    Column("bound_ms", Integer, nullable=False),  # width of the clock bound
    Index("spans_by_media", "media_no", "play_no"),
    sqlite_with_rowid=False,
)

marks = Table(
    "marks",
    metadata,
    Column("play_no", Number, ForeignKey("plays.no"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("project_no", Number, nullable=False),
    Column("event_no", Number, nullable=False),
    Column("media_no", Number, nullable=False),
    words("user_id"),
    words("mark"),
    words("check_code"),
    Column("at_ms", BigInteger, nullable=False),  # mapped and clamped, server time
    Column("arrival_ms", BigInteger, nullable=False),
    Column("bound_ms", Integer, nullable=False),
    Column("visible", Boolean, nullable=False),
    Column("trusted", Boolean, nullable=False),
    words("answer", nullable=True),
    moment("issued_ms"),  # of the prompt that the play was sent and speaks of
    Column("pointer", Boolean, nullable=False, server_default=false()),  # it moved before the answer
    Index("marks_by_check", "check_code", "user_id"),
    Index("marks_resumed", "media_no", "user_id", sqlite_where=_RESUMED, postgresql_where=_RESUMED),
    Index("marks_by_arrival", "arrival_ms"),
)

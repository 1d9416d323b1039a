"""Every table, in the words of `docs/concepts.md`. Times are Unix milliseconds of server time (`…_ms`).

Every row that belongs to a project carries it, and what is judged together carries its event. Deleting hides a
row (`removed_ms`): evidence stays. Identifiers that outside programs see are `code`; `no` is internal.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()
# SQLite numbers rows by itself only for INTEGER keys; PostgreSQL wants 64 bits.
Number = BigInteger().with_variant(Integer, "sqlite")


def _no() -> Column[int]:
    return Column("no", Number, primary_key=True)


def _of(table: str, *, index: bool = False, nullable: bool = False) -> Column[int]:
    name = {"media": "media_no"}.get(table, f"{table.removesuffix('s')}_no")
    return Column(name, Number, ForeignKey(f"{table}.no"), nullable=nullable, index=index)


def _ms(name: str, *, nullable: bool = True) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _text(name: str, *, nullable: bool = False, unique: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable, unique=unique)


installation = Table(
    "installation",
    metadata,
    Column("no", Integer, primary_key=True),  # one row: 1
    _ms("created_ms", nullable=False),
    _ms("last_commit_ms", nullable=False),  # the clock may not be behind it at a start
)

projects = Table(
    "projects",
    metadata,
    _no(),
    _text("code", unique=True),
    _text("title"),
    Column("embed_origins", JSON, nullable=False),
    _ms("created_ms", nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    _no(),
    _of("projects", index=True),
    _text("code", unique=True),  # the public half: names the key in lists and logs
    Column("hash", LargeBinary, nullable=False, unique=True),  # SHA-256 of the whole key
    Column("scopes", JSON, nullable=False),
    _text("label", nullable=True),
    _ms("created_ms", nullable=False),
    _ms("revoked_ms"),
)

embed_keys = Table(
    "embed_keys",
    metadata,
    _no(),
    _of("projects", index=True),
    _text("kid", unique=True),
    _text("alg"),  # HS256 | EdDSA
    Column("secret", LargeBinary, nullable=False),  # HS256: the secret; EdDSA: the public key (JWK as JSON)
    _ms("created_ms", nullable=False),
    _ms("revoked_ms"),
)

events = Table(
    "events",
    metadata,
    _no(),
    _of("projects", index=True),
    _text("code", unique=True),
    _text("title"),
    _text("timezone"),
    _ms("created_ms", nullable=False),
)

media = Table(
    "media",
    metadata,
    _no(),
    _of("projects", index=True),
    _of("events", index=True),
    _text("code", unique=True),
    _text("title"),
    _text("kind"),  # live | recording | scheduled
    _text("identity"),  # signed | plain
    _text("timezone"),
    _ms("starts_ms"),
    _ms("ends_ms"),
    _ms("started_ms"),  # first picture or starts_at
    _ms("ended_ms"),  # by the organiser's `end`
    _ms("signal_ms"),  # since when the encoder has been on (null = off)
    _text("stream_key", nullable=True, unique=True),
    Column("chat_version", BigInteger, nullable=False, default=0),
    _text("chat_mode"),  # open | closed
    Column("chat_slow_s", Integer, nullable=False, default=0),
    _ms("created_ms", nullable=False),
    _ms("removed_ms"),
)

lists = Table(
    "lists",
    metadata,
    _no(),
    _of("projects", index=True),
    _text("code", unique=True),
    _text("title"),
    _ms("created_ms", nullable=False),
    _ms("removed_ms"),
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
    _no(),
    _of("projects"),
    _of("lists"),
    _text("user_id"),
    _text("name", nullable=True),
    _text("email", nullable=True),
    Column("fields", JSON, nullable=False),
    _ms("valid_from_ms"),
    _ms("valid_until_ms"),
    _ms("created_ms", nullable=False),
    _ms("updated_ms", nullable=False),
    _ms("removed_ms"),
    UniqueConstraint("list_no", "user_id"),
    Index("participants_by_user", "project_no", "user_id"),
)

redeemed_tokens = Table(
    "redeemed_tokens",
    metadata,
    Column("project_no", Number, ForeignKey("projects.no"), primary_key=True),
    Column("jti", Text, primary_key=True),
    _of("media"),
    _text("user_id"),
    _ms("redeemed_ms", nullable=False),
    Column("refused_again", Integer, nullable=False, default=0),  # a shared link shows here
)

grants = Table(
    "grants",
    metadata,
    _no(),
    _of("projects"),
    _of("media", index=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    _text("user_id"),
    _text("name", nullable=True),
    _text("identity"),
    _text("jti", nullable=True),
    _ms("created_ms", nullable=False),
    _ms("revoked_ms"),
)

plays = Table(
    "plays",
    metadata,
    _no(),
    _text("code", unique=True),
    _of("projects"),
    _of("events", index=True),
    _of("media", index=True),
    Column("grant_no", Number, ForeignKey("grants.no"), nullable=False),
    _text("user_id"),
    _text("identity"),
    Column("upload_key_hash", LargeBinary, nullable=False),
    _text("ip"),
    _text("user_agent"),
    Column("generation", Integer, nullable=False, default=1),
    _ms("opened_ms", nullable=False),
    _ms("last_arrival_ms", nullable=False),
    Column("applied", Integer, nullable=False, default=0),  # highest row applied: all of them are durable
    Column(
        "state", LargeBinary, nullable=False
    ),  # the step's whole state, as `wire/play_state.py` encodes it
    Column("rejected", Integer, nullable=False, default=0),
    Column("fetched", Integer, nullable=False, default=0),  # media requests seen for this play
    Column("fetched_last", BigInteger, nullable=False, default=0),  # the last segment number
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
    _text("state"),
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
    _text("user_id"),
    _text("mark"),
    _text("check_code"),
    Column("at_ms", BigInteger, nullable=False),  # mapped and clamped, server time
    Column("arrival_ms", BigInteger, nullable=False),
    Column("bound_ms", Integer, nullable=False),
    Column("visible", Boolean, nullable=False),
    Column("trusted", Boolean, nullable=False),
    _text("answer", nullable=True),
    Index("marks_by_check", "check_code", "user_id"),
)

sessions = Table(
    "sessions",
    metadata,
    _no(),
    _of("projects"),
    _of("events", index=True),
    _of("media", index=True),
    _text("code", unique=True),
    Column("revision", Integer, nullable=False),
    _text("title"),
    _ms("starts_ms"),  # wall axis
    _ms("ends_ms"),  # null = still open
    _ms("from_ms"),  # content axis (recordings)
    _ms("to_ms"),
    _ms("created_ms", nullable=False),
    _ms("removed_ms"),
)

session_revisions = Table(
    "session_revisions",
    metadata,
    Column("session_no", Number, ForeignKey("sessions.no"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    _of("projects"),
    Column("values", JSON, nullable=False),  # the session as it was in this revision
    _text("actor"),
    _ms("at_ms", nullable=False),
)

# What is looked up each second has an index of the few open rows alone.
_UNFINISHED = text("state IN ('planned', 'issued')")
_OPEN = text("state = 'issued'")

checks = Table(
    "checks",
    metadata,
    _no(),
    _of("projects"),
    _of("events", index=True),
    _of("media", index=True),
    _text("code", unique=True),
    Column("session_no", Number, ForeignKey("sessions.no"), nullable=True),
    _text("origin"),  # manual | plan
    Column("ordinal", Integer, nullable=False),
    _text("state"),  # planned | issued | closed | cancelled
    _text("kind"),
    Column("lifetime_s", Integer, nullable=False),
    Column("sound", Boolean, nullable=False),
    _text("text", nullable=True),
    Column("question", JSON, nullable=True),
    _ms("at_ms"),  # when it is to be issued, for `at`
    _ms("issued_ms"),
    _ms("last_issued_ms"),
    _ms("created_ms", nullable=False),
    _ms("cancelled_ms"),
    Index("checks_open", "media_no", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
)

prompts = Table(
    "prompts",
    metadata,
    Column("check_no", Number, ForeignKey("checks.no"), primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("project_no", Number, nullable=False),
    Column("event_no", Number, nullable=False),
    Column("media_no", Number, nullable=False, index=True),
    _text("state"),  # issued | confirmed | missed | undelivered | cancelled | not_present | excused
    _ms("issued_ms", nullable=False),
    Column(
        "lifetime_ms", Integer, nullable=False
    ),  # given once displayed; less than the check's for a joiner
    _ms("received_ms"),
    _ms("shown_ms"),
    _ms("confirmed_ms"),
    _ms("closed_ms"),
    Column("late", Boolean, nullable=False, default=False),
    Index("prompts_open", "media_no", "user_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    sqlite_with_rowid=False,
)

check_plans = Table(
    "check_plans",
    metadata,
    Column("media_no", Number, ForeignKey("media.no"), primary_key=True),
    _of("projects"),
    Column("event_no", Number, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("paused", Boolean, nullable=False),
    _ms("created_ms", nullable=False),
    _ms("updated_ms", nullable=False),
)

# The next moment of each participant, durable so that a restart forgets nothing and draws nothing twice.
plan_draws = Table(
    "plan_draws",
    metadata,
    Column("media_no", Number, ForeignKey("media.no"), primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("project_no", Number, nullable=False),
    Column("event_no", Number, nullable=False),
    Column("session_no", Number, nullable=False),
    Column("ordinal", Integer, nullable=False),  # of the check drawn next, from 1 within the session
    Column("due_played_ms", BigInteger, nullable=True),  # on the participant's playing time inside sessions
    Column("due_ms", BigInteger, nullable=True),  # on the server's clock (per_session)
    sqlite_with_rowid=False,
)

chat_messages = Table(
    "chat_messages",
    metadata,
    _no(),
    _of("projects"),
    Column("event_no", Number, nullable=False),
    _of("media"),
    Column("version", BigInteger, nullable=False),
    _text("user_id", nullable=True),  # null = the organiser
    _text("author"),
    _text("text"),
    _ms("at_ms", nullable=False),
    _ms("removed_ms"),
    Column("removed_version", BigInteger, nullable=True),
    Index("chat_by_version", "media_no", "version"),
)

chat_bans = Table(
    "chat_bans",
    metadata,
    Column("media_no", Number, ForeignKey("media.no"), primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("project_no", Number, nullable=False),
    _ms("at_ms", nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("project_no", Number, ForeignKey("projects.no"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    _text("content_type"),
    Column("body", LargeBinary, nullable=False),
    _ms("created_ms", nullable=False),
)

framing_refusals = Table(
    "framing_refusals",
    metadata,
    Column("project_no", Number, ForeignKey("projects.no"), primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    _ms("last_ms", nullable=False),
)

audit = Table(
    "audit",
    metadata,
    _no(),
    Column("project_no", Number, nullable=False, index=True),
    _ms("at_ms", nullable=False),
    _text("actor"),
    _text("action"),
    _text("object"),
    Column("detail", JSON, nullable=False),
)

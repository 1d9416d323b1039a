"""Projects, their keys and what protects their calls; events and media."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    false,
    text,
    true,
)

from rollcall.store.tables.columns import Number, metadata, moment, of, row_no, words

installation = Table(
    "installation",
    metadata,
    Column("no", Integer, primary_key=True),  # one row: 1
    moment("created_ms", nullable=False),
    moment("last_commit_ms", nullable=False),  # the clock may not be behind it at a start
)

projects = Table(
    "projects",
    metadata,
    row_no(),
    words("code", unique=True),
    words("title"),
    Column("embed_origins", JSON, nullable=False),
    moment("created_ms", nullable=False),
)

logos = Table(
    "logos",
    metadata,
    Column("project_no", Number, ForeignKey("projects.no"), primary_key=True),
    words("kind"),  # png | jpeg
    Column("content", LargeBinary, nullable=False),
    moment("updated_ms", nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    row_no(),
    of("projects", index=True),
    words("code", unique=True),  # the public half: names the key in lists and logs
    Column("hash", LargeBinary, nullable=False, unique=True),  # SHA-256 of the whole key
    Column("scopes", JSON, nullable=False),
    words("label", nullable=True),
    moment("created_ms", nullable=False),
    moment("revoked_ms"),
)

embed_keys = Table(
    "embed_keys",
    metadata,
    row_no(),
    of("projects", index=True),
    words("kid", unique=True),
    words("alg"),  # HS256 | EdDSA
    Column("secret", LargeBinary, nullable=False),  # HS256: the secret; EdDSA: the public key (JWK as JSON)
    moment("created_ms", nullable=False),
    moment("revoked_ms"),
)

events = Table(
    "events",
    metadata,
    row_no(),
    of("projects", index=True),
    words("code", unique=True),
    words("title"),
    words("timezone"),
    # How evidence is judged, applied when reading:
    # record | stop_until_confirmed | void_since_last_confirmed
    Column("presence_policy", Text, nullable=False, server_default="record"),
    Column("hidden_miss", Text, nullable=False, server_default="missed"),  # missed | undelivered
    Column("hidden_counts", Boolean, nullable=False, server_default=true()),
    Column("behind_counts", Boolean, nullable=False, server_default=false()),
    Column("join_users_by", Text, nullable=False, server_default="none"),  # none | id_without_code | email
    moment("created_ms", nullable=False),
)

media = Table(
    "media",
    metadata,
    row_no(),
    of("projects", index=True),
    of("events", index=True),
    words("code", unique=True),
    words("title"),
    words("kind"),  # live | recording | scheduled
    words("identity"),  # signed | plain
    Column("concurrency", Text, nullable=False, server_default="union"),  # union | newest | ask
    words("timezone"),
    moment("starts_ms"),
    moment("ends_ms"),
    moment("started_ms"),  # first picture or starts_at
    moment("ended_ms"),  # by the organiser's `end`
    moment("signal_ms"),  # since when the encoder has been on (null = off)
    Column("told_state", Text, nullable=False, server_default="planned"),  # what webhooks were told last
    moment("told_signal_ms"),  # the `signal_ms` that they were told last
    words("stream_key", nullable=True, unique=True),
    Column("chat_version", BigInteger, nullable=False, default=0),
    words("chat_mode"),  # open | closed
    Column("chat_slow_s", Integer, nullable=False, default=0),
    Column("chat_premoderated", Boolean, nullable=False, server_default=false()),
    Column("chat_authors", Text, nullable=False, server_default="names"),  # names | pseudonyms
    # Whoever knows less than this version forgets what they have.
    Column("chat_reset_version", BigInteger, nullable=False, server_default="0"),
    words("announcement", nullable=True),  # pinned in the player
    moment("announced_ms"),
    Column("speaker", JSON(none_as_null=True), nullable=True),  # domain.programme.Speaker
    Column("programme", JSON(none_as_null=True), nullable=True),  # instead of its sessions
    Column("recording_no", Number, nullable=True),  # of the recording that it shows
    Column("content_ms", BigInteger, nullable=True),  # how long that is
    Column(
        "dvr_s", Integer, nullable=False, server_default="0"
    ),  # by how much viewers may go back; 0 = not at all
    Column("dvr_before_s", Integer, nullable=False, server_default="0"),  # the most that it was before
    moment("created_ms", nullable=False),
    moment("removed_ms"),
    Index("media_by_told", "told_state", "ended_ms", "ends_ms"),
    Index(
        "media_signal_untold",
        "no",
        sqlite_where=text("told_signal_ms IS NOT signal_ms"),
        postgresql_where=text("told_signal_ms IS DISTINCT FROM signal_ms"),
    ),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("project_no", Number, ForeignKey("projects.no"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    words("content_type"),
    Column("body", LargeBinary, nullable=False),
    moment("created_ms", nullable=False),
)

framing_refusals = Table(
    "framing_refusals",
    metadata,
    Column("project_no", Number, ForeignKey("projects.no"), primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    moment("last_ms", nullable=False),
)

audit = Table(
    "audit",
    metadata,
    row_no(),
    Column("project_no", Number, nullable=False, index=True),
    moment("at_ms", nullable=False),
    words("actor"),
    words("action"),
    words("object"),
    Column("detail", JSON, nullable=False),
)

"""Sessions, presence checks, and the plan that asks by itself."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, false, text

from rollcall.store.tables.columns import Number, metadata, moment, of, row_no, words

sessions = Table(
    "sessions",
    metadata,
    row_no(),
    of("projects"),
    of("events", index=True),
    of("media", index=True),
    words("code", unique=True),
    Column("revision", Integer, nullable=False),
    words("title"),
    Column("speaker", JSON(none_as_null=True), nullable=True),  # domain.programme.Speaker
    moment("starts_ms"),  # wall axis
    moment("ends_ms"),  # null = still open
    moment("from_ms"),  # content axis (recordings)
    moment("to_ms"),
    moment("created_ms", nullable=False),
    moment("removed_ms"),
    # What webhooks were told last: planned | running | over.
    Column("told_state", Text, nullable=False, server_default="planned"),
    Index("sessions_by_told", "told_state", "ends_ms"),
)

session_revisions = Table(
    "session_revisions",
    metadata,
    Column("session_no", Number, ForeignKey("sessions.no"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    of("projects"),
    Column("values", JSON, nullable=False),  # the session as it was in this revision
    words("actor"),
    moment("at_ms", nullable=False),
)

# What is looked up each second has an index of the few open rows alone.
_UNFINISHED = text("state IN ('planned', 'issued')")
_OPEN = text("state = 'issued'")
_UNSHOWN = text("unshown")
_UNTOLD = text("told_state <> state")

checks = Table(
    "checks",
    metadata,
    row_no(),
    of("projects"),
    of("events", index=True),
    of("media", index=True),
    words("code", unique=True),
    Column("session_no", Number, ForeignKey("sessions.no"), nullable=True),
    words("origin"),  # manual | plan
    Column("ordinal", Integer, nullable=False),
    words("state"),  # planned | issued | closed | cancelled
    words("kind"),
    Column("lifetime_s", Integer, nullable=False),
    Column("sound", Boolean, nullable=False),
    words("text", nullable=True),
    Column("question", JSON, nullable=True),
    moment("at_ms"),  # when it is to be issued, for `at`
    moment("issued_ms"),
    moment("last_issued_ms"),
    moment("created_ms", nullable=False),
    moment("cancelled_ms"),
    Column("told_state", Text, nullable=False, server_default="planned"),  # what webhooks were told last
    Index("checks_open", "media_no", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
    Index("checks_untold", "no", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),
)

prompts = Table(
    "prompts",
    metadata,
    Column("check_no", Number, ForeignKey("checks.no"), primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("project_no", Number, nullable=False),
    Column("event_no", Number, nullable=False),
    Column("media_no", Number, nullable=False, index=True),
    words("state"),  # issued | confirmed | missed | undelivered | cancelled | not_present | excused
    moment("issued_ms", nullable=False),
    Column(
        "lifetime_ms", Integer, nullable=False
    ),  # given once displayed; less than the check's for a joiner
    moment("received_ms"),
    moment("shown_ms"),
    moment("confirmed_ms"),  # of the accepted answer; stays when a corrected session takes the presence away
    moment("closed_ms"),  # when it ended first
    Column("late", Boolean, nullable=False, default=False),
    words("code", nullable=True),  # kind `code`: the four digits drawn for this participant
    words("answer", nullable=True),  # kind `question`: what was chosen
    Column("correct", Boolean, nullable=True),  # kind `question` with a right answer
    Column(
        "issues", Integer, nullable=False, server_default="1"
    ),  # how often it was issued, replacements too
    moment("expired_ms"),  # when the last lifetime was over, of a prompt displayed and not answered
    Column(
        "unshown", Boolean, nullable=False, server_default=false()
    ),  # undelivered: it had arrived at a player that ran on and never displayed it
    Column(
        "withdrawn", Boolean, nullable=False, server_default=false()
    ),  # its session's end took it from its players before its time was over
    Index("prompts_by_user", "user_id", "media_no"),
    Index("prompts_unshown", "media_no", "user_id", sqlite_where=_UNSHOWN, postgresql_where=_UNSHOWN),
    Index("prompts_open", "media_no", "user_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    sqlite_with_rowid=False,
)

# Players that had a prompt, whatever they say of it.
prompt_arrivals = Table(
    "prompt_arrivals",
    metadata,
    Column("check_no", Number, ForeignKey("checks.no"), primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("play_no", Number, ForeignKey("plays.no"), primary_key=True),
    moment("issued_ms", nullable=False),  # which issue of the prompt it had
    moment("at_ms", nullable=False),
    sqlite_with_rowid=False,
)

check_plans = Table(
    "check_plans",
    metadata,
    Column("media_no", Number, ForeignKey("media.no"), primary_key=True),
    of("projects"),
    Column("event_no", Number, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("paused", Boolean, nullable=False),
    moment("created_ms", nullable=False),
    moment("updated_ms", nullable=False),
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

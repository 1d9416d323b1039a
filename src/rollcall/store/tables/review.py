"""What is looked at when evidence is judged: outages, reviews by people, and flags. None of it is evidence."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, Table, Text, UniqueConstraint, true

from rollcall.store.tables.columns import Number, metadata, moment, row_no, words

# The last second in which each node is known to have run: the gap up to its next start is an outage.
self_beats = Table(
    "self_beats",
    metadata,
    Column("node", Text, primary_key=True),
    moment("at_ms", nullable=False),
)

# `down` and `silence` come from our own log: the one concerns every project, the other the project of those who were
# silent. `incident` is declared by an organiser.
outages = Table(
    "outages",
    metadata,
    row_no(),
    words("code", unique=True),
    words("source"),  # down | silence | incident
    words("node", nullable=True),
    Column("project_no", Number, nullable=True, index=True),  # null = every project
    Column("event_no", Number, nullable=True),  # null = every event of the project, or of the installation
    Column("media_no", Number, nullable=True),  # null = every media of those
    moment("from_ms", nullable=False),
    moment("to_ms", nullable=False),
    words("reason", nullable=True),
    words("actor", nullable=True),
    moment("created_ms", nullable=False),
    moment("withdrawn_ms"),
    words("withdrawn_reason", nullable=True),
    words("withdrawn_actor", nullable=True),
    Index("outages_by_time", "to_ms"),
)

# A reviewer's word on a participant's unverified time; the latest one that covers a moment holds.
reviews = Table(
    "reviews",
    metadata,
    row_no(),
    words("code", unique=True),
    Column("project_no", Number, nullable=False),
    Column("event_no", Number, nullable=False),
    Column("media_no", Number, nullable=False),
    words("user_id"),
    moment("from_ms", nullable=False),
    moment("to_ms", nullable=False),
    Column("counts", Boolean, nullable=False, server_default=true()),
    words("reason"),
    words("actor"),
    moment("created_ms", nullable=False),
    Index("reviews_by_user", "media_no", "user_id"),
)

# Suspicions for a person to look at: deleting all of them changes no total.
flags = Table(
    "flags",
    metadata,
    row_no(),
    Column("project_no", Number, nullable=False),
    Column("event_no", Number, nullable=False),
    Column("media_no", Number, nullable=False),
    words("user_id"),
    Column("play_no", Number, nullable=True),
    words("kind"),
    words("key"),  # what it is about within its kind, so that the same thing is flagged once
    Column("count", Integer, nullable=False),
    moment("first_ms", nullable=False),
    moment("last_ms", nullable=False),
    Column("detail", JSON, nullable=False),
    words("note", nullable=True),  # a reviewer's, on what it was found to be
    words("noted_by", nullable=True),
    moment("noted_ms"),
    UniqueConstraint("media_no", "user_id", "kind", "key", name="flags_once"),
)

"""Quizzes: what they ask, which attempts were made, what was answered. What an answer is worth is never stored."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    text,
)

from rollcall.store.tables.columns import Number, metadata, moment, of, row_no, words

_LIVE = text("state <> 'closed' AND removed_ms IS NULL")

quizzes = Table(
    "quizzes",
    metadata,
    row_no(),
    of("projects"),
    Column("event_no", Number, nullable=False),
    of("media", index=True),
    words("code", unique=True),
    words("title"),
    words("state"),  # planned | open | closed
    Column("pools", JSON, nullable=False),  # how many questions of each pool are drawn
    Column("shuffle_questions", Boolean, nullable=False),
    Column("shuffle_choices", Boolean, nullable=False),
    Column("time_limit_s", Integer, nullable=True),
    Column("attempts", Integer, nullable=True),  # null = any number
    Column("pass_percent", Integer, nullable=False),
    words("show_results"),  # never | after_attempt | after_close
    moment("opens_ms"),
    Column("opens_after_no", Number, ForeignKey("sessions.no"), nullable=True),  # when this session has ended
    moment("closes_ms"),
    moment("opened_ms"),  # first
    moment("closed_ms"),  # while it is closed
    moment("created_ms", nullable=False),
    moment("removed_ms"),
    Index("quizzes_live", "no", sqlite_where=_LIVE, postgresql_where=_LIVE),
)

quiz_questions = Table(
    "quiz_questions",
    metadata,
    row_no(),
    of("projects"),
    Column("quiz_no", Number, ForeignKey("quizzes.no"), nullable=False, index=True),
    words("code", unique=True),
    Column("position", Integer, nullable=False),
    words("kind"),  # single | multiple | order | number | text
    Column("body", JSON, nullable=False),
)

quiz_attempts = Table(
    "quiz_attempts",
    metadata,
    row_no(),
    of("projects"),
    Column("event_no", Number, nullable=False),
    Column("media_no", Number, nullable=False),
    Column("quiz_no", Number, ForeignKey("quizzes.no"), nullable=False),
    words("code", unique=True),
    words("user_id"),
    words("identity"),  # signed | plain
    Column("ordinal", Integer, nullable=False),  # of the participant's attempts, from 1
    Column("seed", LargeBinary, nullable=False),
    Column("draw", JSON, nullable=False),  # [question, places of its choices as displayed]
    moment("started_ms", nullable=False),
    moment("deadline_ms"),
    moment("finished_ms"),  # by the participant; null where time ended it, or nothing has
    UniqueConstraint("quiz_no", "user_id", "ordinal", name="quiz_attempts_once"),
)

quiz_answers = Table(
    "quiz_answers",
    metadata,
    row_no(),
    of("projects"),
    Column("quiz_no", Number, nullable=False, index=True),
    Column("attempt_no", Number, ForeignKey("quiz_attempts.no"), nullable=False),
    Column("question_no", Number, ForeignKey("quiz_questions.no"), nullable=False),
    Column("turn", Integer, nullable=False),  # a later answer has a higher one
    words("answer"),  # as JSON, in the places of the question
    moment("at_ms", nullable=False),
    Column("hundredths", Integer, nullable=True),  # of points, as a reviewer said
    words("reason", nullable=True),
    words("reviewer", nullable=True),
    moment("reviewed_ms"),
    UniqueConstraint("attempt_no", "question_no", name="quiz_answers_once"),
)

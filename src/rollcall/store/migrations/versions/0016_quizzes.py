"""Quizzes, their questions, attempts and answers."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIVE = sa.text("state <> 'closed' AND removed_ms IS NULL")


def upgrade() -> None:
    op.create_table(
        "quizzes",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("event_no", NUMBER, nullable=False),
        sa.Column("media_no", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("pools", sa.JSON(), nullable=False),
        sa.Column("shuffle_questions", sa.Boolean(), nullable=False),
        sa.Column("shuffle_choices", sa.Boolean(), nullable=False),
        sa.Column("time_limit_s", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=True),
        sa.Column("pass_percent", sa.Integer(), nullable=False),
        sa.Column("show_results", sa.Text(), nullable=False),
        sa.Column("opens_ms", sa.BigInteger(), nullable=True),
        sa.Column("opens_after_no", NUMBER, nullable=True),
        sa.Column("closes_ms", sa.BigInteger(), nullable=True),
        sa.Column("opened_ms", sa.BigInteger(), nullable=True),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("code"),
        sa.ForeignKeyConstraint(["project_no"], ["projects.no"]),
        sa.ForeignKeyConstraint(["media_no"], ["media.no"]),
        sa.ForeignKeyConstraint(["opens_after_no"], ["sessions.no"]),
    )
    op.create_index("ix_quizzes_media_no", "quizzes", ["media_no"])
    op.create_index("quizzes_live", "quizzes", ["no"], sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_table(
        "quiz_questions",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("quiz_no", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("code"),
        sa.ForeignKeyConstraint(["project_no"], ["projects.no"]),
        sa.ForeignKeyConstraint(["quiz_no"], ["quizzes.no"]),
    )
    op.create_index("ix_quiz_questions_quiz_no", "quiz_questions", ["quiz_no"])
    op.create_table(
        "quiz_attempts",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("event_no", NUMBER, nullable=False),
        sa.Column("media_no", NUMBER, nullable=False),
        sa.Column("quiz_no", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("draw", sa.JSON(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=True),
        sa.Column("finished_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("quiz_no", "user_id", "ordinal", name="quiz_attempts_once"),
        sa.ForeignKeyConstraint(["project_no"], ["projects.no"]),
        sa.ForeignKeyConstraint(["quiz_no"], ["quizzes.no"]),
    )
    op.create_table(
        "quiz_answers",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("quiz_no", NUMBER, nullable=False),
        sa.Column("attempt_no", NUMBER, nullable=False),
        sa.Column("question_no", NUMBER, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("hundredths", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=True),
        sa.Column("reviewed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("attempt_no", "question_no", name="quiz_answers_once"),
        sa.ForeignKeyConstraint(["project_no"], ["projects.no"]),
        sa.ForeignKeyConstraint(["attempt_no"], ["quiz_attempts.no"]),
        sa.ForeignKeyConstraint(["question_no"], ["quiz_questions.no"]),
    )
    op.create_index("ix_quiz_answers_quiz_no", "quiz_answers", ["quiz_no"])

"""Polls and votes."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "polls",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("media_no", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("changeable", sa.Boolean(), nullable=False),
        sa.Column("show_results", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=True),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("code"),
        sa.ForeignKeyConstraint(["project_no"], ["projects.no"]),
        sa.ForeignKeyConstraint(["media_no"], ["media.no"]),
    )
    op.create_index("ix_polls_media_no", "polls", ["media_no"])
    op.create_table(
        "poll_votes",
        sa.Column("poll_no", NUMBER, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("identity", sa.Text(), nullable=True),
        sa.Column("voted_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("poll_no", "user_id"),
        sa.ForeignKeyConstraint(["poll_no"], ["polls.no"]),
        sa.ForeignKeyConstraint(["project_no"], ["projects.no"]),
        sqlite_with_rowid=False,
    )

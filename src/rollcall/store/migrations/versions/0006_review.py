"""Review: outages, reviews and flags; how an event's evidence is judged; kinds of checks."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "self_beats",
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node"),
    )
    op.create_table(
        "outages",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=True),
        sa.Column("project_no", NUMBER, nullable=True),
        sa.Column("event_no", NUMBER, nullable=True),
        sa.Column("media_no", NUMBER, nullable=True),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("to_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_ms", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("withdrawn_actor", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("code"),
    )
    op.create_index("ix_outages_project_no", "outages", ["project_no"])
    op.create_index("outages_by_time", "outages", ["to_ms"])
    op.create_table(
        "reviews",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("event_no", NUMBER, nullable=False),
        sa.Column("media_no", NUMBER, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("to_ms", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("code"),
    )
    op.create_index("reviews_by_user", "reviews", ["media_no", "user_id"])
    op.create_table(
        "flags",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("event_no", NUMBER, nullable=False),
        sa.Column("media_no", NUMBER, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("play_no", NUMBER, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("noted_by", sa.Text(), nullable=True),
        sa.Column("noted_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("media_no", "user_id", "kind", "key", name="flags_once"),
    )
    for table, column in (
        ("events", sa.Column("presence_policy", sa.Text(), nullable=False, server_default="record")),
        ("events", sa.Column("hidden_miss", sa.Text(), nullable=False, server_default="missed")),
        ("events", sa.Column("hidden_counts", sa.Boolean(), nullable=False, server_default=sa.true())),
        ("events", sa.Column("behind_counts", sa.Boolean(), nullable=False, server_default=sa.false())),
        ("media", sa.Column("concurrency", sa.Text(), nullable=False, server_default="union")),
        ("plays", sa.Column("lost", sa.Integer(), nullable=False, server_default="0")),
        ("plays", sa.Column("fetched_ms", sa.BigInteger(), nullable=True)),
        ("marks", sa.Column("pointer", sa.Boolean(), nullable=False, server_default=sa.false())),
        ("prompts", sa.Column("code", sa.Text(), nullable=True)),
        ("prompts", sa.Column("answer", sa.Text(), nullable=True)),
        ("prompts", sa.Column("correct", sa.Boolean(), nullable=True)),
        ("prompts", sa.Column("issues", sa.Integer(), nullable=False, server_default="1")),
        ("prompts", sa.Column("expired_ms", sa.BigInteger(), nullable=True)),
        ("prompts", sa.Column("arrived_ms", sa.BigInteger(), nullable=True)),
        ("prompts", sa.Column("arrived_play_no", NUMBER, nullable=True)),
        ("prompts", sa.Column("unshown", sa.Boolean(), nullable=False, server_default=sa.false())),
    ):
        op.add_column(table, column)
    op.create_index("marks_by_arrival", "marks", ["arrival_ms"])
    op.create_index("prompts_by_user", "prompts", ["user_id", "media_no"])
    for name, table, where in (
        ("prompts_unshown", "prompts", sa.text("unshown")),
        ("marks_resumed", "marks", sa.text("mark = 'resume'")),
    ):
        op.create_index(name, table, ["media_no", "user_id"], sqlite_where=where, postgresql_where=where)
